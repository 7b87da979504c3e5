"""Where in the notes the topic of a study guide is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import FIRST_GATE, weigh
from assistant.answering.packing import choose_blocks
from assistant.documents.formats import is_markdown
from assistant.documents.naming import spelled_out, title_of_whole
from assistant.documents.roles import Role, role_at
from assistant.documents.wiki import link_names, resolve, wiki_links
from assistant.errors import StudyError
from assistant.index.retriever import Retriever
from assistant.quiz.choosing import Span, TopicKind, find_topic
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.texts import asked, meaning
from assistant.quiz.item import Item
from assistant.quiz.making.pool import Pool
from assistant.study.guide import GuideTopic
from assistant.types import ContextBlock, Document, Scope, Section

_MIN_EVIDENCE = 0.15
"""Below it the notes answer no question about it; then only what has all of its words is about it."""

_MAX_FOUND = 4
"""Sections that are taken for a topic in free words: what is found behind them is seldom about it."""

_LITTLE = 800
"""Characters below which what has the name of a topic, such as one slide, is not all that is said of it."""

_WHOLE_SECTION = 4000
"""Characters up to which a section is taken whole where a part of it was found."""

_MIN_LINKS, _MOST_BESIDE = 3, 60
"""From so many links on, with at most so many other characters for each, a note is a list of others."""

_MOST_NOTES = 40
"""Of a wide topic, those that the others speak of most."""


@dataclass(frozen=True, slots=True)
class GuideLibrary:
    """The notes, as a guide needs them.

    Attributes:
        notes: All notes of the index.
        outline: Their sections.
        retriever: Returns what finds free words, and knows a scope.
        items: Questions of the bank.
    """

    notes: tuple[Document, ...]
    outline: tuple[Section, ...]
    retriever: Callable[[], Retriever]
    items: Sequence[Item] = ()


def find_guide_topic(topic: str, library: GuideLibrary, scope: Scope) -> GuideTopic:
    """Returns where the notes speak of ``topic``: a note, a heading, a tag, free words, or "everything".

    Args:
        topic: As the student writes it; see ``quiz.choosing.find_topic``.
        library: The notes.
        scope: Keeps to a part of them.

    Raises:
        StudyError: The notes hold nothing on the topic.
    """
    found = find_topic(topic, library.notes, library.outline, search=lambda words: ())
    if found.kind is TopicKind.WRONG:
        raise StudyError("A guide is about a part of your notes, not about mistakes.", hint='assistant quiz "wrong"')
    is_path = not topic[:1].isalnum() or any(topic.startswith(note.path) for note in library.notes)
    is_name = found.kind is TopicKind.HEADING and not is_path
    focus = found.title if found.kind is TopicKind.WORDS else ""
    spans = _named(focus, library) if focus else list(found.spans)
    spans = spans or ([] if focus else [Span(note.path, 0, len(note.text) + 1) for note in library.notes])
    pages = {note.path for note in library.notes if note.page_starts}
    is_little = sum(span.end - span.start for span in spans) < _LITTLE and all(span.note in pages for span in spans)
    if (focus or is_name) and is_little:
        focus = found.title
        more = _searched(focus, library, scope)
        spans = [one for one in spans if not any(_holds(other, one) for other in more)]
        spans += [one for one in more if one not in spans and not any(_holds(other, one) for other in spans)]
    if found.kind is TopicKind.NOTE or focus:
        spans += _linked(spans, library)
    within = list(_cut(spans, library, scope))
    by_path = {note.path: note for note in library.notes}
    notes = _chosen([by_path[path] for path in dict.fromkeys(span.note for span in within)])
    if not notes:
        hint = "Name a note, a heading, or what it is about: assistant notes list"
        raise StudyError(f"Your notes contain nothing on {topic!r}.", hint=hint)
    kept = tuple(span for span in within if any(note.path == span.note for note in notes))
    title = found.title.rpartition("#")[2] if found.kind is TopicKind.HEADING else found.title
    if found.kind is TopicKind.NOTE and len({span.note for span in found.spans}) == 1:
        title = title_of_whole(notes[0])
    return GuideTopic(title, notes, kept, Pool(notes, Ground(notes)), focus, tuple(library.items))


def _named(words: str, library: GuideLibrary) -> list[Span]:
    """Returns the notes and the sections whose names say what ``words`` say, none within another."""
    wanted = asked(words)
    if not wanted:
        return []
    named = [note for note in library.notes if asked(title_of_whole(note)) == wanted]
    spans = [Span(note.path, 0, len(note.text) + 1) for note in named]
    headed = [section for section in library.outline if section.level]
    exact = [section for section in headed if asked(section.heading_path[-1]) == wanted]
    wider = [section for section in headed if wanted <= asked(section.heading_path[-1])]
    if not exact and not named and len(wider) <= _MAX_FOUND:
        exact = wider
    for section in exact:
        if not any(span.note == section.note and span.start <= section.start < span.end for span in spans):
            spans.append(Span(section.note, section.start, section.end))
    return spans


def _linked(spans: Sequence[Span], library: GuideLibrary) -> list[Span]:
    """Returns the notes that a note leads to if it is little more than a list of them."""
    paths = {span.note for span in spans}
    if len(spans) != 1:
        return []
    note = next(note for note in library.notes if note.path in paths)
    links = [link for link in wiki_links(note.text) if not link.is_file] if is_markdown(note.kind) else []
    rest = len(note.text.strip()) - sum(link.end - link.start for link in links)
    if len(links) < _MIN_LINKS or rest > _MOST_BESIDE * len(links):
        return []
    names = link_names((other.path, ()) for other in library.notes)
    found = dict.fromkeys(resolve(link.target, note.path, names) for link in links)
    sizes = {other.path: len(other.text) for other in library.notes}
    return [Span(path, 0, sizes[path] + 1) for path in found if path and path not in paths]


def _searched(words: str, library: GuideLibrary, scope: Scope) -> list[Span]:
    """Returns the sections that free words mean, in reading order; none where the notes do not hold them."""
    retriever = library.retriever()
    search = retriever.search(words, scope)
    notes = {note.path: note for note in library.notes}
    found_blocks = choose_blocks(retriever.store, search.hits, 2 * _MAX_FOUND)
    blocks = [one for one in found_blocks if _teaches(one, notes)][:_MAX_FOUND]
    if not blocks or FIRST_GATE.probability(weigh(search, blocks, words)) < _MIN_EVIDENCE:
        blocks = [one for one in found_blocks if asked(words) <= meaning(one.text) and _teaches(one, notes)]
    found = dict.fromkeys(_around(block, library.outline) for block in blocks)
    return [span for span in found if not any(_holds(other, span) for other in found)]


def _teaches(block: ContextBlock, notes: Mapping[str, Document]) -> bool:
    """Whether a block teaches: it does not set exercises, or name sources."""
    note = notes.get(block.note)
    return note is not None and any(
        role_at(note, one.start) is Role.TEACHES for one in note.sentences(block.start, block.end)
    )


def _around(block: ContextBlock, outline: Sequence[Section]) -> Span:
    """Returns the section that a block lies in, or the block alone where that is long."""
    holding = [s for s in outline if s.note == block.note and s.start <= block.start < s.end]
    innermost = max(holding, key=lambda section: section.start, default=None)
    if innermost is None or innermost.end - innermost.start > _WHOLE_SECTION:
        return Span(block.note, block.start, block.end)
    return Span(innermost.note, innermost.start, innermost.end)


def _holds(outer: Span, inner: Span) -> bool:
    return outer != inner and outer.note == inner.note and outer.start <= inner.start and inner.end <= outer.end


def _cut(spans: Sequence[Span], library: GuideLibrary, scope: Scope) -> Iterator[Span]:
    """Yields the parts of ``spans`` that lie in ``scope``."""
    if scope == Scope():
        yield from spans
        return
    store = library.retriever().store
    reach: dict[str, tuple[int, int]] = {}
    for block in store.blocks(store.block_keys(scope)):
        low, high = reach.get(block.note, (block.start, block.end))
        reach[block.note] = min(low, block.start), max(high, block.end)
    for span in spans:
        low, high = reach.get(span.note, (0, 0))
        start, end = (max(span.start, low), min(span.end, high)) if scope.heading_path else (span.start, span.end)
        if high and start < end:
            yield Span(span.note, start, end)


def _chosen(notes: Sequence[Document]) -> tuple[Document, ...]:
    """Returns the notes; of many, those that the others speak of most."""
    if len(notes) <= _MOST_NOTES:
        return tuple(notes)
    texts = [note.text.lower() for note in notes]
    names = {note.path: spelled_out(note.title).lower() for note in notes}
    spoken = {path: sum(name in text for text in texts) for path, name in names.items() if len(name) > 2}
    best = sorted(notes, key=lambda note: (-spoken.get(note.path, 0), -len(note.text)))[:_MOST_NOTES]
    return tuple(note for note in notes if note in best)
