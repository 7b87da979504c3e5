"""What a student reads about text that was recognised in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from assistant.types import ScannedPage, TextPicture

LOW_CONFIDENCE = 0.9
"""Below it about one sign in ten is wrong. Clean scans reach 0.97 and more (docs/evaluation.md)."""

_NAMED = 6


def of_words(confidence: float | None) -> str:
    """Returns that words were read in a picture, behind their place; nothing for words that were not."""
    if confidence is None:
        return ""
    if confidence < LOW_CONFIDENCE:
        return f"read from a picture, only {confidence:.0%} sure: compare it with the original"
    return f"read from a picture, {confidence:.0%} sure"


def of_note(confidence: float | None, unread_pages: int, unread_pictures: int = 0) -> str:
    """Returns what a list says of a note with scanned pages; ``confidence`` is that of the least sure one."""
    said = []
    if confidence is not None:
        said.append(
            "Read from pictures." if confidence >= LOW_CONFIDENCE else "Read from pictures, in places unsurely."
        )
    if unread_pages:
        said.append(
            f"{unread_pages} {'page is a picture' if unread_pages == 1 else 'pages are pictures'} not read yet."
        )
    if unread_pictures:
        said.append(f"{unread_pictures} {'picture' if unread_pictures == 1 else 'pictures'} in it not read yet.")
    return " ".join(said)


def of_pictures(pictures: Sequence[TextPicture], missing: str = "") -> str:
    """Returns what stands at the front of a note with pictures in its text; nothing for others.

    Args:
        pictures: Those in its text.
        missing: What installs text recognition, where it is not there.
    """
    sure = [one.confidence for one in pictures if one.confidence is not None]
    unread = len(pictures) - len(sure)
    said = []
    if sure:
        what = "A picture in this note was" if len(sure) == 1 else f"{len(sure)} pictures in this note were"
        said.append(f"{what} read by text recognition, {sum(sure) / len(sure):.0%} sure on average.")
    if unread:
        said.append(f"{unread} {'picture in it was' if unread == 1 else 'pictures in it were'} not read yet. {missing}")
    return " ".join(said).strip()


def of_pages(scanned: Sequence[ScannedPage], pages: int) -> str:
    """Returns what stands at the front of a note with scanned pages; nothing for others.

    Args:
        scanned: Its scanned pages, in order.
        pages: How many pages the note has; 0 for a picture.
    """
    known = [page for page in scanned if page.confidence is not None]
    low = [page.number for page in known if page.confidence is not None and page.confidence < LOW_CONFIDENCE]
    unread = [page.number for page in scanned if page.confidence is None]
    said = []
    if known:
        sure = sum(page.confidence or 0.0 for page in known) / len(known)
        what = _pages([page.number for page in known]) if pages > len(known) else "This note"
        verb = "were" if what.startswith("Pages") else "was"
        said.append(f"{what} {verb} read from pictures by text recognition, {sure:.0%} sure on average.")
    if low:
        where = f"On {_pages(low).lower()} it" if pages else "It"
        said.append(f"{where} was unsure: compare numbers, names and formulas with the original.")
    if unread:
        said.append(
            f"{_pages(unread)} {'are pictures' if len(unread) > 1 else 'is a picture'} whose text is not read yet."
        )
    return " ".join(said)


def _pages(numbers: Sequence[int]) -> str:
    """Returns pages by their numbers, neighbours as a stretch: ``Pages 2, 4-6``."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    named = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    shown = ", ".join(named[:_NAMED]) + (" and more" if len(named) > _NAMED else "")
    return f"Page {shown}" if len(numbers) == 1 else f"Pages {shown}"
