"""Cards that the student wrote into the notes: ``Question::Answer`` and ``==gap==`` lines, as in Obsidian.

A line is left alone in code blocks and tables; what stands in `` `code` `` or in a formula separates nothing. Between
two words without a blank, ``::`` is read as a scope operator (``std::vector``) wherever the left word begins small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.notes.outline import MARKDOWN_KINDS, sections, tree
from assistant.study.anchoring import NEAR, heading_path_at
from assistant.study.cards import Card, Draft, Origin
from assistant.study.items import GAP, Anchor
from assistant.types import Note, Section

_KINDS = MARKDOWN_KINDS | {"text"}
_BLOCKS = frozenset({"line", "paragraph"})
_LONGEST_LINE = 2000
"""Longer lines are no cards: a paragraph without a break, or somebody who wants the search below to take hours."""

_MARKER = re.compile(r"\s*(?:[-*+]\s+|\d{1,4}[.)]\s+|>\s*)*(?:\[[ xX]\]\s+)?")
_PROTECTED = re.compile(
    r"(`+)[^`].*?\1|\$\$.+?\$\$|(?<![\\$])\$[^$\s](?:[^$]*[^$\s])?\$(?!\d)|!?\[\[[^\]]*\]\]|<[^<> ]+>"
)
_SEPARATOR = re.compile(r"(?<!:):::?(?!:)")
_SCOPE_LEFT = re.compile(r"(?:^|\W)(?:[a-z_]\w*|\d\w*|[A-Za-z]\w*_\w*)$|::\w+$|[\[(<>]$|^$")
_SCOPE_RIGHT = re.compile(r"~?\w+(?:[(<;]|::)|[\])]|$")
_CLOZE = re.compile(r"(?<![=\w])==(?![\s=])([^=\n]*[^=\s])==(?![=\w])")
_BOTH_WAYS = ":::"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A card as it stands in a note.

    Attributes:
        ordinal: Which card of its line it is, from 0: a line with two gaps makes two cards.
        anchor: The line without its list marker.
    """

    front: str
    back: str
    ordinal: int
    anchor: Anchor

    @property
    def key(self) -> str:
        """The same for the same words of the line, wherever it stands."""
        return line_key(self.anchor.quote, self.ordinal)

    def draft(self) -> Draft:
        """Returns the card to be made."""
        return Draft(self.front, self.back, Origin.LINE, self.key, self.anchor, self.anchor.heading_path)


def line_key(quote: str, ordinal: int) -> str:
    """Returns what stands for a line: its words, whatever the spacing, and the number of the card within it."""
    return f"{' '.join(quote.split())}\x1f{ordinal}"


def read_lines(note: Note) -> tuple[NoteLine, ...]:
    """Returns the cards written into a note, in order."""
    if note.kind not in _KINDS:
        return ()
    outline = sections(note)
    found: list[NoteLine] = []
    for node in tree(note).walk():
        if node.kind in _BLOCKS:
            for start, end in _lines(note.text, node.start, node.end):
                found += _read_line(note, start, end, outline)
    return tuple(found)


def changed_line(line: NoteLine, vanished: list[Card]) -> Card | None:
    """Returns the card whose line this is after an edit: of the lines that are gone, the one most like it, or None."""
    best, likeness = None, 100 * NEAR
    for card in vanished:
        if card.anchor and card.anchor.note == line.anchor.note and _ordinal(card) == line.ordinal:
            same_question = card.front == line.front
            like = 100.0 if same_question else fuzz.ratio(card.anchor.quote, line.anchor.quote)
            if like >= likeness:
                best, likeness = card, like
    return best


def _ordinal(card: Card) -> int:
    digits = card.source.rpartition("\x1f")[2]
    return int(digits) if digits.isdigit() else 0


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields the span of each line without its list marker and what is hidden behind it."""
    for match in re.finditer(r"[^\n]+", text[start:end]):
        line = match.group()
        marker = _MARKER.match(line)
        low = marker.end() if marker else 0
        high = _without_tail(line)
        if low < high <= low + _LONGEST_LINE:
            yield start + match.start() + low, start + match.start() + high


def _without_tail(line: str) -> int:
    r"""Returns where a line ends without the comment behind it, where Obsidian's spaced repetition keeps its schedule.

    Not by a regular expression: ``\s*(comment)?\s*$`` takes a minute for three thousand blanks.
    """
    body = line.rstrip()
    comment = body.find("<!--", 0, -len("-->")) if body.endswith("-->") else -1
    return len(body if comment < 0 else body[:comment].rstrip())


def _read_line(note: Note, start: int, end: int, outline: tuple[Section, ...]) -> list[NoteLine]:
    line = note.text[start:end]
    masked = _PROTECTED.sub(lambda match: "\x00" * len(match.group()), line)
    sides = list(_question(line, masked)) or list(_gaps(line, masked))
    anchor = Anchor(note.path, heading_path_at(outline, start), start, end, line)
    return [NoteLine(front, back, ordinal, anchor) for ordinal, (front, back) in enumerate(sides)]


def _question(line: str, masked: str) -> Iterator[tuple[str, str]]:
    """Yields the two sides of ``Question::Answer``; of ``Term:::Meaning`` also the other way round."""
    separators = [match for match in _SEPARATOR.finditer(masked) if not _is_scope(masked, match)]
    if len(separators) != 1:
        return
    front, back = line[: separators[0].start()].strip(), line[separators[0].end() :].strip()
    if front and back:
        yield front, back
        if separators[0].group() == _BOTH_WAYS:
            yield back, front


def _is_scope(masked: str, separator: re.Match[str]) -> bool:
    """Whether ``::`` belongs to a name in a programming language."""
    left, right = masked[: separator.start()], masked[separator.end() :]
    if left[-1:].isspace() or right[:1].isspace():
        return False
    return bool(_SCOPE_LEFT.search(left) or _SCOPE_RIGHT.match(right))


def _gaps(line: str, masked: str) -> Iterator[tuple[str, str]]:
    """Yields one card for each ``==gap==``, with the other gaps filled in."""
    gaps = [match.span() for match in _CLOZE.finditer(masked)]
    for number, (start, end) in enumerate(gaps):
        parts, done = [], 0
        for other, (low, high) in enumerate(gaps):
            parts += [line[done:low], GAP if other == number else line[low + 2 : high - 2]]
            done = high
        front = "".join([*parts, line[done:]])
        if front.strip() != GAP:
            yield front, line[start + 2 : end - 2]
