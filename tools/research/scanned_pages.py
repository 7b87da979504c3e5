"""Pages as a scanner or a camera gives them, and how many of their characters text recognition gets right.

accuracy = 1 - edit distance / length, of the page's characters without blanks, in the order of its lines
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2
from rapidfuzz.distance import Levenshtein

from assistant.documents.ocr.pages import RecognizedPage
from assistant.documents.ocr.placed_words import rows_of
from tools.research.document_scores import normal

if TYPE_CHECKING:
    from PIL.Image import Image

_NOISE = 30.0
_TURN_DEGREES = 2.0


def _page(file: Path, dpi: int) -> Image:
    pdf = pypdfium2.PdfDocument(file)
    try:
        picture: Image = pdf[0].render(scale=dpi / 72).to_pil().convert("RGB")
        return picture
    finally:
        pdf.close()


def _turned(picture: Image) -> Image:
    return picture.rotate(_TURN_DEGREES, expand=True, fillcolor="white")


def _noisy(picture: Image) -> Image:
    from PIL.Image import fromarray

    grey = np.asarray(picture.convert("L"), dtype=float)
    seen = np.random.default_rng(0).normal(grey * 0.75 + 40, _NOISE)
    return fromarray(np.clip(seen, 0, 255).astype(np.uint8)).convert("RGB")


CONDITIONS: Mapping[str, Callable[[Path], Image]] = {
    "300 dpi": lambda file: _page(file, 300),
    "150 dpi": lambda file: _page(file, 150),
    "150 dpi, turned by 2 degrees": lambda file: _turned(_page(file, 150)),
    "150 dpi, grey with noise": lambda file: _noisy(_page(file, 150)),
}
"""What is made of the first page of a PDF."""


def page_characters(file: Path) -> str:
    """Returns the characters of the first page of a PDF without blanks, as its file has them."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        text: str = pdf[0].get_textpage().get_text_bounded()
    finally:
        pdf.close()
    return _characters(text.replace("\ufffe", "-").replace("\x02", "-"))


def recognized_characters(page: RecognizedPage) -> str:
    """Returns the characters of a recognised page without blanks, row by row."""
    rows = (sorted(row, key=lambda line: line.box[0]) for row in rows_of(page.lines))
    return _characters(" ".join(line.text for row in rows for line in row))


def _characters(text: str) -> str:
    return "".join(normal(text).split())


def accuracy(there: str, found: str) -> float:
    """Returns 1 - edit distance / length of what is there, at least 0."""
    return max(0.0, 1 - Levenshtein.distance(there, found) / len(there)) if there else 1.0
