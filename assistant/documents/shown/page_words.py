"""A page as it looks, and the words on it with their places."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from assistant.core.json_form import JsonForm, Real
from assistant.types import Box


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word on the picture of a page.

    Attributes:
        line: Number of its line; the lines are counted in the order in which they are read.
        glued: Nothing separates it from the word before it.
    """

    text: str
    box: Box
    line: int
    glued: bool = False


@dataclass(frozen=True, slots=True)
class PageWords:
    """What is known of a drawn page: the size of its picture in pixels, and its words in reading order."""

    width: Real
    height: Real
    words: tuple[PlacedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as it looks.

    Attributes:
        picture: A picture of the kind WebP.
        known: Its size, and where its words are.
    """

    picture: bytes = field(repr=False)
    known: PageWords


_WIDE, _LONG, _PIXELS = 1400, 14_000, 6_000_000


def shown_scale(width: float, height: float) -> float:
    """Returns by how much a page of this size is to be made larger: so wide that it is read with ease, but not huge."""
    width, height = max(width, 1.0), max(height, 1.0)
    return min(_WIDE / width, _LONG / max(width, height), math.sqrt(_PIXELS / width / height))


PAGE_WORDS = JsonForm[PageWords](PageWords)
MEDIA_TYPE = "image/webp"
