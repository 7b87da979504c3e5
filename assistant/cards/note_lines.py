"""Cards that the student wrote into the notes, as in Obsidian, and lines that look like cards and are not read.

``Question::Answer``, ``Term:::Meaning`` (both ways), ``==gap==``, Anki's ``{{c1::gap}}``, and a question and an answer
of several lines with ``?`` between them (``??`` for both ways), up to the next blank line. What stands in a code block,
in a table, in `` `code` `` or in a formula is left alone. Between two words without a blank, ``::`` is read as a scope
operator (``std::vector``) wherever the left word begins small.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz

from assistant.cards.anki_text import gap_numbers, with_gap
from assistant.cards.card import Card, CardDraft, Origin
from assistant.documents.formats import is_markdown
from assistant.quiz.item import GAP, Anchor
from assistant.study.anchoring import NEAR
from assistant.types import Document, Element, ElementKind

_TEXTS = frozenset({ElementKind.ITEM, ElementKind.PARAGRAPH, ElementKind.QUOTE})
_PRINTED = frozenset(("pdf", "image"))
"""What was printed: nobody wrote cards into it."""
_LONGEST_LINE = 2000
"""Longer lines are no cards: a paragraph without a break, or somebody who wants the search below to take hours."""

_PROTECTED = re.compile(r"!?\[\[[^\]]*\]\]|<[^<> ]+>|https?://\S+")
_SEPARATOR = re.compile(r"(?<!:):::?(?!:)")
_SCOPE_LEFT = re.compile(r"(?:^|\W)(?:[a-z_]\w*|\d\w*|[A-Za-z]\w*_\w*)$|::\w+$|[\[(<>]$|^$")
_SCOPE_RIGHT = re.compile(r"~?\w+(?:[(<;]|::)|[\])]|$")
_CODE_LEFT = re.compile(r"[\[(<>]$")
_CODE_LINE = re.compile(r"[;{(,]\s*\Z")
_CLOZE = re.compile(r"(?<![=\w])==(?![\s=])([^=\n]*[^=\s])==(?![=\w])")
_LONE_MARK = re.compile(r"(?<![=\w])==(?![\s=])[\w*_\"'(]")
_BRACES = re.compile(r"\{\{(?!c\d+::)[^\s{}][^{}\n]*[^\s{}]\}\}")
_ASKED = re.compile(r"(?:Q|Question)\s?:\s+\S", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:A|Answer)\s?:\s+\S", re.IGNORECASE)
_TURN = re.compile(r"^[ \t]*(\?\??)[ \t]*$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_NEWLINE = re.compile("\n")
_TAG_LINE = re.compile(r"(?:#[\w/-]+[ \t]*)+\n")
_BOTH_WAYS = ":::"
_BOTH_TURNS = "??"

_MANY = "it has more than one ::"
_EMPTY = "a side of it is empty"
_SCOPE = ":: between two words may be a name in a program; put a blank on both sides of it"
_WHOLE = "nothing is left of it beside the gap"
_BROKEN = "the mark == does not end on this line"
_NO_NUMBER = "a gap in braces has a number: {{c1::word}}"
_LABELLED = "Q: and A: are not read; write Question::Answer, or a line with ? between them"
_IN_TABLE = "it is in a table"
_HEADING = "it is a heading"
_LONG = f"it has more than {_LONGEST_LINE:,} characters"
_HALF = "? stands alone; the question belongs on the lines above it and the answer on those below"


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that looks like a card and is not read as one.

    Attributes:
        line: Its number in the note, from 1.
        why: What is wrong with it, as the end of a sentence.
    """

    note: str
    line: int
    text: str
    why: str


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

    def draft(self) -> CardDraft:
        """Returns the card to be made."""
        return CardDraft(self.front, self.back, Origin.LINE, self.key, self.anchor, self.anchor.heading_path)


def line_key(quote: str, ordinal: int) -> str:
    """Returns what stands for a line: its words, whatever the spacing, and the number of the card within it."""
    return f"{' '.join(quote.split())}\x1f{ordinal}"


def read_lines(note: Document) -> tuple[NoteLine, ...]:
    """Returns the cards written into a note, in order."""
    return _LineReader(note).read()[0]


def unread_lines(note: Document) -> tuple[UnreadLine, ...]:
    """Returns the lines of a note that look like cards and are not read as such, in order."""
    return _LineReader(note).read()[1]


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


class _LineReader:
    """Reads the cards of one note; what it meets that only looks like one is noted too."""

    def __init__(self, note: Document) -> None:
        self._note = note
        self._cards: list[NoteLine] = []
        self._unread: list[UnreadLine] = []
        self._gaps = [range(*found.span()) for found in _BLANK_LINES.finditer(note.readable)]
        whole = [element for element in note.elements if element.kind in (ElementKind.CODE, ElementKind.FORMULA)]
        self._whole = [range(e.start, e.start + len(note.text[e.start : e.end].rstrip())) for e in whole]
        self._starts = [0, *(found.end() for found in _NEWLINE.finditer(note.text))]
        self._asked = range(0)  # the last line that begins with "Q:"

    def read(self) -> tuple[tuple[NoteLine, ...], tuple[UnreadLine, ...]]:
        note = self._note
        if note.kind in _PRINTED or not (is_markdown(note.kind) or note.kind == "text"):
            return (), ()
        taken = list(self._turns())
        starts = [span.start for span in taken]
        for (parent, start), sentences in groupby(note.sentences(), key=lambda one: (one.parent, one.body)):
            *_, last = sentences
            at = bisect_right(starts, start) - 1
            if (at >= 0 and start < taken[at].stop) or last.end > start + _LONGEST_LINE:
                continue
            if note.elements[parent].kind in _TEXTS:
                self._read_piece(start, last)
            elif note.elements[parent].kind is ElementKind.TABLE:
                self._pass_over(start, last.end, _IN_TABLE)
        for block in note.blocks:
            if block.kind is ElementKind.HEADING:
                self._pass_over(block.body, block.start + len(note.text[block.start : block.end].rstrip()), _HEADING)
        by_place = sorted(self._cards, key=lambda card: (card.anchor.start, card.ordinal))
        return tuple(by_place), tuple(sorted(self._unread, key=lambda one: one.line))

    # -- several lines

    def _turns(self) -> Iterator[range]:
        """Yields where the cards of several lines are."""
        text, done = self._note.readable, 0
        for turn in _TURN.finditer(text):
            block = self._note.block_at(turn.start(1))
            if block is None or block.kind not in _TEXTS or turn.start() < done or self._is_inside(turn.start(1)):
                continue
            start, end = self._above(turn.start(), done), self._below(turn.end())
            front, back = text[start : turn.start()].strip(), text[turn.end() : end].strip()
            if front and back and end - start <= _LONGEST_LINE:
                both = turn[1] == _BOTH_TURNS
                anchor = Anchor(
                    self._note.path, self._note.headings_above(block), start, end, self._note.text[start:end]
                )
                sides = [(front, back), (back, front)] if both else [(front, back)]
                self._cards += [NoteLine(*two, ordinal, anchor) for ordinal, two in enumerate(sides)]
                yield range(start, end)
                done = end
            elif front or back:
                self._refuse(turn.start(1), turn[1], _LONG if front and back else _HALF)

    def _above(self, at: int, done: int) -> int:
        """Returns where the question above ``at`` begins: behind a blank line, a heading, code or a table."""
        text = self._note.readable
        before = bisect_right(self._gaps, at, key=lambda gap: gap.stop) - 1
        low = max(done, self._gaps[before].stop if before >= 0 else 0, at - _LONGEST_LINE - 1)
        number = self._block_number(at) - 1
        while number >= 0 and (block := self._note.blocks[number]).end > low:
            low = low if block.kind in _TEXTS else max(low, block.end)
            number -= 1
        tags = _TAG_LINE.match(text, low, at)
        low = tags.end() if tags else low
        return low + len(text[low:at]) - len(text[low:at].lstrip())

    def _below(self, at: int) -> int:
        """Returns where the answer below ends: before a blank line that is not one of a code block, or a heading."""
        text = self._note.readable
        number = bisect_right(self._gaps, at, key=lambda gap: gap.stop)
        while number < len(self._gaps) and self._is_inside(self._gaps[number].start):
            number += 1
        end = min(self._gaps[number].start if number < len(self._gaps) else len(text), at + _LONGEST_LINE + 1)
        number = self._block_number(at)
        while number < len(self._note.blocks) and (block := self._note.blocks[number]).start < end:
            end = block.start if block.kind is ElementKind.HEADING else end
            number += 1
        return at + len(text[at:end].rstrip())

    def _is_inside(self, at: int) -> bool:
        """Whether a line belongs to a code block or a formula."""
        number = bisect_right(self._whole, at, key=lambda span: span.start) - 1
        return number >= 0 and at < self._whole[number].stop

    def _block_number(self, at: int) -> int:
        return bisect_right(self._note.blocks, at, key=lambda block: block.start)

    # -- one line

    def _read_piece(self, start: int, last: Element) -> None:
        """Reads what an editor may have broken into lines; lines that are cards of their own are read one by one."""
        masked = self._masked(start, last.end)
        lines = list(_spans_of_lines(masked))
        signed = [span for span in lines if _SEPARATOR.search(masked, *span) or _CLOZE.search(masked, *span)]
        for low, high in lines if len(signed) > 1 else [(0, len(masked))]:
            self._read_line(start + low, masked[low:high], last)

    def _read_line(self, start: int, masked: str, last: Element) -> None:
        line = self._note.text[start : start + len(masked)]
        why = ""
        sides = list(_numbered_gaps(line, masked))
        if not sides:
            sides, why = _question(line, masked)
        if not sides:
            sides, whole = _gaps(line, masked)
            why = "" if sides else whole or why or self._suspicion(start, masked)
        if why:
            self._refuse(start, line, why)
        anchor = Anchor(self._note.path, self._note.headings_above(last), start, start + len(line), line)
        self._cards += [NoteLine(*two, ordinal, anchor) for ordinal, two in enumerate(sides)]

    def _pass_over(self, start: int, end: int, why: str) -> None:
        """Notes a row of a table or a heading that looks like a card."""
        masked = self._masked(start, end)
        separators = _SEPARATOR.finditer(masked)
        if _CLOZE.search(masked) or any(
            not _is_scope(masked, one) or " " in masked[: one.start()] for one in separators
        ):
            self._refuse(start, self._note.text[start:end], why)

    def _suspicion(self, start: int, masked: str) -> str:
        """Returns why a line that is no card may be meant for one."""
        asked, self._asked = self._asked, range(0)
        if _ASKED.match(masked):
            self._asked = range(start, start + len(masked))
        elif asked and _ANSWERED.match(masked) and self._note.text[asked.stop : start].isspace():
            self._refuse(asked.start, self._note.text[asked.start : asked.stop], _LABELLED)
        if _BRACES.search(masked):
            return _NO_NUMBER
        return _BROKEN if _LONE_MARK.search(_CLOZE.sub("", masked)) else ""

    def _masked(self, start: int, end: int) -> str:
        """Returns a stretch of the note with NUL for what separates nothing: code, formulas, links."""
        masked = list(_PROTECTED.sub(lambda match: "\x00" * len(match.group()), self._note.text[start:end]))
        for one in self._note.inside(start, end):
            if one.kind in (ElementKind.CODE, ElementKind.FORMULA):
                masked[one.start - start : one.end - start] = "\x00" * (min(one.end, end) - one.start)
        return "".join(masked)

    def _refuse(self, start: int, text: str, why: str) -> None:
        self._unread.append(UnreadLine(self._note.path, bisect_right(self._starts, start), " ".join(text.split()), why))


def _spans_of_lines(text: str) -> Iterator[tuple[int, int]]:
    low = 0
    for line in text.split("\n"):
        lead = len(line) - len(line.lstrip())
        if line.strip():
            yield low + lead, low + len(line.rstrip())
        low += len(line) + 1


def _question(line: str, masked: str) -> tuple[list[tuple[str, str]], str]:
    """Returns the two sides of ``Question::Answer``, of ``Term:::Meaning`` also the other way round; or why not."""
    found = list(_SEPARATOR.finditer(masked))
    separators = [one for one in found if not _is_scope(masked, one)]
    if len(separators) != 1:
        return [], _MANY if len(separators) > 1 else _why_no_question(masked, found)
    front, back = line[: separators[0].start()].strip(), line[separators[0].end() :].strip()
    if not front or not back:
        return [], _EMPTY if front or back else ""
    return [(front, back), *([(back, front)] if separators[0].group() == _BOTH_WAYS else [])], ""


def _why_no_question(masked: str, scopes: list[re.Match[str]]) -> str:
    """Returns why a line whose every ``::`` looks like a scope operator is no card, unless it is plainly code."""
    if _CODE_LINE.search(masked):
        return ""
    for one in scopes:
        left, right = masked[: one.start()].rstrip(), masked[one.end() :].lstrip()
        if not left.strip() or not right.strip():
            return _EMPTY if left.strip() or right.strip() else ""
        if not _CODE_LEFT.search(left) and not _SCOPE_RIGHT.match(right):
            return _SCOPE
    return _MANY if len(scopes) > 1 and masked[: scopes[0].start()].istitle() else ""


def _is_scope(masked: str, separator: re.Match[str]) -> bool:
    """Whether ``::`` belongs to a name in a programming language."""
    left, right = masked[: separator.start()], masked[separator.end() :]
    if left[-1:].isspace() or right[:1].isspace():
        return False
    return bool(_SCOPE_LEFT.search(left) or _SCOPE_RIGHT.match(right))


def _numbered_gaps(line: str, masked: str) -> Iterator[tuple[str, str]]:
    """Yields one card for each number of the gaps ``{{c1::answer}}``, with the other gaps filled in."""
    for number in gap_numbers(masked):
        front, answers = with_gap(line, number, masked)
        if answers and front.strip() != GAP:
            yield front, ", ".join(answers)


def _gaps(line: str, masked: str) -> tuple[list[tuple[str, str]], str]:
    """Returns one card for each ``==gap==``, with the other gaps filled in; or why there is none."""
    gaps = [match.span() for match in _CLOZE.finditer(masked)]
    cards: list[tuple[str, str]] = []
    for number, (start, end) in enumerate(gaps):
        parts, done = [], 0
        for other, (low, high) in enumerate(gaps):
            parts += [line[done:low], GAP if other == number else line[low + 2 : high - 2]]
            done = high
        front = "".join([*parts, line[done:]])
        if front.strip() != GAP:
            cards.append((front, line[start + 2 : end - 2]))
    return cards, _WHOLE if gaps and not cards else ""
