"""The rules that are drawn on a page: lines and thin boxes, straight down or across, as tables have them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

_THICKEST = 3.0
_SHORTEST = 4.0
_MOST_PATHS = 3000
"""A page with more of them is a drawing."""

_MOST_SEGMENTS = 400
_TOUCH = 3.5
_ONE_HEIGHT = 1.2


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, in points from the left and the bottom of the page.

    Attributes:
        x0, x1: Its left and right end, the same for one that goes down.
        y0, y1: Its lower and upper end, the same for one that goes across.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_across(self) -> bool:
        """Whether it goes from left to right."""
        return self.x1 - self.x0 > self.y1 - self.y0


def rules_of(page: Any, raw: Any) -> tuple[Rule, ...]:
    """Returns the rules of a page, those that touch end to end joined; none of a page that is a drawing.

    Args:
        page: A page of pypdfium2.
        raw: Its module of that name, which ``pdfium`` imports.
    """
    left, bottom, _, _ = page.get_bbox()
    paths = list(islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1), _MOST_PATHS + 1))
    if len(paths) > _MOST_PATHS:
        return ()
    found: list[Rule] = []
    for path in paths:
        for x0, y0, x1, y1 in _pieces(path.raw, raw):
            thin, long = sorted((x1 - x0, y1 - y0))
            if thin <= _THICKEST and long >= _SHORTEST:
                x, y = ((x0 + x1) / 2, (y0 + y1) / 2)
                across = x1 - x0 > y1 - y0
                placed = (x0, y, x1, y) if across else (x, y0, x, y1)
                found.append(Rule(placed[0] - left, placed[1] - bottom, placed[2] - left, placed[3] - bottom))
    return tuple(_joined([one for one in found if one.is_across]) + [one for one in found if not one.is_across])


def _pieces(path: Any, raw: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yields the box of each straight piece of a path; of one that is thin, the box of the whole."""
    box = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(path, *box):
        return
    x0, y0, x1, y1 = (one.value for one in box)
    if min(x1 - x0, y1 - y0) <= _THICKEST:
        yield x0, y0, x1, y1
        return
    count = raw.FPDFPath_CountSegments(path)
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, mode, stroked)
    if not stroked.value or not 1 < count <= _MOST_SEGMENTS:
        return
    points = _points(path, raw, count)
    for (_, before), (kind, point) in pairwise(points):
        if kind == raw.FPDF_SEGMENT_LINETO:
            (ax, ay), (bx, by) = before, point
            yield min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _points(path: Any, raw: Any, count: int) -> list[tuple[int, tuple[float, float]]]:
    """Returns the kind and the place of each point of a path; its first point once more where it is closed."""
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_float(), ctypes.c_float()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    points: list[tuple[int, tuple[float, float]]] = []
    first = (0.0, 0.0)
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        place = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = place
        points.append((kind, place))
        if raw.FPDFPathSegment_GetClose(segment):
            points.append((raw.FPDF_SEGMENT_LINETO, first))
    return points


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Returns rules that go across, those on one height that touch as one."""
    joined: list[Rule] = []
    rows: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda one: -one.y0):
        if rows and rows[-1][0].y0 - rule.y0 < _ONE_HEIGHT:
            rows[-1].append(rule)
        else:
            rows.append([rule])
    for row in rows:
        run: list[Rule] = []
        for rule in sorted(row, key=lambda one: one.x0):
            if run and rule.x0 > max(one.x1 for one in run) + _TOUCH:
                joined.append(_whole(run))
                run = []
            run.append(rule)
        joined.append(_whole(run))
    return joined


def _whole(run: Sequence[Rule]) -> Rule:
    return Rule(run[0].x0, run[0].y0, max(one.x1 for one in run), run[0].y0)
