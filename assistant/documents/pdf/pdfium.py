"""The door of pypdfium2: pages with their words, and bookmarks. Runs in a process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.documents.pdf.bullets import Dot, dots_of
from assistant.documents.pdf.letters import Characters, Word
from assistant.documents.pdf.rules import Rule, rules_of
from assistant.errors import UnreadableNote

if TYPE_CHECKING:
    import pypdfium2
    from PIL.Image import Image

_FEW_LETTERS = 30
_COVERED = 0.3
_LOOKED_AT_PICTURES = 2000
_FARTHEST = 15_000
"""No page is larger than 14,400 points (PDF 1.7, annex C)."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the author's outline.

    Attributes:
        title: As written, with single blanks.
        level: 1 for the outermost.
        page: From 0.
        y: How far from the bottom of the page it points; None where it does not say.
    """

    title: str
    level: int
    page: int
    y: float | None = None


@dataclass(frozen=True, slots=True)
class PdfPage:
    """What stands on one page, turned so that its text reads from left to right; sizes in points.

    Attributes:
        scanned: It is a picture, with hardly a word that is text.
        turn: By how many quarters with the clock it was turned.
        rules: The lines drawn on it; none of a page that is turned.
        dots: What is drawn on it that is as small as a letter; none of a page that is turned.
    """

    width: float
    height: float
    words: tuple[Word, ...]
    scanned: bool = False
    turn: int = 0
    rules: tuple[Rule, ...] = ()
    dots: tuple[Dot, ...] = ()


def open_pdf(file: Path) -> pypdfium2.PdfDocument:
    """Returns an open PDF, to be closed by the caller.

    Raises:
        UnreadableNote: It is damaged or protected.
    """
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableNote(
                "The PDF is protected with a password.", hint="Save a copy without the password."
            ) from error
        raise UnreadableNote(
            f"The PDF is damaged: {error}", hint="Open it in a PDF viewer and print it to a new PDF."
        ) from error


def bookmarks(document: pypdfium2.PdfDocument) -> list[Bookmark]:
    """Returns the author's outline in its order, without entries that lead to no page."""
    found = []
    for entry in document.get_toc(max_depth=12):
        destination = entry.get_dest()
        page = destination.get_index() if destination is not None else None
        title = " ".join(entry.get_title().split())
        if destination is not None and page is not None and title and page < len(document):
            found.append(Bookmark(title, entry.level + 1, page, _height(*destination.get_view())))
    return found


def _height(mode: int, view: list[float]) -> float | None:
    """Returns how high on its page a destination lies, where its kind says so."""
    import pypdfium2.raw as raw

    places = {raw.PDFDEST_VIEW_XYZ: 1, raw.PDFDEST_VIEW_FITH: 0, raw.PDFDEST_VIEW_FITBH: 0}
    place = places.get(mode)
    return view[place] if place is not None and len(view) > place else None


def read_page(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    """Returns the words of one page in the order of the file; none for a page that is damaged."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return PdfPage(0, 0, ())  # the pages after it keep their numbers
    try:
        text = page.get_textpage()
        try:
            width, height = page.get_size()
            found = _upright(list(Characters(raw, text.raw, page.get_bbox()).words()))
            if (found.turn - page.get_rotation() // 90) % 2 and found.words:
                width, height = height, width
            few = sum(len(word.text) for word in found.words) < _FEW_LETTERS
            scanned = few and _is_covered(page, width * height)
            drawn = bool(found.words) and not found.turn
            rules, dots = (rules_of(page, raw), dots_of(page, raw)) if drawn else ((), ())
            return replace(found, width=width, height=height, scanned=scanned, rules=rules, dots=dots)
        finally:
            text.close()
    finally:
        page.close()


def page_image(file: Path, number: int, scale_of: Callable[[float, float], float], turn: int | None = None) -> Image:
    """Returns the picture of a page, from 1.

    Args:
        file: The PDF.
        number: Of the page.
        scale_of: From the width and height of the page in points to pixels a point.
        turn: By how many quarters with the clock the page is turned; None for what the file says.

    Raises:
        UnreadableNote: The file or the page is damaged, or the file protected.
    """
    import pypdfium2

    document = open_pdf(file)
    try:
        page = document[number - 1]
        more = 0 if turn is None else (90 * turn - page.get_rotation()) % 360
        width, height = page.get_size() if more % 180 == 0 else page.get_size()[::-1]
        bitmap = page.render(scale=scale_of(width, height), rotation=more, fill_color=(255, 255, 255, 255))
        picture: Image = bitmap.to_pil().convert("RGB")
        return picture
    except pypdfium2.PdfiumError as error:
        raise UnreadableNote(f"Page {number} of the PDF is damaged: {error}", hint="Export the PDF again.") from error
    finally:
        document.close()


def _is_covered(page: pypdfium2.PdfPage, area: float) -> bool:
    """Whether pictures cover a good part of a page."""
    import pypdfium2
    import pypdfium2.raw as raw

    covered = 0.0
    for one in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4), _LOOKED_AT_PICTURES):
        try:
            left, bottom, right, top = one.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        covered += abs((right - left) * (top - bottom))
    return covered >= _COVERED * area > 0


def _upright(found: list[tuple[int, Word]]) -> PdfPage:
    """Returns the words of a page's main direction: what is set across it is a stamp or a watermark.

    The size of the page is for the caller to say.
    """
    sizes: Counter[int] = Counter()
    for turn, word in found:
        sizes[turn] += len(word.text)
    main = max(sizes, key=lambda turn: (sizes[turn], turn == 0), default=0)
    words = (word for turn, word in found if turn == main and turn >= 0)
    return PdfPage(0, 0, tuple(word for word in words if _is_sane(word)), turn=max(0, main))


def _is_sane(word: Word) -> bool:
    """Whether a word stands in a place where a page can be; a damaged file says anything."""
    return all(abs(one) < _FARTHEST for one in (word.x0, word.x1, word.y)) and 0.1 < word.font.size < _FARTHEST
