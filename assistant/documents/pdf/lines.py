"""Words become lines, and lines are put in the order in which they are read: one column after the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.documents.pdf.letters import Font, Word

if TYPE_CHECKING:
    from assistant.documents.pdf.ruled import RuledTable

_SAME_LINE = 0.25
"""Baselines of one line differ by less than this share of the size of its letters."""

_RAISED = 0.9
"""How far a raised or lowered sign may stand from the line it belongs to, as a share of the size."""

_SMALLEST_SIGN = 0.4
"""A raised or lowered sign is at least so large beside the letters that it belongs to; smaller is other text."""

_SPACE = 0.12
_PIECE_GAP = 0.7
_CELL_GAP = 1.05
"""A gap of so many sizes ends a cell: what follows is another cell, or another column."""

_CODE_GAP = 12.0
_INITIAL = 1.8
_LABEL = re.compile(
    r"(?:[-•‣◦–∗*»·\u25a0-\u25ff\u2701-\u2767\u2794-\u27be]|\(?(?:\d{1,3}(?:\.\d{1,3}){0,5}|\d{1,2}[a-z]|[A-Z](?:\.\d{1,3}){1,5}|[a-z]|[ivx]{1,4})[.):]?|"
    r"[A-Z]\.?|\[\d{1,3}\])$"
)
"""What may stand before a heading or a list item with a gap behind it."""


class Line:
    """Words on one baseline without a wide gap between them.

    Attributes:
        words: From left to right.
        y: The baseline that most of its letters stand on.
        x0, x1: Its left and right edge.
        column: Number of its column on the page, from 0 in reading order.
        table: The table that its words are, all of them, whatever line they stand on.
    """

    def __init__(self, words: list[Word], column: int = 0, table: RuledTable | None = None) -> None:
        self.words = words
        self.table = table
        self.x0 = min(word.x0 for word in words)
        self.x1 = max(word.x1 for word in words)
        self.column = column
        heights: Counter[float] = Counter()
        for word in words:
            heights[word.y] += len(word.text) if word.font.size > 0.85 * self.size else 0
        self.y = heights.most_common(1)[0][0]

    @cached_property
    def fonts(self) -> Counter[Font]:
        """How many letters stand in each font."""
        found: Counter[Font] = Counter()
        for word in self.words:
            found[word.font] += len(word.text)
        return found

    @cached_property
    def font(self) -> Font:
        """The font of most of its letters."""
        return self.fonts.most_common(1)[0][0]

    @property
    def size(self) -> float:
        """The size of most of its letters in points."""
        return self.font.size

    @cached_property
    def text(self) -> str:
        """Its words with blanks between them; what is raised stands behind ``^``."""
        return "".join(_pieces(self))

    def share(self, wanted: str) -> float:
        """Returns the share of its letters in fonts of which ``bold``, ``italic`` or ``mono`` is true."""
        return sum(count for font, count in self.fonts.items() if getattr(font, wanted)) / sum(self.fonts.values())


def _pieces(line: Line) -> Iterator[str]:
    raised, before = False, None
    for word, after in zip(line.words, (*line.words[1:], None), strict=True):
        is_raised = is_above(word, line) and not _is_inside(word, after)
        if before is not None:
            gap = word.x0 - before.x1
            spaced = gap > _SPACE * line.size if is_raised or raised or word.glued else gap > -line.size
            if spaced:
                yield " "
            elif is_raised and not raised and _is_base(before.text[-1]) and word.text[0].isalnum():
                yield "^"
        yield word.text
        raised, before = is_raised, word


def _is_base(sign: str) -> bool:
    """Whether a power may stand behind a sign."""
    return sign.isalnum() or sign in ")]"


def _is_inside(word: Word, after: Word | None) -> bool:
    """Whether a raised letter is part of a name that is written so, such as LaTeX."""
    return word.text.isalpha() and after is not None and after.glued and after.text[0].isalpha()


def is_above(word: Word, line: Line) -> bool:
    """Returns whether a word is raised above the line it stands in, as an exponent is."""
    return word.font.size < 0.85 * line.size and word.y - line.y > 0.2 * line.size


def lines_of(words: list[Word]) -> list[Line]:
    """Returns the lines of a page in the order in which they are read."""
    _join_initials(words)
    pieces = [Line(piece) for row in baselines(words) for piece in _split(row, _PIECE_GAP)]
    found = []
    for number, column in enumerate(_columns(pieces)):
        found += [Line(line, number) for line in _joined(column)]
    return found


def _join_initials(words: list[Word]) -> None:
    """Puts a letter that is as high as several lines before the word that it begins; the list is changed."""
    usual = Counter(word.font.size for word in words).most_common(1)
    letters = [word for word in words if len(word.text) == 1 and word.text.isalpha()]
    for initial in [word for word in letters if word.font.size > _INITIAL * usual[0][0]]:
        beside = [
            word
            for word in words
            if word.font.size < 0.7 * initial.font.size
            and 0 <= word.y - initial.y < initial.font.size
            and -1 < word.x0 - initial.x1 < 0.8 * word.font.size
        ]
        if len({round(word.y) for word in beside}) < 2:
            continue
        first = max(beside, key=lambda word: word.y)
        first.text = initial.text + first.text
        words.remove(initial)


def baselines(words: Sequence[Word]) -> list[list[Word]]:
    """Returns the words of each baseline, what is raised or lowered with the line it belongs to."""
    groups: list[list[Word]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        if last is not None and word.glued and abs(word.y - last.y) < _RAISED * max(word.font.size, last.font.size):
            groups[-1].append(word)
        else:
            groups.append([word])
    led = ((max(group, key=lambda word: word.font.size), group) for group in groups)
    leaders = sorted(led, key=lambda one: -one[0].y)
    rows: list[tuple[Word, list[Word]]] = []
    for leader, group in leaders:
        if rows and rows[-1][0].y - leader.y < _SAME_LINE * min(leader.font.size, rows[-1][0].font.size):
            rows[-1][1].extend(group)
        else:
            rows.append((leader, list(group)))
    return [row for _, row in _with_small_signs(rows)]


def _with_small_signs(rows: list[tuple[Word, list[Word]]]) -> list[tuple[Word, list[Word]]]:
    """Returns the rows without those that are raised or lowered signs of a neighbour, which has them instead.

    The words that are as large as the row itself all belong to a neighbour, or none does: it is a line of small print.
    """
    kept: list[tuple[Word, list[Word]]] = [(leader, []) for leader, _ in rows]
    for number, (leader, row) in enumerate(rows):
        near = [at for at in (number - 1, number + 1) if 0 <= at < len(rows)]
        hosts = []
        for word in row:
            larger = (at for at in near if word.font.size < 0.85 * rows[at][0].font.size)
            hosts.append(next((at for at in larger if _belongs(word, rows[at][1])), number))
        full = [word.font.size > 0.95 * leader.font.size for word in row]
        is_line = any(host == number and is_full for host, is_full in zip(hosts, full, strict=True))
        for word, host, is_full in zip(row, hosts, full, strict=True):
            kept[number if is_line and is_full else host][1].append(word)
    return [(leader, row) for leader, row in kept if row]


def _belongs(sign: Word, row: list[Word]) -> bool:
    return any(
        _SMALLEST_SIGN * word.font.size < sign.font.size < 0.85 * word.font.size
        and abs(sign.y - word.y) < 0.6 * word.font.size
        and (
            -0.5 * word.font.size < sign.x0 - word.x1 < 0.3 * word.font.size
            or 0 <= word.x0 - sign.x1 < 0.7 * word.font.size
        )
        for word in row
    )


def _split(row: list[Word], widest: float) -> Iterator[list[Word]]:
    """Yields the words of a row in pieces between which there is a gap of more than ``widest`` sizes."""
    row = sorted(row, key=lambda word: word.x0)
    piece = [row[0]]
    for word in row[1:]:
        if _is_apart(piece, word, widest):
            yield piece
            piece = []
        piece.append(word)
    yield piece


def _is_apart(piece: list[Word], word: Word, widest: float) -> bool:
    before = piece[-1]
    size = max(before.font.size, word.font.size)
    gap = word.x0 - max(one.x1 for one in piece)
    if gap <= widest * size:
        return False
    if before.font.mono and word.font.mono:
        return gap > _CODE_GAP * size
    return not (gap < 4 * size and _LABEL.match("".join(one.text for one in piece)))


def _joined(pieces: list[Line]) -> Iterator[list[Word]]:
    """Yields the words of the lines of one column."""
    row: list[Line] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.y, piece.x0)):
        if row and row[0].y - piece.y > _SAME_LINE * max(piece.size, row[0].size):
            yield from _split([word for one in row for word in one.words], _CELL_GAP)
            row = []
        row.append(piece)
    if row:
        yield from _split([word for one in row for word in one.words], _CELL_GAP)


_MIN_GUTTER = 7.0
_MIN_LINES = 4
_FULL = 0.55
_WORDS_A_LINE = 3.0
_MAX_ALIGNED = 0.5
_HARDLY_ALIGNED = 0.75
_MANY_LINES = 40
"""Columns of so many lines have a few of them on one height by chance; rows of a table have nearly all."""

_MAX_CROSSING = 0.4
_DEEPEST = 4


def _columns(pieces: list[Line], depth: int = 0) -> list[list[Line]]:
    """Returns the pieces of each column, and of what reaches over several, in reading order."""
    gutter = _gutter(pieces) if depth < _DEEPEST else None
    if gutter is None and not depth:  # below a title and an abstract that are as wide as the page
        gutter = _gutter(sorted(pieces, key=lambda piece: piece.y)[: len(pieces) // 2], only_text=True)
    if gutter is None:
        return [pieces] if pieces else []
    found: list[list[Line]] = []
    for crosses, band in _bands(pieces, gutter):
        if crosses:
            found.append(band)
            continue
        for side in ([one for one in band if one.x1 <= gutter], [one for one in band if one.x1 > gutter]):
            found += _columns(side, depth + 1)
    return found


def _bands(pieces: list[Line], gutter: float) -> Iterator[tuple[bool, list[Line]]]:
    """Yields the pieces from top to bottom, in runs of those that cross the gutter and those that do not."""
    run: list[Line] = []
    crossing = False
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        crosses = piece.x0 < gutter < piece.x1
        if run and crosses != crossing:
            yield crossing, run
            run = []
        crossing = crosses
        run.append(piece)
    if run:
        yield crossing, run


def _gutter(pieces: list[Line], *, only_text: bool = False) -> float | None:
    """Returns the middle of the blank stripe between two columns of text, if there is one."""
    if len(pieces) < 2 * _MIN_LINES:
        return None
    left, right = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    width = int(right - left) + 2
    if width > 20_000:
        return None
    steps = [0] * (width + 1)
    for piece in pieces:
        steps[int(piece.x0 - left)] += 1
        steps[int(piece.x1 - left) + 1] -= 1
    cover, covers = 0, []
    for step in steps:
        cover += step
        covers.append(cover)
    for low, high in _stripes(covers, _MAX_CROSSING * len(pieces) / 2):
        middle = left + (low + high) / 2
        if 0.15 < (low + high) / 2 / width < 0.85 and _are_columns(pieces, middle, only_text=only_text):
            return middle
    return None


def _stripes(covers: Sequence[int], most: float) -> list[tuple[int, int]]:
    """Returns the stripes that few pieces cross, those that are crossed least and widest first."""
    found = []
    low = 0
    for place, (before, here) in enumerate(pairwise((*covers, 1 << 30)), start=1):
        if before != here:
            if before <= most and place - low >= _MIN_GUTTER:
                found.append((before, low, place))
            low = place
    return [(low, high) for _, low, high in sorted(found, key=lambda one: (one[0], one[1] - one[2]))][:4]


def _are_columns(pieces: list[Line], gutter: float, *, only_text: bool) -> bool:
    """Whether what stands on both sides of a stripe is text to be read one side after the other, and no table."""
    left = [piece for piece in pieces if piece.x1 <= gutter]
    right = [piece for piece in pieces if piece.x0 >= gutter]
    if min(len(left), len(right)) < _MIN_LINES or len(left) + len(right) < (1 - _MAX_CROSSING) * len(pieces):
        return False
    if only_text or (_is_text(left) and _is_text(right)):
        return _is_text(left) and _is_text(right)
    fewer, more = sorted((left, right), key=len)
    heights = sorted(piece.y for piece in more)
    aligned = sum(any(abs(piece.y - height) < 1 for height in heights) for piece in fewer)
    if len(fewer) >= _MANY_LINES and aligned <= _HARDLY_ALIGNED * len(fewer):  # a reference card: what is code, too
        return True
    return aligned <= _MAX_ALIGNED * len(fewer) and not any(piece.font.mono for piece in fewer)


def _is_text(pieces: list[Line]) -> bool:
    """Whether the pieces fill their column as lines of a paragraph do."""
    low, high = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    rows: dict[int, list[Line]] = {}
    for piece in pieces:
        rows.setdefault(round(piece.y), []).append(piece)
    filled = sum(max(one.x1 for one in row) - min(one.x0 for one in row) for row in rows.values())
    words = sum(len(piece.words) for piece in pieces)
    return filled >= _FULL * (high - low) * len(rows) and words >= _WORDS_A_LINE * len(rows)
