"""What was recognised on the picture of a page, and how it is kept: one page a line of a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.core.json_form import JsonForm, Real
from assistant.types import Box


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A piece of a line, as far as no wide gap is in it.

    Attributes:
        box: Where it is, as if the picture were upright.
        confidence: How sure the recognition is of its signs, in [0, 1].
        ink: How high its ink would stand if it were spread evenly over its width, as a share of the page's height:
            bold letters have a third more than others of their size.
    """

    text: str
    box: Box
    confidence: Real
    ink: Real = 0.0


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """What was recognised on one page.

    Attributes:
        number: Of the page, from 1.
        width, height: Of the page in points or of the picture in pixels; only their ratio counts.
        lines: From top to bottom.
        fault: Why it could not be read; empty if it could.
        turned: By how many degrees against the clock the picture was turned to be read: 0, 90, 180 or 270.
        slant: By how many degrees more it was turned, so that its lines run level.
    """

    number: int
    width: Real
    height: Real
    lines: tuple[RecognizedLine, ...] = ()
    fault: str = ""
    turned: int = 0
    slant: Real = 0.0

    @property
    def confidence(self) -> float:
        """How sure the recognition is, on average over the signs, in [0, 1]; 1 without text, 0 after a fault."""
        signs = sum(len(line.text) for line in self.lines)
        if not signs:
            return 0.0 if self.fault else 1.0
        return sum(line.confidence * len(line.text) for line in self.lines) / signs


_PAGE = JsonForm[RecognizedPage](RecognizedPage)


def page_line(page: RecognizedPage) -> str:
    """Returns a page as one line of JSON."""
    return _PAGE.write(page) + "\n"


def page_of(line: str | bytes) -> RecognizedPage:
    """Returns the page that a line of JSON holds.

    Raises:
        ValueError: It is no such line.
    """
    return _PAGE.read(line, ValueError)


def kept_pages(file: Path) -> dict[int, RecognizedPage]:
    """Returns the pages that a file holds, by their numbers; a line that was not written to its end is left out."""
    return {page.number: page for page in _whole_lines(file)}


def _whole_lines(file: Path) -> Iterator[RecognizedPage]:
    if not file.is_file():
        return
    for line in file.read_bytes().split(b"\n"):
        try:
            yield page_of(line)
        except ValueError:
            continue
