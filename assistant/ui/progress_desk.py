"""What the Progress tab asks for, as plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from assistant.study.mastery import Day, Progress, TopicMastery, TopicState
from assistant.study.quiz.confused import ConfusedPair, most_confused
from assistant.ui import wording
from assistant.ui.boundary import friendly
from assistant.ui.passages import place_view
from assistant.ui.review_desk import Clock, utc_now
from assistant.ui.service import StudyService
from assistant.ui.sources import ReadNote

_SHAPES = {TopicState.KNOWN: "full", TopicState.FADING: "half", TopicState.NOT_YET: "none"}
_DAYS_SHOWN = 14
_PAIRS_SHOWN = 6


class ProgressDesk:
    """What the student knows. Every method returns what JSON can carry, errors included.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    def __init__(self, service: StudyService, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    @friendly
    def progress(self, _: object = None) -> dict[str, Any]:
        """Returns everything the tab shows; see ``progress_view``."""
        now, read = self._clock(), self._service.note
        self._service.study.refresh(now)
        room = self._service.quizzes.room
        pairs = most_confused(room.store.answers(), room.bank.find, _PAIRS_SHOWN)
        return progress_view(self._service.study.progress(now), read) | {"pairs": [_pair(p, read) for p in pairs]}


def progress_view(found: Progress, read: ReadNote) -> dict[str, Any]:
    """Returns what the student knows.

    Keys: ``notes`` (each ``title``, ``counts``, ``topics``), ``figures`` (``number`` and ``label``), ``forecast`` and
    ``accuracy`` (``says`` and ``bars``), ``empty`` (nothing was learned or answered yet).
    """
    return {
        "notes": [_note(path, list(topics), read) for path, topics in groupby(found.topics, lambda t: t.note)],
        "figures": _figures(found),
        "forecast": _forecast(found.forecast),
        "accuracy": _accuracy(found.history),
        "empty": not found.cards and not found.history,
    }


def _note(path: str, topics: Sequence[TopicMastery], read: ReadNote) -> dict[str, Any]:
    states = [topic.state for topic in _innermost(topics)]
    place = place_view(path, (), read)
    counts = [f"{states.count(state)} {state}" for state in TopicState if states.count(state)]
    return {"title": place["trail"][0], "topic": place["topic"], "counts": counts, "topics": _cells(topics, read)}


def _innermost(topics: Sequence[TopicMastery]) -> list[TopicMastery]:
    around = {topic.heading_path[:depth] for topic in topics for depth in range(len(topic.heading_path))}
    return [topic for topic in topics if topic.heading_path not in around]


def _cells(topics: Iterable[TopicMastery], read: ReadNote) -> list[dict[str, Any]]:
    return [
        {
            "label": topic.heading_path[-1],
            "level": topic.level,
            "state": topic.state.value,
            "shape": _SHAPES[topic.state],
            "recall": topic.retrievability,
            "topic": place_view(topic.note, topic.heading_path, read)["topic"],
            "says": _says(topic),
        }
        for topic in topics
    ]


def _says(topic: TopicMastery) -> str:
    """Returns what the state rests on, in words."""
    parts = [wording.count(topic.cards, "card")] if topic.cards else []
    if topic.retrievability is not None:
        parts.append(f"recall {wording.percent(topic.retrievability)}")
    if topic.coverage:
        parts.append(f"{wording.percent(topic.coverage)} studied")
    if topic.answers:
        parts.append(f"{wording.percent(topic.accuracy)} right of {wording.count(topic.answers, 'answer')}")
    return ", ".join(parts) or "nothing answered yet"


def _figures(found: Progress) -> list[dict[str, str]]:
    days = "day in a row" if found.streak_days == 1 else "days in a row"
    answers = sum(day.count for day in found.history)
    right = sum(day.right for day in found.history)
    return [
        {"number": f"{found.streak_days:,}", "label": days},
        {"number": f"{found.cards:,}", "label": "card" if found.cards == 1 else "cards"},
        {"number": f"{answers:,}", "label": "answer" if answers == 1 else "answers"},
        {"number": wording.percent(right / answers if answers else None), "label": "right"},
    ]


def _forecast(days: Sequence[Day]) -> dict[str, Any]:
    most, due = max((day.count for day in days), default=0), sum(day.count for day in days)
    bars = [
        {"day": _name(day.day, number), "value": str(day.count), "share": day.count / most if most else 0.0, "says": ""}
        for number, day in enumerate(days)
    ]
    says = f"{wording.count(due, 'card')} in {len(days)} days, {days[0].count} today." if due else ""
    return {"says": says, "bars": bars}


def _accuracy(history: Sequence[Day]) -> dict[str, Any]:
    shown = history[-_DAYS_SHOWN:]
    bars = [
        {
            "day": f"{day.day.day} {day.day:%b}",
            "value": wording.percent(day.right / day.count),
            "share": day.right / day.count,
            "says": wording.score(day.right, day.count),
        }
        for day in shown
    ]
    answers = sum(day.count for day in shown)
    says = wording.score(sum(day.right for day in shown), answers) + "." if answers else ""
    return {"says": says, "bars": bars}


def _name(day: date, ahead: int) -> str:
    return "Today" if ahead == 0 else f"{day:%a} {day.day}"


def _pair(pair: ConfusedPair, read: ReadNote) -> dict[str, Any]:
    source = pair.item.source
    place = place_view(source.note, source.heading_path, read)
    times = "once" if pair.times == 1 else f"{pair.times} times"
    return {"asked": pair.asked, "chosen": pair.chosen, "times": times, "question": pair.item.question, **place}
