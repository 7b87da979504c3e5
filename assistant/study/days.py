"""The student's days: times are stored in UTC, but "today" and a streak are local.

Everywhere ``zone`` is the student's time zone, or None for the one that the computer is set to.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo


def local_day(at: datetime, zone: tzinfo | None) -> date:
    """Returns the day on the student's calendar."""
    return at.astimezone(zone).date()


def day_start(at: datetime, zone: tzinfo | None) -> datetime:
    """Returns the moment, in UTC, at which the student's day of ``at`` began."""
    return datetime.combine(local_day(at, zone), time(), tzinfo=zone).astimezone(UTC)
