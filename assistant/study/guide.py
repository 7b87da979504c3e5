"""Study guides: what the notes say of a topic on one page, with its key terms and a few questions, as records and as
Markdown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from assistant.answering.attribution import Attributor
from assistant.errors import Cancelled, StudyError
from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator
from assistant.quiz.choosing import Span
from assistant.quiz.item import Anchor, Item
from assistant.quiz.kinds import kind_of
from assistant.quiz.making.facts import Fact
from assistant.study.summaries import pick_summary, summary_prompt, without_repeats, write_summary
from assistant.types import Citation, ContextBlock, Document, Sentence

SENTENCES = 14
"""Of a summary: with their sources they fill a page."""

MAX_BLOCKS = 8
"""Sections that a summary is made from; of a wider topic it takes them evenly from beginning to end."""

TERMS = 12
QUESTIONS = 5
_MOST_OF_A_BLOCK = 5


@dataclass(frozen=True, slots=True)
class GuideRequest:
    """What a guide is to be made from.

    Attributes:
        title: The topic, for the student.
        blocks: Where the notes speak of it, in reading order; see ``blocks_in``.
        notes: The notes of these blocks, by path.
        facts: What the notes say of which term, in order.
        focus: The topic in free words, where it is no heading or note; the summary then keeps to it.
        questions: Returns at most so many quiz items about the topic.
    """

    title: str
    blocks: tuple[ContextBlock, ...]
    notes: dict[str, Document]
    facts: tuple[Fact, ...] = ()
    focus: str = ""
    questions: Callable[[int], Sequence[Item]] = field(default=lambda count: ())


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A term and the exact words that say what it is."""

    name: str
    definition: Anchor


@dataclass(frozen=True, slots=True)
class GuidePart:
    """What a summary says of one section; every sentence is supported and cited."""

    note: str
    heading_path: tuple[str, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """A finished guide.

    Attributes:
        writer: Name of the model that wrote the summary; empty where its sentences are the notes' own.
        left_out: Sentences that the model wrote and that the notes do not support.
        stopped: The student stopped it; it holds what was done until then.
    """

    title: str
    parts: tuple[GuidePart, ...]
    terms: tuple[KeyTerm, ...]
    questions: tuple[Item, ...]
    writer: str = ""
    left_out: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class GuideProgress:
    """How far a guide is: ``done`` of ``total`` sections are summed up."""

    done: int
    total: int
    current: str


class GuideMaker:
    """Makes guides.

    Args:
        embedder: Finds the sentences that stand for the rest, where no model writes.
        generator: Writes the summary; None to pick sentences of the notes.
        min_support: See ``Attributor``.
    """

    def __init__(self, embedder: TextEmbedder, generator: Generator | None, min_support: float) -> None:
        self._embedder = embedder
        self._generator = generator
        self._min_support = min_support

    def make(
        self,
        request: GuideRequest,
        cancel: threading.Event,
        on_progress: Callable[[GuideProgress], None] = lambda _: None,
    ) -> Guide:
        """Returns the guide of a topic; if ``cancel`` is set meanwhile, what is done by then.

        Raises:
            StudyError: The notes say nothing on the topic.
            ModelError: The model failed.
        """
        if not request.blocks:
            hint = "Name a note, a heading, or what it is about: assistant notes list"
            raise StudyError(f"Your notes contain nothing on {request.title!r}.", hint=hint)
        blocks = spread(request.blocks, MAX_BLOCKS)
        guide = Guide(request.title, (), key_terms(request.facts, request.blocks), ())
        guide = self._summed_up(guide, replace(request, blocks=blocks), cancel, on_progress)
        if cancel.is_set():
            return replace(guide, stopped=True)
        return replace(guide, questions=tuple(request.questions(QUESTIONS)))

    def _summed_up(
        self,
        guide: Guide,
        request: GuideRequest,
        cancel: threading.Event,
        on_progress: Callable[[GuideProgress], None],
    ) -> Guide:
        """Adds the summary: of each section by itself, so that it can be stopped between them."""
        total = len(request.blocks)
        left_out = 0
        said: list[Sentence] = []
        parts: list[GuidePart] = []
        counts = shares([len(block.text) for block in request.blocks], SENTENCES)
        for done, (block, count) in enumerate(zip(request.blocks, counts, strict=True)):
            on_progress(GuideProgress(done, total, _name(block)))
            try:
                sentences, unsupported = self._of_block(block, count, request, cancel)
            except Cancelled:
                break
            left_out += unsupported
            new = without_repeats(sentences, said)
            said += new
            if new:
                parts.append(_part(sorted(new, key=_place)))
        on_progress(GuideProgress(total, total, ""))
        writer = self._generator.name if self._generator else ""
        return replace(guide, parts=tuple(_joined(parts)), left_out=left_out, writer=writer)

    def _of_block(
        self, block: ContextBlock, count: int, request: GuideRequest, cancel: threading.Event
    ) -> tuple[list[Sentence], int]:
        """Returns the sentences on a block, and how many were dropped. Where none is left, some of the notes' own."""
        if cancel.is_set():
            raise Cancelled("The guide was stopped.")
        dropped = 0
        if self._generator is not None:
            attributor = Attributor([block], request.focus, self._min_support, request.notes)
            prompt = summary_prompt(block, request.focus, count)
            written, dropped = write_summary(prompt, count, attributor, self._generator, cancel)
            if written:
                return written, dropped
        return pick_summary([block], request.notes, self._embedder, count, request.focus), dropped


def blocks_in(spans: Sequence[Span], blocks: Sequence[ContextBlock]) -> tuple[ContextBlock, ...]:
    """Returns the parts of ``blocks`` that lie in one of ``spans``, in the order of ``blocks``."""
    cut = (_cut(block, span) for block in blocks for span in spans if span.note == block.note)
    return tuple(dict.fromkeys(block for block in cut if block.text.strip()))


def _cut(block: ContextBlock, span: Span) -> ContextBlock:
    start, end = max(block.start, span.start), min(block.end, span.end)
    return replace(block, start=start, end=max(start, end), text=block.text[start - block.start : end - block.start])


def spread(blocks: Sequence[ContextBlock], most: int) -> tuple[ContextBlock, ...]:
    """Returns at most ``most`` blocks, evenly from beginning to end."""
    step = max(1.0, len(blocks) / most)
    return tuple(blocks[int(i * step)] for i in range(min(most, len(blocks))))


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """Returns how many of ``total`` sentences each block gets: by its size, at least one, at most five."""
    whole = max(1, sum(sizes))
    return [max(1, min(_MOST_OF_A_BLOCK, round(total * size / whole))) for size in sizes]


def key_terms(facts: Sequence[Fact], blocks: Sequence[ContextBlock]) -> tuple[KeyTerm, ...]:
    """Returns the terms that are defined in ``blocks``, each once, evenly from beginning to end."""
    found: dict[str, KeyTerm] = {}
    for fact in facts:
        if not fact.aspect and any(_holds(block, fact.anchor) for block in blocks):
            found.setdefault(fact.term.name.lower(), KeyTerm(fact.term.label, fact.anchor))
    terms = list(found.values())
    step = max(1.0, len(terms) / TERMS)
    return tuple(terms[int(i * step)] for i in range(min(TERMS, len(terms))))


def _holds(block: ContextBlock, anchor: Anchor) -> bool:
    return block.note == anchor.note and block.start <= anchor.start < block.end


def _name(block: ContextBlock) -> str:
    return " > ".join((block.note, *block.heading_path[-1:]))


def _place(sentence: Sentence) -> int:
    return sentence.citations[0].start


def _part(sentences: Sequence[Sentence]) -> GuidePart:
    """Returns the sentences on one block under the headings that all of them share."""
    cited = [sentence.citations[0] for sentence in sentences]
    shared = [same[0] for same in zip(*(c.heading_path for c in cited), strict=False) if len(set(same)) == 1]
    return GuidePart(cited[0].note, tuple(shared), tuple(sentences))


def _joined(parts: Sequence[GuidePart]) -> Iterator[GuidePart]:
    """Puts neighbours under the same heading together."""
    for (note, heading_path), same in groupby(parts, key=lambda part: (part.note, part.heading_path)):
        yield GuidePart(note, heading_path, tuple(sentence for part in same for sentence in part.sentences))


LETTERS = "ABCDEFGH"


def guide_markdown(guide: Guide) -> str:
    """Returns the guide: summary, key terms, questions, answers, and the words of the notes behind each number."""
    sources: dict[tuple[str, int, int], Citation] = {}
    parts = [f"# Study guide: {guide.title}", _origin(guide)]
    if guide.parts:
        parts += ["## Summary", *_summary(guide.parts, sources)]
    if guide.terms:
        parts += ["## Key terms", "\n".join(map(_term, guide.terms))]
    if guide.questions:
        parts += ["## Questions", *(_question(item, n) for n, item in enumerate(guide.questions, start=1))]
        parts += ["## Answers", "\n".join(_answer(item, n) for n, item in enumerate(guide.questions, start=1))]
    if sources:
        lines = (f"{n}. {_source(cited)}" for n, cited in enumerate(sources.values(), start=1))
        parts += ["## Sources", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _origin(guide: Guide) -> str:
    if guide.writer:
        text = f"Written by {guide.writer} from your notes; every sentence of the summary was checked against them."
        text += f" {_counted(guide.left_out)} left out because your notes do not say so." if guide.left_out else ""
    else:
        text = "The sentences of the summary are taken from your notes."
    return f"*{text}*" + ("\n\n*It was stopped before it was complete.*" if guide.stopped else "")


def _counted(count: int) -> str:
    return "1 sentence was" if count == 1 else f"{count} sentences were"


def _summary(parts: Sequence[GuidePart], sources: dict[tuple[str, int, int], Citation]) -> Iterator[str]:
    for part in parts:
        yield f"### {' > '.join(part.heading_path[-2:]) or part.note}"
        yield "\n".join(
            f"- {sentence.text} {' '.join(f'[{_number(cited, sources)}]' for cited in sentence.citations)}"
            for sentence in part.sentences
        )


def _number(cited: Citation, sources: dict[tuple[str, int, int], Citation]) -> int:
    key = (cited.note, cited.start, cited.end)
    sources.setdefault(key, cited)
    return list(sources).index(key) + 1


def _term(term: KeyTerm) -> str:
    return f"- **{term.name}**: “{_line(term.definition.quote)}” ({_where(term.definition)})"


def _question(item: Item, number: int) -> str:
    kind = kind_of(item)
    lines = [f"{number}. {kind.lead}{item.question}", *(f"   - {left}" for left in item.lefts)]
    if not kind.has_fixed_options:
        lines += [f"   - {letter}) {option}" for letter, option in zip(LETTERS, item.options, strict=False)]
    return "\n".join(lines)


def _answer(item: Item, number: int) -> str:
    return f"{number}. {kind_of(item).solution(item, LETTERS)} “{_line(item.source.quote)}” ({_where(item.source)})"


def _source(cited: Citation) -> str:
    page = f", page {cited.page}" if cited.page else ""
    return f"{' > '.join((cited.note, *cited.heading_path))}{page}: “{_line(cited.quote)}”"


def _where(anchor: Anchor) -> str:
    return " > ".join((anchor.note, *anchor.heading_path))


def _line(quote: str) -> str:
    """Returns a quote on one line: a line break within it would end the list."""
    return " ".join(quote.split())
