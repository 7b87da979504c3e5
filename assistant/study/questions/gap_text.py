"""The gaps of the notes as a list that can be ticked off, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from assistant.study.days import local_day
from assistant.study.questions.gaps import Gap
from assistant.types import Scope

_TITLE = "What your notes do not cover"
_SPECIAL = r"\`*_[]<>#|"


def times(number: int) -> str:
    """Returns ``once``, ``twice`` or ``3 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def gaps_markdown(gaps: Sequence[Gap], zone: tzinfo | None = None) -> str:
    """Returns the gaps as a Markdown list with a box to tick before each; ``zone`` is the student's, None for local."""
    if not gaps:
        return f"# {_TITLE}\n\nNo open gaps.\n"
    return f"# {_TITLE}\n\n" + "".join(_entry(gap, zone) for gap in gaps)


def _entry(gap: Gap, zone: tzinfo | None) -> str:
    day = local_day(gap.last_asked_at, zone)
    lines = [f"- [ ] **{escaped(gap.question)}**"]
    lines.append(f"  - asked {times(gap.asks)}, last on {day.day} {day:%B %Y}{_where(gap.scope)}")
    lines.append(f"  - {escaped(gap.why)}")
    if gap.nearest:
        lines.append("  - nearest: " + "; ".join(escaped(place_text(place)) for place in gap.nearest))
    return "\n".join(lines) + "\n"


def _where(scope: Scope) -> str:
    return f", in {escaped(place_text(scope))} only" if scope != Scope() else ""


def place_text(place: Scope) -> str:
    """Returns ``note.md > Heading > Heading``."""
    return " > ".join(part for part in (place.path, *place.heading_path) if part)


def escaped(text: str) -> str:
    """Returns ``text`` so that Markdown shows every character of it."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)
