"""Where a picture stands in a text is marked while the text is made, and its own text put there once it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.documents.decoding import clean
from assistant.documents.formats.format import Extract, InnerText
from assistant.documents.ocr.pages import RecognizedPage

_MARK = re.compile("\ue000([0-9]{1,6})\ue001")
_MARK_IN_TEXT = re.compile(f"(?: (?={_MARK.pattern}(?: |$)))?{_MARK.pattern}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_FENCE = re.compile(r"`{3,}")
_BLOCK = re.compile(r"\\?(?:[-+*] |\d+[.)] |\|)|`{3}|\s")
_ENDS = re.compile(r"[.!?:;]\W*\Z")
_FEWEST_WORDS = 3
_SHORT_WORDS = 5
_LEAST_SURE = 0.7
"""A logo has a word or two, and what is read out of leaves and stones is read unsurely."""


def mark(number: int) -> str:
    """Returns what stands in a text where a picture stands; empty for number 0, a picture that is not read."""
    return f"\ue000{number}\ue001" if number else ""


def text_of(picture: RecognizedPage) -> str:
    """Returns the text of a picture as Markdown without headings; empty if it holds none.

    Short pieces, such as the names of the parts in a drawing, are put in one paragraph.
    """
    from assistant.documents.ocr.placed_words import markdown_of

    words = sum(len(_WORD.findall(line.text)) for line in picture.lines)
    if words < _FEWEST_WORDS or picture.confidence < _LEAST_SURE:
        return ""
    blocks = _HEADING.sub("", markdown_of([picture])[0]).split("\n\n")
    out: list[str] = []
    was_short = False
    for block in blocks:
        is_short = len(block.split()) <= _SHORT_WORDS and not _BLOCK.match(block) and not _ENDS.search(block)
        if is_short and was_short:
            out[-1] += f"; {block}"
        else:
            out.append(block)
        was_short = is_short
    return "\n\n".join(out)


@dataclass
class _Placed:
    """What was found while the marks were replaced."""

    recognized: Mapping[int, RecognizedPage]
    seen: set[int] = field(default_factory=set)
    unread: list[int] = field(default_factory=list)
    texts: list[InnerText] = field(default_factory=list)

    def new_texts(self, line: str) -> list[tuple[float, str]]:
        """Returns the texts of the pictures that are marked in a line and were not before, with their confidence."""
        found = []
        for number in map(int, _MARK.findall(line)):
            if number in self.seen:
                continue
            self.seen.add(number)
            picture = self.recognized.get(number)
            if picture is None:
                self.unread.append(number)
            elif text := text_of(picture):
                found.append((picture.confidence, text))
        return found


def with_texts(pages: Sequence[str], recognized: Mapping[int, RecognizedPage]) -> Extract:
    """Returns a text with that of its pictures behind the paragraphs that they stand in, in a table within the cell.

    Args:
        pages: The text, with marks.
        recognized: What is known of its pictures, by their numbers.
    """
    placed = _Placed(recognized)
    done = tuple(_page(number, clean(page), placed) for number, page in enumerate(pages, start=1))
    return Extract(done, unread_pictures=tuple(placed.unread), pictures=tuple(placed.texts))


def _page(number: int, page: str, placed: _Placed) -> str:
    if not _MARK.search(page):
        return page
    out = _Output(number, placed)
    for line in page.split("\n"):
        if line.lstrip().startswith("|"):
            out.row(line)
        else:
            out.line(line)
    return out.whole()


class _Output:
    """A page that is written line by line."""

    def __init__(self, number: int, placed: _Placed) -> None:
        self._number, self._placed = number, placed
        self._parts: list[str] = []
        self._length = 0
        self._waiting: list[tuple[float, str]] = []
        self._fence = ""

    def line(self, line: str) -> None:
        """Writes a line; a blank one, outside of code, ends the paragraph behind which pictures have their text."""
        fence = _FENCE.match(line)
        if fence and not self._fence:
            self._fence = fence[0]
        elif fence and line.startswith(self._fence):
            self._fence = ""
        if not line.strip() and not self._fence:
            self._write_waiting()
        self._waiting += self._placed.new_texts(line)
        rest = _MARK_IN_TEXT.sub("", line)
        is_gap = not line and self._parts[-1:] == ["\n"]
        if (rest == line and not is_gap) or rest.strip(" -\\"):
            self._write(f"{rest}\n")

    def row(self, row: str) -> None:
        """Writes the row of a table, with the text of a picture in its cell."""
        self._write_waiting()
        at = 0
        for found in _MARK.finditer(row):
            self._write(row[at : found.start()])
            for confidence, text in self._placed.new_texts(found[0]):
                flat = " ".join(text.replace("|", " ").split())
                self._note(confidence, flat)
                self._write(f"{flat} ")
            at = found.end()
        self._write(f"{row[at:]}\n")

    def whole(self) -> str:
        """Returns the page."""
        self._write_waiting()
        return "".join(self._parts).rstrip("\n")

    def _write_waiting(self) -> None:
        for confidence, text in self._waiting:
            self._write("" if not self._length or self._parts[-1] == "\n" else "\n")
            self._note(confidence, text)
            self._write(f"{text}\n")
            self._write("\n")
        self._waiting = []

    def _note(self, confidence: float, text: str) -> None:
        self._placed.texts.append(InnerText(confidence, self._number, self._length, self._length + len(text)))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
