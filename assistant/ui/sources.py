"""The sources panel: cited words, marked in their note between their neighbours, and what else was found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.errors import NotesError
from assistant.notes.wiki import readable
from assistant.types import Block, Chunk, Citation, Hit, Note, Sentence
from assistant.ui.marks import Mark, Nodes
from assistant.ui.nodes import Element
from assistant.ui.render import citation_numbers, render_passage, span_of

REACH = 400
"""Characters shown on each side of the cited words, less what is cut off to begin and end at a line."""

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_LIST_ITEM = re.compile(r"\s*(?:[-*•▪–·]|\d{1,3}[.)])\s")
_WRAPPED_LINE = 45
_LONG_NOTE_CHARS = 1_000_000

ReadNote = Callable[[str], Note]


@dataclass(frozen=True, slots=True)
class Passage:
    """One card of the sources panel.

    Attributes:
        key: Names the card within one answer.
        trail: From the note's title down to the nearest heading.
        page: For a note with pages, the one on which the first marked words stand.
        numbers: The citation numbers that are marked in it, ascending; empty for a passage that was only found.
        body: The note's words, marked.
        starts, ends: Whether the note begins or ends here; otherwise it goes on.
        hit: How it was found, if it was found and not cited.
        read: Whether the model read it.
        start, end: The stretch of the note that holds all marked words.
        gone: The words no longer stand in the note, or the note is gone; they are shown as they were cited.
    """

    key: str
    note: str
    trail: tuple[str, ...]
    page: int | None
    numbers: tuple[int, ...]
    body: Nodes
    starts: bool
    ends: bool
    hit: Hit | None = None
    read: bool = False
    start: int = 0
    end: int = 0
    gone: bool = False


def cited_passages(sentences: Sequence[Sentence], read: ReadNote) -> tuple[Passage, ...]:
    """Returns one card for each group of neighbouring citations, in the order of their smallest numbers.

    Args:
        sentences: The finished sentences of an answer.
        read: From a note's path to the note.
    """
    numbers = citation_numbers(sentences)
    citations = {span_of(c): c for sentence in sentences for c in sentence.citations}
    standing = {span: citation for span, citation in citations.items() if _stands(citation, read)}
    gone = [[citation] for span, citation in citations.items() if span not in standing]
    groups = [*_neighbours(list(standing.values())), *gone]
    cards = [_cited(group, numbers, read) for group in groups]
    return tuple(sorted(cards, key=lambda card: card.numbers))


def found_passages(
    hits: Sequence[Hit], blocks: Sequence[Block], sentences: Sequence[Sentence], read: ReadNote
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
    for citation in sorted(citations, key=span_of):
        last = groups[-1] if groups else []
        near = last and last[0].note == citation.note and citation.start - max(c.end for c in last) < REACH
        if near:
            last.append(citation)
        else:
            groups.append([citation])
    return groups


def _cited(group: Sequence[Citation], numbers: Mapping[tuple[str, int, int], int], read: ReadNote) -> Passage:
    first = min(group, key=lambda citation: numbers[span_of(citation)])
    gone = not _stands(first, read)
    note = Note(first.note, first.quote, "text", _title(first.note, read)) if gone else read(first.note)
    shift = -first.start if gone else 0
    start, end = window(note.text, min(c.start for c in group) + shift, max(c.end for c in group) + shift)
    return Passage(
        key=f"{first.note}:{start - shift}",
        note=first.note,
        trail=trail(note, first.heading_path),
        page=first.page,
        numbers=tuple(sorted(numbers[span_of(citation)] for citation in group)),
        body=render_window(note, start, end, [_mark(c, numbers[span_of(c)], start - shift) for c in group]),
        starts=start == 0,
        ends=end == len(note.text),
        read=True,
        start=min(citation.start for citation in group),
        end=max(citation.end for citation in group),
        gone=gone,
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


def _mark(citation: Citation, number: int, offset: int) -> Mark:
    wrap = Element("mark", (), {"n": number})
    return Mark(citation.start - offset, citation.end - offset, wrap, (Element("cite", (), {"n": number}),))


def _found(hit: Hit, blocks: Sequence[Block], read: ReadNote) -> Passage | None:
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
        numbers=(),
        body=render_window(note, start, end, [Mark(chunk.start - start, chunk.end - start, Element("mark"))]),
        starts=start == 0,
        ends=end == len(note.text),
        hit=hit,
        read=any(b.note == chunk.note and b.start <= chunk.start < b.end for b in blocks),
        start=chunk.start,
        end=chunk.end,
    )


def trail(note: Note, heading_path: Sequence[str]) -> tuple[str, ...]:
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


def render_window(note: Note, start: int, end: int, marks: Sequence[Mark]) -> Nodes:
    """Returns ``note.text[start:end]`` as a tree. Offsets of the marks count from ``start``."""
    piece = readable(note.text)[start:end] if note.kind == "markdown" else note.text[start:end]
    if note.kind == "pdf":
        return render_passage(_unwrapped(piece), marks, note.kind)
    opening = "```\n" if _in_code(note.text, start) else _table_head(piece)
    return render_passage(piece, marks, note.kind, before=lambda text: opening + _dedented(text))


def _in_code(text: str, offset: int) -> bool:
    """Whether a code block is open at the offset. Not looked for far down a huge note, where it would take long."""
    return offset < _LONG_NOTE_CHARS and len(_FENCE.findall(text, 0, offset)) % 2 == 1


def _unwrapped(text: str) -> str:
    """Returns the text of a page with the line breaks inside its paragraphs made spaces; the length is the same."""
    lines = text.split("\n")
    joined = [lines[0]]
    for previous, line in pairwise(lines):
        same = len(previous) > _WRAPPED_LINE and line.strip() and not _LIST_ITEM.match(line)
        joined += [" " if same else "\n", line]
    return "".join(joined)


def _table_head(piece: str) -> str:
    """Returns an empty head for a piece that begins in the middle of a table, else nothing."""
    lines = piece.split("\n", 2)
    rows = [line.strip() for line in lines[:2]]
    if not rows[0].startswith("|") or (len(rows) > 1 and set(rows[1]) <= set("|-: ")):
        return ""
    columns = max(1, rows[0].strip("|").count("|") + 1)
    return "|" + " |" * columns + "\n|" + "---|" * columns + "\n"


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
