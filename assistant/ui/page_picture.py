"""A page of a note as it looks, with the cited words marked: what the page asks for when a citation is clicked."""

from __future__ import annotations

import base64

from assistant.api.calls import Payload, Whole, call
from assistant.app.assistant import Assistant
from assistant.documents.shown.page_words import MEDIA_TYPE
from assistant.index.note_pages import ShownPage

_SAID_CHARS = 300


class MarkedPlace(Payload):
    """A stretch of a line that is marked, in hundredths of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float


class PagePicture(Payload):
    """A page as it looks: ``picture`` is the address of an image that holds it, ``alt`` says in words what it shows.

    ``remark`` says what is to be known of the marks: that they go on elsewhere, or that some words were not found.
    """

    title: str
    page: int
    pages: int
    picture: str
    width: int
    height: int
    marks: list[MarkedPlace]
    next_page: int | None
    alt: str
    remark: str


class PagePictureHandlers:
    """Shows pages of the notes.

    Args:
        service: The assistant.
    """

    area = "pages"

    def __init__(self, service: Assistant) -> None:
        self._service = service

    @call
    def show(self, path: str, page: Whole | None = None, spans: list[tuple[Whole, Whole]] | None = None) -> PagePicture:
        """Returns a page of a PDF or a scan as it looks, with the words of ``spans`` marked.

        Without ``page`` it is the one that the words are on; each of the ``spans`` is the start and the end of words.
        """
        return picture_view(self._service.index.pages.show(path, page, spans or ()), spans or ())


def picture_view(shown: ShownPage, spans: list[tuple[int, int]] | tuple[()] = ()) -> PagePicture:
    """Returns what the page draws of a page of a note."""
    known, note = shown.drawn.known, shown.note
    coded = base64.b64encode(shown.drawn.picture).decode("ascii")
    return PagePicture(
        title=note.title,
        page=shown.number,
        pages=shown.count,
        picture=f"data:{MEDIA_TYPE};base64,{coded}",
        width=round(known.width),
        height=round(known.height),
        marks=[
            MarkedPlace(
                left=round(100 * left, 3),
                top=round(100 * top, 3),
                width=round(100 * (right - left), 3),
                height=round(100 * (bottom - top), 3),
            )
            for left, top, right, bottom in shown.boxes
        ],
        next_page=shown.next_page,
        alt=_alt(shown, spans),
        remark=_remark(shown) if spans else "",
    )


def _alt(shown: ShownPage, spans: list[tuple[int, int]] | tuple[()]) -> str:
    where = f"Page {shown.number} of {shown.note.title}" if shown.count > 1 else f"Picture: {shown.note.title}"
    said = " … ".join(" ".join(shown.note.readable[start:end].split()) for start, end in spans)
    said = said if len(said) <= _SAID_CHARS else said[: _SAID_CHARS - 1].rstrip() + "…"
    return f"{where}. Marked: {said}" if said and shown.boxes else where


def _remark(shown: ShownPage) -> str:
    if shown.next_page is not None and shown.boxes:
        return f"The words go on on page {shown.next_page}."
    if not shown.boxes:
        return "The cited words could not be found on this page; they are somewhere on it or on the next one."
    return "" if shown.whole else "Not all of the cited words could be found on the page, so only some are marked."
