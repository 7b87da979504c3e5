"""Gives recognised lines to the reader of PDF pages: words with places and sizes, from which it finds the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage
from assistant.documents.pdf.layout import layout_of
from assistant.documents.pdf.letters import Font, Word
from assistant.documents.pdf.markup import pages_of
from assistant.documents.pdf.pdfium import PdfPage

_FONT = "recognised"
_PAGE_WIDTH = 595.0
_LETTERS = 0.88
"""How large the letters of a box are, as a share of its height: a box has room above and below."""

_DESCENT = 0.24
_OTHER_SIZE = 1.14
_ALIKE = 1.1
_BOLD = 1.18
_FEW = 3
_WIDTHS = dict.fromkeys("ijltfI|.,:;!'()[] ", 0.6) | dict.fromkeys("mwMW", 1.5)
_CAPITAL = 1.3
_OTHER = 1.0
"""How wide signs are in most fonts, measured by a small letter."""

_SAME_ROW = 0.35


def markdown_of(pages: Sequence[RecognizedPage | None]) -> list[str]:
    """Returns the Markdown of each page; of one that was not recognised an empty text."""
    bare = PdfPage(_PAGE_WIDTH, _PAGE_WIDTH, ())
    return pages_of(layout_of([pdf_page(page) if page is not None else bare for page in pages], ()))


def pdf_page(page: RecognizedPage, width: float = _PAGE_WIDTH) -> PdfPage:
    """Returns a recognised page, so many points wide, as one whose words and letters are known."""
    height = width * page.height / page.width if page.width else width
    usual = _Usual.of(page.lines)
    sizes = usual.sizes(page.lines)
    words: list[Word] = []
    for row in rows_of(page.lines):
        baseline = median(line.box[3] - _DESCENT * _high(line) for line in row)
        for line in row:
            size = round(_LETTERS * height * usual.high * sizes[line], 1)
            words += _words(
                line, width, height * (1 - baseline), Font(_FONT, size, bold=usual.is_bold(line, sizes[line]))
            )
    return PdfPage(width, height, tuple(words))


@dataclass(frozen=True, slots=True)
class _Usual:
    """The running text of a page: how high its lines are, how wide a usual sign, and how much ink they have."""

    high: float
    wide: float
    ink: float

    @classmethod
    def of(cls, lines: Sequence[RecognizedLine]) -> _Usual:
        signs = [line for line in lines for _ in line.text]
        if not signs:
            return cls(1.0, 1.0, 1.0)
        return cls(median(map(_high, signs)), median(map(_wide, signs)), median(line.ink for line in signs))

    def sizes(self, lines: Iterable[RecognizedLine]) -> dict[RecognizedLine, float]:
        """Returns how large each line is set, measured by the running text; what is nearly as large is of one size."""
        measured = sorted(((self._size(line), line) for line in lines), key=lambda pair: pair[0])
        found: dict[RecognizedLine, float] = {}
        group: list[tuple[float, RecognizedLine]] = []
        for ratio, line in measured:
            if group and ratio > _ALIKE * group[-1][0]:
                found |= _one_size(group)
                group = []
            group.append((ratio, line))
        return found | _one_size(group)

    def _size(self, line: RecognizedLine) -> float:
        """Returns a rough size; height and width of the signs both have to say that it is another than usual."""
        high, wide = _high(line) / self.high, _wide(line) / self.wide
        if len(line.text) <= _FEW or (high > 1) != (wide > 1):
            return 1.0
        both = math.sqrt(high * wide)
        return both if min(abs(math.log(high)), abs(math.log(wide))) > math.log(_OTHER_SIZE) else 1.0

    def is_bold(self, line: RecognizedLine, size: float) -> bool:
        """Returns whether a line has the ink of bold letters of its size."""
        return len(line.text) > _FEW and line.ink > _BOLD * self.ink * max(size, _high(line) / self.high)


def _one_size(group: Sequence[tuple[float, RecognizedLine]]) -> dict[RecognizedLine, float]:
    size = median(ratio for ratio, line in group for _ in line.text) if group else 1.0
    return {line: size for _, line in group}


def _high(line: RecognizedLine) -> float:
    return line.box[3] - line.box[1]


def _wide(line: RecognizedLine) -> float:
    """Returns how wide a line is, measured by a sign of usual width."""
    return (line.box[2] - line.box[0]) / sum(map(_width_of, line.text))


def _width_of(sign: str) -> float:
    return _WIDTHS.get(sign, _CAPITAL if sign.isupper() else _OTHER)


def rows_of(lines: Sequence[RecognizedLine]) -> Iterator[list[RecognizedLine]]:
    """Yields the pieces that stand side by side."""
    row: list[RecognizedLine] = []
    for line in sorted(lines, key=lambda line: line.box[1] + line.box[3]):
        if row and abs(_middle(line) - _middle(row[-1])) > _SAME_ROW * _high(line):
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _middle(line: RecognizedLine) -> float:
    return (line.box[1] + line.box[3]) / 2


def _words(line: RecognizedLine, width: float, y: float, font: Font) -> Iterator[Word]:
    """Yields the words of a line, each as wide as its share of the signs."""
    left, right = line.box[0] * width, line.box[2] * width
    ends = [0.0, *accumulate(map(_width_of, line.text))]
    scale = (right - left) / ends[-1]
    at = 0
    for text in line.text.split(" "):
        if text:
            yield Word(text, left + ends[at] * scale, left + ends[at + len(text)] * scale, y, font)
        at += len(text) + 1
