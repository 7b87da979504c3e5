"""Puts the words of a table into its cells: columns by the gaps that all rows share, rows by rules and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from assistant.documents.pdf.letters import Word
from assistant.documents.pdf.lines import Line, baselines

_APART = 0.5
"""Columns are at least so many sizes apart; blanks between words are a third of one, or a little more."""

_SURE_ROWS = 4
_LONGEST_CELL = 900
_CROSSING = 0.2
_LOOSE = 1.22
_FULL = 0.6
_WRAPPED = 0.35

Join = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        rows: The texts of the cells, of all rows as many; the first row is the head, blank where there is none.
    """

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GridRow:
    """What stands on one baseline of a table, from left to right."""

    words: list[Word]

    @property
    def y(self) -> float:
        """The baseline."""
        return Line(self.words).y

    @property
    def size(self) -> float:
        """The size of most of its letters."""
        return Line(self.words).size


def rows_of_words(words: Sequence[Word]) -> list[GridRow]:
    """Returns words by their baselines, from top to bottom."""
    return [GridRow(sorted(row, key=lambda word: word.x0)) for row in baselines(list(words))]


def gaps_of(rows: Sequence[GridRow]) -> list[tuple[float, float]]:
    """Returns the blank stripes between the columns of rows: left and right edge of each, from left to right.

    Few rows may cross one, as those that say what the rows below have in common do.
    """
    if not rows:
        return []
    most = int(_CROSSING * len(rows)) if len(rows) > 4 else 0
    clear = list(_stripes(rows, 0))
    found = list(_stripes(rows, most)) if most else clear
    narrowest = (next((one for one in clear if low <= one[0] and one[1] <= high), (low, high)) for low, high in found)
    return _with_columns(list(narrowest), rows)


def _stripes(rows: Sequence[GridRow], most: int) -> Iterator[tuple[float, float]]:
    """Yields the stripes that at most so many rows cross."""
    size = median(row.size for row in rows)
    steps: list[tuple[float, int]] = []
    for row in rows:
        for x0, x1 in pieces(row, _APART * size):
            steps += [(x0, 1), (x1, -1)]
    cover, left = 0, None
    for x, step in sorted(steps):
        if cover <= most < cover + step and left is not None and x - left >= _APART * size:
            yield left, x
        cover += step
        if cover <= most < cover - step:
            left = x


def best_gaps(head: Sequence[GridRow], body: Sequence[GridRow]) -> list[tuple[float, float]]:
    """Returns the stripes between the columns of a body, as narrow as its head leaves them where it has them all."""
    alone = gaps_of(body) if len(body) >= _SURE_ROWS else []
    whole = gaps_of([*head, *body])
    return whole if len(whole) >= len(alone) else alone


def pieces(row: GridRow, gap: float = 0.0) -> Iterator[tuple[float, float]]:
    """Yields the left and right edge of the words of a row that stand close together."""
    gap = gap or _APART * row.size
    x0, x1 = row.words[0].x0, row.words[0].x1
    for word in row.words[1:]:
        if word.x0 - x1 >= gap:
            yield x0, x1
            x0 = word.x0
        x1 = max(x1, word.x1)
    yield x0, x1


def _with_columns(found: list[tuple[float, float]], rows: Sequence[GridRow]) -> list[tuple[float, float]]:
    """Returns the stripes without those that do not have a column of their own on their right: one row is none."""
    least = 2 if len(rows) > 2 else 1
    kept: list[tuple[float, float]] = []
    for number, (left, right) in enumerate(found):
        end = found[number + 1][0] if number + 1 < len(found) else float("inf")
        filled = sum(any(right - 1 <= word.x0 <= end for word in row.words) for row in rows)
        if filled >= least:
            kept.append((left, right))
    return kept


def column_of(gaps: Sequence[tuple[float, float]], word: Word) -> int:
    """Returns the column that a word begins in."""
    return sum(word.x0 >= (low + high) / 2 for low, high in gaps)


def cells_of(row: GridRow, gaps: Sequence[tuple[float, float]]) -> list[str]:
    """Returns the texts of a row in its columns."""
    cells: list[list[Word]] = [[] for _ in range(len(gaps) + 1)]
    before: Word | None = None
    at = 0
    for word in row.words:
        close = before is not None and word.x0 - before.x1 < _APART * 0.8 * row.size
        own = column_of(gaps, word)
        at = at if close and own != at and _crosses(gaps, before, word) else own
        cells[at].append(word)
        before = word
    return [Line(words).text if words else "" for words in cells]


def _crosses(gaps: Sequence[tuple[float, float]], before: Word | None, word: Word) -> bool:
    """Whether two words stand together over a stripe, as those of a cell that spans two columns do."""
    return before is not None and any(before.x1 > low + 1 or word.x0 < high - 1 for low, high in gaps
                                      if before.x0 < low and word.x1 > high)  # fmt: skip


def filled_rows(
    rows: Sequence[GridRow], gaps: Sequence[tuple[float, float]], cuts: Sequence[float], join: Join
) -> list[list[str]]:
    """Returns the texts of a table's cells, lines that go on in a cell joined to it.

    Args:
        rows: By baselines, from top to bottom.
        gaps: Between the columns.
        cuts: Heights of the rules between the rows.
        join: Joins two lines of a text.
    """
    cells = [cells_of(row, gaps) for row in rows]
    bands = _bands(rows, cuts)
    going_on = [at for band in bands for at in band[1:]]
    if len(bands) > 2 and sum(all(cells[at]) for at in going_on) <= _WRAPPED * len(going_on):  # a rule below every row
        return [_merged([cells[at] for at in band], join) for band in bands]
    begins = _begins(rows, cells, {band[0] for band in bands})
    found: list[list[list[str]]] = []
    for at, texts in enumerate(cells):
        if at in begins:
            found.append([])
        found[-1].append(texts)
    return [_merged(group, join) for group in found]


def _bands(rows: Sequence[GridRow], cuts: Sequence[float]) -> list[list[int]]:
    """Returns the numbers of the rows between two rules."""
    found: list[list[int]] = []
    for at, row in enumerate(rows):
        if not at or any(row.y + 0.1 * row.size < cut < rows[at - 1].y for cut in cuts):
            found.append([])
        found[-1].append(at)
    return found


def _begins(rows: Sequence[GridRow], cells: Sequence[Sequence[str]], sure: set[int]) -> set[int]:
    """Returns the lines with which a row of the table begins."""
    steps = {at: rows[at - 1].y - rows[at].y for at in range(1, len(rows)) if at not in sure}
    tight = min(steps.values(), default=0.0)
    loose = {at for at, step in steps.items() if step > _LOOSE * tight}
    close = [at for at in steps if at not in loose]
    whole = sum(all(cells[at]) for at in close)
    if loose and whole <= _WRAPPED * len(close):  # rows are set apart, so what stands close goes on
        return sure | loose
    return sure | loose | {at for at in close if not _goes_on(cells, at, sure)}


def _goes_on(cells: Sequence[Sequence[str]], at: int, sure: set[int]) -> bool:
    """Whether a line goes on in the cells of the one above: it has fewer, and not the first, or half a word above."""
    here, above = cells[at], cells[at - 1]
    filled = [number for number, text in enumerate(here) if text]
    if not filled or len(filled) == len(here):
        return False
    cut = [number for number in filled if above[number].endswith("-")]
    if cut and len(cut) >= _FULL * len(filled):
        return True
    first = next((number for number, text in enumerate(above) if text), 0)
    return not here[0] and filled[0] > 0 and bool(above[first]) and all(above[number] for number in filled)


def _merged(lines: Sequence[Sequence[str]], join: Join) -> list[str]:
    merged = list(lines[0])
    for line in lines[1:]:
        merged = [join(one, more) if one and more else one or more for one, more in zip(merged, line, strict=True)]
    return merged


def looks_filled(cells: Sequence[Sequence[str]]) -> bool:
    """Whether rows are those of a table and not of prose or a drawing: most cells hold something short."""
    if len(cells) < 2 or not cells[0] or len(cells[0]) < 2:
        return False
    filled = sum(bool(text) for row in cells for text in row)
    several = sum(sum(bool(text) for text in row) > 1 for row in cells)
    longest = max(len(text) for row in cells for text in row)
    return filled >= 0.4 * len(cells) * len(cells[0]) and several >= 0.5 * len(cells) and longest < _LONGEST_CELL


def steps_of(rows: Sequence[GridRow]) -> list[float]:
    """Returns the distances of the baselines."""
    return [above.y - below.y for above, below in pairwise(rows)]
