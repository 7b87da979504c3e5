"""What the page asks for about questions: gaps of the notes, and questions that are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.study.days import local_day
from assistant.study.questions.gap_text import gaps_markdown, times
from assistant.study.questions.gaps import Gap, GapState
from assistant.types import Scope, Section
from assistant.ui.boundary import friendly
from assistant.ui.message import anchor, listed
from assistant.ui.passages import place_view
from assistant.ui.review_desk import Clock, utc_now
from assistant.ui.service import StudyService
from assistant.ui.sources import ReadNote


class QuestionsDesk:
    """Gaps and kept questions. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        gaps = (self.gaps, self.gap_undo, self.gap_add, self.gap_remove)
        return (*gaps, self.question_keep, self.question_drop)

    @friendly
    def gaps(self, _: object = None) -> dict[str, Any]:
        """Returns the list of the Progress tab; see ``gaps_view``."""
        changed = max((note.modified_at for note in self._service.library()), default=0.0)
        log, places = self._service.study.gaps, Places(self._service.note, self._service.outline())
        found = log.gaps(GapState.OPEN), log.gaps(GapState.CLOSED)
        return gaps_view(*found, datetime.fromtimestamp(changed, UTC), places)

    @friendly
    def gap_undo(self, request: dict[str, Any]) -> dict[str, Any]:
        """Takes back that a question was noted: ``{gap}``."""
        self._service.study.gaps.undo(str(request["gap"]), self._clock())
        return {}

    @friendly
    def gap_remove(self, request: dict[str, Any]) -> dict[str, Any]:
        """Takes a gap from the list: ``{gap}``. Returns the list."""
        self._service.study.gaps.remove([str(request["gap"])], self._clock())
        shown: dict[str, Any] = self.gaps()
        return shown

    @friendly
    def gap_add(self, request: dict[str, Any]) -> dict[str, Any]:
        """Puts a gap that was removed on the list again: ``{gap}``. Returns the list."""
        self._service.study.gaps.restore(str(request["gap"]), self._clock())
        shown: dict[str, Any] = self.gaps()
        return shown

    @friendly
    def question_keep(self, request: dict[str, Any]) -> dict[str, Any]:
        """Keeps a question with the words that answer it: ``{question, proofs}``. Returns its ``id``."""
        proofs = [place for place in map(anchor, listed(request, "proofs")) if place is not None]
        return {"id": self._service.study.kept.keep(str(request["question"]), proofs, self._clock()).id}

    @friendly
    def question_drop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Keeps a question no longer: ``{id}``."""
        self._service.study.kept.remove([str(request["id"])], self._clock())
        return {}


@dataclass(frozen=True, slots=True)
class Places:
    """Where headings stand in the notes.

    Attributes:
        read: From a note's path to the note.
        outline: The sections of all notes.
    """

    read: ReadNote
    outline: Sequence[Section]

    def view(self, place: Scope) -> dict[str, Any]:
        """Returns a place as ``place_view`` does, with ``start`` and ``end`` of its heading's words if it is there."""
        shown = place_view(place.path, place.heading_path, self.read)
        for section in self.outline:
            if (section.note, section.heading_path) == (place.path, place.heading_path) and section.level:
                line = self.read(section.note).text[section.start : section.body_start].rstrip()
                start = section.start + len(line) - len(line.lstrip("# "))
                return shown | {"start": start, "end": section.start + len(line)}
        return shown


def gaps_view(
    open_gaps: Sequence[Gap], closed: Sequence[Gap], notes_changed_at: datetime, places: Places
) -> dict[str, Any]:
    """Returns the gaps as the page shows them.

    Keys: ``open`` and ``closed`` (each ``id``, ``question``, ``says``, ``why``, ``nearest``, ``recheck``: the notes
    changed since it was asked), ``markdown`` (the open ones, to copy or save).
    """
    return {
        "open": [_gap(gap, places) | {"recheck": gap.last_asked_at < notes_changed_at} for gap in open_gaps],
        "closed": [_gap(gap, places) | {"recheck": False} for gap in closed],
        "markdown": gaps_markdown(open_gaps),
    }


def _gap(gap: Gap, places: Places) -> dict[str, Any]:
    return {
        "id": gap.id,
        "question": gap.question,
        "says": _says(gap, places),
        "why": gap.why,
        "nearest": [places.view(place) for place in gap.nearest],
    }


def _says(gap: Gap, places: Places) -> str:
    day = local_day(gap.last_asked_at, None)
    often = f", {times(gap.asks)}" if gap.asks > 1 else ""
    where = places.view(gap.scope)["trail"] if gap.scope != Scope() else ()
    return f"Asked on {day.day} {day:%B}{often}" + (f", in {' › '.join(where)} only" if where else "")
