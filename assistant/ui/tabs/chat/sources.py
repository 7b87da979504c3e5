"""The sources panel: cited words, marked in their note between their neighbours, and what else was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.documents.formats import has_pictures
from assistant.documents.loading import parse
from assistant.documents.ocr.notices import of_words
from assistant.errors import NotesError
from assistant.types import Chunk, Citation, ContextBlock, Document, ElementKind, Hit, Sentence, citation_numbers
from assistant.ui.marks import Nodes, TextMark
from assistant.ui.nodes import TagNode
from assistant.ui.render import render_passage

REACH = 400
"""Characters shown on each side of the cited words, less what is cut off to begin and end at a line."""

ReadNote = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Passage:
    """One card of the sources panel.

    Attributes:
        key: Names the card within one answer.
        trail: From the note's title down to the nearest heading.
        page: For a note with pages, the one on which the first marked words stand.
        scan: That the words were read in a picture, and how surely; empty for others.
        numbers: The citation numbers that are marked in it, ascending; empty for a passage that was only found.
        body: The note's words, marked.
        starts, ends: Whether the note begins or ends here; otherwise it goes on.
        hit: How it was found, if it was found and not cited.
        read: Whether the model read it.
        start, end: The stretch of the note that holds all marked words.
        gone: The words no longer stand in the note, or the note is gone; they are shown as they were cited.
        spans: Where each of the marked words begins and ends in the note, where its pages can be shown; or nothing.
    """

    key: str
    note: str
    trail: tuple[str, ...]
    page: int | None
    scan: str
    numbers: tuple[int, ...]
    body: Nodes
    starts: bool
    ends: bool
    hit: Hit | None = None
    read: bool = False
    start: int = 0
    end: int = 0
    gone: bool = False
    spans: tuple[tuple[int, int], ...] = ()


def cited_passages(sentences: Sequence[Sentence], read: ReadNote) -> tuple[Passage, ...]:
    """Returns one card for each group of neighbouring citations, in the order of their smallest numbers.

    Args:
        sentences: The finished sentences of an answer.
        read: From a note's path to the note.
    """
    numbers = citation_numbers(sentences)
    citations = {c.span: c for sentence in sentences for c in sentence.citations}
    standing = {span: citation for span, citation in citations.items() if _stands(citation, read)}
    gone = [[citation] for span, citation in citations.items() if span not in standing]
    groups = [*_neighbours(list(standing.values())), *gone]
    cards = [_cited(group, numbers, read) for group in groups]
    return tuple(sorted(cards, key=lambda card: card.numbers))


def found_passages(
    hits: Sequence[Hit], blocks: Sequence[ContextBlock], sentences: Sequence[Sentence], read: ReadNote
) -> tuple[Passage, ...]:
    """Returns a card for each hit that no sentence cites, best first."""
    cited = [c for sentence in sentences for c in sentence.citations]
    left = [hit for hit in hits if not any(_overlap(hit.chunk, citation) for citation in cited)]
    cards = (_found(hit, blocks, read) for hit in left)
    return tuple(card for card in cards if card is not None)


def _overlap(chunk: Chunk, citation: Citation) -> bool:
    return chunk.note == citation.note and chunk.start < citation.end and citation.start < chunk.end


def _neighbours(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Returns the citations in groups: in one note, each no further from the one before than a card reaches."""
    groups: list[list[Citation]] = []
    for citation in sorted(citations, key=lambda citation: citation.span):
        last = groups[-1] if groups else []
        near = last and last[0].note == citation.note and citation.start - max(c.end for c in last) < REACH
        if near:
            last.append(citation)
        else:
            groups.append([citation])
    return groups


def _cited(group: Sequence[Citation], numbers: Mapping[tuple[str, int, int], int], read: ReadNote) -> Passage:
    first = min(group, key=lambda citation: numbers[citation.span])
    gone = not _stands(first, read)
    note = parse(first.note, first.quote, "text", _title(first.note, read)) if gone else read(first.note)
    shift = -first.start if gone else 0
    start, end = window(note.text, min(c.start for c in group) + shift, max(c.end for c in group) + shift)
    return Passage(
        key=f"{first.note}:{start - shift}",
        note=first.note,
        trail=trail(note, first.heading_path),
        page=first.page,
        scan=of_words(first.confidence),
        numbers=tuple(sorted(numbers[citation.span] for citation in group)),
        body=render_window(note, start, end, [_mark(c, numbers[c.span], start - shift) for c in group]),
        starts=start == 0,
        ends=end == len(note.text),
        read=True,
        start=min(citation.start for citation in group),
        end=max(citation.end for citation in group),
        gone=gone,
        spans=() if gone else picture_spans(note, [(citation.start, citation.end) for citation in group]),
    )


def _stands(cited: Citation, read: ReadNote) -> bool:
    """Whether the note says what was cited of it: it may have been changed or removed since."""
    try:
        return read(cited.note).text[cited.start : cited.end] == cited.quote
    except NotesError:
        return False


def _title(path: str, read: ReadNote) -> str:
    try:
        return read(path).title
    except NotesError:
        return path


def _mark(citation: Citation, number: int, offset: int) -> TextMark:
    wrap = TagNode("mark", (), {"n": number})
    return TextMark(citation.start - offset, citation.end - offset, wrap, (TagNode("cite", (), {"n": number}),))


def _found(hit: Hit, blocks: Sequence[ContextBlock], read: ReadNote) -> Passage | None:
    chunk = hit.chunk
    try:
        note = read(chunk.note)
    except NotesError:  # removed since the search
        return None
    if note.text[chunk.start : chunk.end] != chunk.text:
        return None  # changed since
    start, end = window(note.text, chunk.start, chunk.end)
    return Passage(
        key=f"{chunk.note}:{chunk.start}-{chunk.end}",
        note=chunk.note,
        trail=trail(note, chunk.heading_path),
        page=chunk.page,
        scan=of_words(note.confidence_at(chunk.start, chunk.end)),
        numbers=(),
        body=render_window(note, start, end, [TextMark(chunk.start - start, chunk.end - start, TagNode("mark"))]),
        starts=start == 0,
        ends=end == len(note.text),
        hit=hit,
        read=any(b.note == chunk.note and b.start <= chunk.start < b.end for b in blocks),
        start=chunk.start,
        end=chunk.end,
        spans=picture_spans(note, [(chunk.start, chunk.end)]),
    )


def picture_spans(note: Document, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Returns the places of marked words in a note whose pages can be shown as they look; of others none."""
    return tuple(spans) if has_pictures(note.kind) else ()


def trail(note: Document, heading_path: Sequence[str]) -> tuple[str, ...]:
    """Returns the way to a passage: the note's title, then its headings, the title not said twice."""
    rest = tuple(heading_path[1:] if heading_path and heading_path[0] == note.title else heading_path)
    return (note.title, *rest)


def window(text: str, start: int, end: int, reach: int = REACH) -> tuple[int, int]:
    """Returns the stretch to show around ``text[start:end]``: whole lines, at most ``reach`` more on each side.

    Where a line is longer than that it is cut between words.
    """
    first, last = max(0, start - reach), min(len(text), end + reach)
    if first > 0 and text[first - 1] != "\n":
        line = text.find("\n", first, start)
        word = text.find(" ", first, start)
        first = line + 1 if line >= 0 else word + 1 if word >= 0 else start
    if last < len(text) and text[last] != "\n":
        line = text.rfind("\n", end, last)
        word = text.rfind(" ", end, last)
        last = line if line >= 0 else word if word >= 0 else end
    return first, last


def render_window(note: Document, start: int, end: int, marks: Sequence[TextMark]) -> Nodes:
    """Returns ``note.text[start:end]`` as a tree. Offsets of the marks count from ``start``."""
    piece = note.readable[start:end]
    opening = _opening(note, start)
    return render_passage(piece, marks, note.kind, before=lambda text: opening + _dedented(text))


def _opening(note: Document, start: int) -> str:
    """Returns what a piece needs in front that begins within code or below the head of a table, else nothing."""
    block = note.block_at(start)
    if block is None or not note.text[block.start : start].strip():
        return ""
    if block.kind is ElementKind.CODE:
        return "```\n"
    if block.kind is not ElementKind.TABLE or start <= block.start + len(block.label):
        return ""
    return note.head_of(block)


def _dedented(text: str) -> str:
    """Returns the lines moved left together, so that a piece from deep inside a list does not look like code."""
    base = 10**6
    moved: list[str] = []
    for line in text.split("\n"):
        body = line.lstrip(" \t")
        indent = len(line[: len(line) - len(body)].expandtabs(4))
        base = min(base, indent) if body else base
        moved.append(" " * max(0, indent - base) + body)
    return "\n".join(moved)
