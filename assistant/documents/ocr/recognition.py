"""The door of rapidocr: the lines of text in one picture. Runs in a process of its own.

Its models lie in its own package; nothing is fetched. Two thirds of the time goes into finding the text, which grows
with the picture, so a picture is made smaller first: at 2,000 pixels a page of A4 has 170 dots an inch.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any

from assistant.core.process import silence
from assistant.documents.ocr.pages import RecognizedLine, RecognizedPage

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 2000
_GLANCE_SIDE = 640
_THREADS = 1
_LEAST_CONFIDENCE = 0.5
_UPRIGHT = 1.5
_SIDEWAYS = 0.6
_SURE = 0.85
"""What is read less surely may stand on its head."""


Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


def read_page_picture(picture: Image, number: int = 1) -> RecognizedPage:
    """Returns the text in the picture of a page.

    A picture that lies on its side or stands on its head is turned; one that is a little aslant is set upright.

    Args:
        picture: In any size; it is made smaller where it is larger than what is of use.
        number: Of the page, from 1.
    """
    found = _found(picture)
    if _lies(found):
        ways = [_turned(picture, angle) for angle in (90, 270)]
    elif 0 < _sureness(found) < _SURE * sum(len(text) for _, text, _ in found):
        ways = [(0, picture, found), _turned(picture, 180)]
    else:
        ways = [(0, picture, found)]
    angle, picture, found = max(ways, key=lambda way: _sureness(way[2]))
    sure = [one for one in found if one[2] >= _LEAST_CONFIDENCE]
    slant = _slant(sure)
    lines = tuple(_upright(sure, picture, slant))
    degrees = round(math.degrees(slant), 3)
    return RecognizedPage(number, picture.width, picture.height, lines, turned=angle, slant=degrees)


def _turned(picture: Image, angle: int) -> tuple[int, Image, list[tuple[Quad, str, float]]]:
    turned = picture.rotate(angle, expand=True)
    return angle, turned, _found(turned)


def holds_text(picture: Image) -> bool:
    """Returns whether there is text in a picture, after a look that takes a fifth of what reading it does."""
    import numpy as np

    if max(picture.size) <= _GLANCE_SIDE:
        return True
    small = picture.convert("RGB")
    small.thumbnail((_GLANCE_SIDE, _GLANCE_SIDE))
    return _glance()(np.ascontiguousarray(np.asarray(small)[:, :, ::-1])).boxes is not None


def _found(picture: Image) -> list[tuple[Quad, str, float]]:
    """Returns the corners of each piece of text in pixels of the picture, its text, and how sure that is."""
    import numpy as np

    shown = picture.convert("RGB")
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    result = _engine()(np.ascontiguousarray(np.asarray(shown)[:, :, ::-1]))
    if result.boxes is None or result.txts is None or result.scores is None:
        return []
    scale = picture.width / shown.width
    return [
        (_quad(corners, scale), text, float(score))
        for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
        if text.strip()
    ]


def _quad(corners: Any, scale: float) -> Quad:
    one, two, three, four = ((float(x) * scale, float(y) * scale) for x, y in corners)
    return one, two, three, four


@cache
def _engine() -> Any:
    return _rapidocr({"Global.text_score": 0.0, "Global.max_side_len": LONGEST_SIDE})


@cache
def _glance() -> Any:
    return _rapidocr(
        {
            "Global.use_rec": False,
            "Global.max_side_len": _GLANCE_SIDE,
            "Det.limit_type": "max",
            "Det.limit_side_len": _GLANCE_SIDE,
        }
    )


def _rapidocr(params: dict[str, object]) -> Any:
    silence(os.environ)
    os.environ.setdefault("OMP_NUM_THREADS", str(_THREADS))
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,  # it turns lines and not the page, whose lines would be read from below
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": _THREADS,
            **params,
        }
    )


def _lies(found: Iterable[tuple[Quad, str, float]]) -> bool:
    """Whether most of the text runs from top to bottom."""
    signs = [(len(text), _height(quad) > _UPRIGHT * _width(quad)) for quad, text, _ in found if len(text) > 2]
    return sum(count for count, stands in signs if stands) > _SIDEWAYS * sum(count for count, _ in signs) > 0


def _sureness(found: Iterable[tuple[Quad, str, float]]) -> float:
    return sum(score * len(text) for _, text, score in found)


def _width(quad: Quad) -> float:
    return math.dist(quad[0], quad[1])


def _height(quad: Quad) -> float:
    return math.dist(quad[0], quad[3])


def _slant(found: list[tuple[Quad, str, float]]) -> float:
    """Returns the angle by which the lines fall, in radians."""
    longest = sorted(found, key=lambda one: -_width(one[0]))[: max(1, len(found) // 2)]
    slants = [math.atan2(q[1][1] - q[0][1], q[1][0] - q[0][0]) for q, _, _ in longest if _width(q) > 2 * _height(q)]
    return median(slants) if slants else 0.0


def _upright(found: list[tuple[Quad, str, float]], picture: Image, slant: float) -> Iterator[RecognizedLine]:
    """Yields the lines where they would be if the picture were upright, from top to bottom."""
    width, height = picture.size
    shown = picture.convert("L").rotate(math.degrees(slant), fillcolor=255) if slant else picture.convert("L")
    lines = []
    for quad, text, score in found:
        x, y = _turned_by(-slant, _middle(quad), (width / 2, height / 2))
        across, down = _width(quad) / 2, _height(quad) / 2
        left, right = (min(1.0, max(0.0, at / width)) for at in (x - across, x + across))
        top, bottom = (min(1.0, max(0.0, at / height)) for at in (y - down, y + down))
        ink = _ink(shown.crop((round(left * width), round(top * height), round(right * width), round(bottom * height))))
        box = (round(left, 5), round(top, 5), round(right, 5), round(bottom, 5))
        lines.append(RecognizedLine(" ".join(text.split()), box, round(score, 4), round(ink / height, 6)))
    yield from sorted(lines, key=lambda line: (line.box[1], line.box[0]))


def _ink(piece: Image) -> float:
    """Returns how many pixels high the ink of a piece would stand if it were spread evenly over its width."""
    import numpy as np

    grey = np.asarray(piece, dtype=float)
    if not grey.size:
        return 0.0
    dark, bright = np.percentile(grey, (1, 90))
    return float(np.clip((bright - grey) / max(bright - dark, 1.0), 0.0, 1.0).mean() * piece.height)


def _middle(quad: Quad) -> Point:
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4


def _turned_by(angle: float, point: Point, about: Point) -> Point:
    x, y = point[0] - about[0], point[1] - about[1]
    return about[0] + x * math.cos(angle) - y * math.sin(angle), about[1] + x * math.sin(angle) + y * math.cos(angle)
