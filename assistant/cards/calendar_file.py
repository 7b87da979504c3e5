"""Due reviews as a calendar: an iCalendar file with an event for each day on which cards fall due.

Source: RFC 5545, https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

from assistant.cards.card import Card
from assistant.cards.scheduling import CardPhase
from assistant.core.json_form import as_utc
from assistant.errors import StudyError
from assistant.study.database import local_day

_LINE_BYTES = 75
"""No line is longer, its end not counted (section 3.1)."""
_IDS = uuid.UUID("6f0d1c1e-2f0b-5c57-9d2b-0d3a7a5b6c11")  # fixed for ever: by these ids a calendar knows a day again
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def review_days(cards: Iterable[Card], now: datetime, zone: tzinfo | None = None) -> dict[date, tuple[Card, ...]]:
    """Returns the cards that fall due on each day, in order of the days; those that are overdue fall due today.

    New cards are on no day: the limit of the day decides when they come up.

    Args:
        cards: Those that take no part in reviews are passed over.
        now: The moment that is today.
        zone: The student's; None for the computer's.
    """
    today = local_day(now, zone)
    days: dict[date, list[Card]] = defaultdict(list)
    for card in cards:
        if card.is_live and card.schedule.phase is not CardPhase.NEW:
            days[max(today, local_day(card.schedule.due_at, zone))].append(card)
    return {day: tuple(days[day]) for day in sorted(days)}


def calendar_text(days: Mapping[date, Sequence[Card]], now: datetime, place: str) -> str:
    """Returns the calendar, with CRLF at every line end.

    Imported again, an event takes the place of the one of the same day.

    Args:
        days: What ``review_days`` returns.
        now: The moment at which it was made.
        place: Where the cards are kept; it tells the calendars of two workspaces apart and is not written down.

    Raises:
        StudyError: No card falls due on any day; a calendar without an event is none.
    """
    if not days:
        raise StudyError("No card falls due on any day yet.", hint="Review new cards first: assistant review")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//study-assistant//Reviews//EN", "CALSCALE:GREGORIAN"]
    for day, cards in days.items():
        lines += _event(day, cards, now, place)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(day: date, cards: Sequence[Card], now: datetime, place: str) -> Iterator[str]:
    notes = dict.fromkeys(card.note for card in cards if card.note)
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(_IDS, f'{day} {place}')}"
    yield f"DTSTAMP:{as_utc(now):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{len(cards)} {'card' if len(cards) == 1 else 'cards'} to review"
    if notes:
        yield f"DESCRIPTION:{', '.join(notes).translate(_ESCAPES)}"
    yield "TRANSP:TRANSPARENT"  # the day is free all the same
    yield "END:VEVENT"


def _folded(line: str) -> Iterator[str]:
    """Yields a line in pieces of at most ``_LINE_BYTES`` bytes; no character is cut, and all but the first are set in.

    Control characters, which no text of a calendar may have, are left out.
    """
    piece, size = "", 0
    for char in line:
        width = len(char.encode("utf-8", "replace"))
        if not char.isprintable() and char != "\u00a0" and ord(char) < 0xA0:
            continue
        if size + width > _LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + width
    yield piece
