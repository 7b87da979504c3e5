"""What the Progress tab asks for, with the gaps of the notes and the questions that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.quiz.item import Anchor
from assistant.quiz.results import ConfusedPair, most_confused
from assistant.study.database import local_day
from assistant.study.gaps import Gap, GapState, gaps_markdown, times
from assistant.study.mastery import Day, LearningProgress, TopicMastery, TopicState
from assistant.types import Scope, Section
from assistant.ui import wording
from assistant.ui.passages import PlaceView, place_view
from assistant.ui.tabs.chat.sources import ReadNote
from assistant.ui.tabs.review.handlers import Clock, utc_now

_SHAPES = {TopicState.KNOWN: "full", TopicState.FADING: "half", TopicState.NOT_YET: "none"}
_DAYS_SHOWN = 14
_PAIRS_SHOWN = 6


class TopicCell(Payload):
    """A topic on the map: what the student knows of it, what that rests on, and the chance to recall it now."""

    label: str
    level: int
    state: str
    shape: str
    recall: float | None
    topic: str
    says: str


class NoteProgress(Payload):
    """A note on the map, with how many of its topics are in which state."""

    title: str
    topic: str
    counts: list[str]
    topics: list[TopicCell]


class NumberView(Payload):
    """A number with its name."""

    number: str
    label: str


class DayBar(Payload):
    """A day of a picture; ``share`` is its height from 0 to 1."""

    day: str
    value: str
    share: float
    says: str


class DayBars(Payload):
    """A picture with a bar for each day, in words too."""

    says: str
    bars: list[DayBar]


class MixedUpPair(PlaceView):
    """What the student took for what, how often, and in which question."""

    asked: str
    chosen: str
    times: str
    question: str


class ProgressView(Payload):
    """What the student knows; ``empty`` if nothing was learned or answered yet."""

    notes: list[NoteProgress]
    figures: list[NumberView]
    forecast: DayBars
    accuracy: DayBars
    pairs: list[MixedUpPair]
    empty: bool


class ProgressHandlers:
    """What the Progress tab asks for: what the student knows.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    area = "progress"

    def __init__(self, service: Assistant, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    @call
    def overview(self) -> ProgressView:
        """Returns everything the tab shows."""
        now, read = self._clock(), self._service.notes.read
        self._service.study.refresh(now)
        room = self._service.quiz.room
        pairs = most_confused(room.store.answers(), room.bank.find, _PAIRS_SHOWN)
        return progress_view(self._service.study.progress(now), pairs, read)


def progress_view(found: LearningProgress, pairs: Iterable[ConfusedPair], read: ReadNote) -> ProgressView:
    """Returns what the student knows, and what was mixed up most often."""
    return ProgressView(
        notes=[_note(path, list(topics), read) for path, topics in groupby(found.topics, lambda t: t.note)],
        figures=_figures(found),
        forecast=_forecast(found.forecast),
        accuracy=_accuracy(found.history),
        pairs=[_pair(pair, read) for pair in pairs],
        empty=not found.cards and not found.history,
    )


def _note(path: str, topics: Sequence[TopicMastery], read: ReadNote) -> NoteProgress:
    states = [topic.state for topic in _innermost(topics)]
    place = place_view(path, (), read)
    counts = [f"{states.count(state)} {state}" for state in TopicState if states.count(state)]
    return NoteProgress(title=place.trail[0], topic=place.topic, counts=counts, topics=_cells(topics, read))


def _innermost(topics: Sequence[TopicMastery]) -> list[TopicMastery]:
    around = {topic.heading_path[:depth] for topic in topics for depth in range(len(topic.heading_path))}
    return [topic for topic in topics if topic.heading_path not in around]


def _cells(topics: Iterable[TopicMastery], read: ReadNote) -> list[TopicCell]:
    return [
        TopicCell(
            label=topic.heading_path[-1],
            level=topic.level,
            state=topic.state.value,
            shape=_SHAPES[topic.state],
            recall=topic.retrievability,
            topic=place_view(topic.note, topic.heading_path, read).topic,
            says=_topic_says(topic),
        )
        for topic in topics
    ]


def _topic_says(topic: TopicMastery) -> str:
    """Returns what the state rests on, in words."""
    parts = [wording.count(topic.cards, "card")] if topic.cards else []
    if topic.retrievability is not None:
        parts.append(f"recall {wording.percent(topic.retrievability)}")
    if topic.coverage:
        parts.append(f"{wording.percent(topic.coverage)} studied")
    if topic.answers:
        parts.append(f"{wording.percent(topic.accuracy)} right of {wording.count(topic.answers, 'answer')}")
    return ", ".join(parts) or "nothing answered yet"


def _figures(found: LearningProgress) -> list[NumberView]:
    days = "day in a row" if found.streak_days == 1 else "days in a row"
    answers = sum(day.count for day in found.history)
    right = sum(day.right for day in found.history)
    return [
        NumberView(number=f"{found.streak_days:,}", label=days),
        NumberView(number=f"{found.cards:,}", label="card" if found.cards == 1 else "cards"),
        NumberView(number=f"{answers:,}", label="answer" if answers == 1 else "answers"),
        NumberView(number=wording.percent(right / answers if answers else None), label="right"),
    ]


def _forecast(days: Sequence[Day]) -> DayBars:
    most, due = max((day.count for day in days), default=0), sum(day.count for day in days)
    bars = [
        DayBar(day=_name(day.day, number), value=str(day.count), share=day.count / most if most else 0.0, says="")
        for number, day in enumerate(days)
    ]
    says = f"{wording.count(due, 'card')} in {len(days)} days, {days[0].count} today." if due else ""
    return DayBars(says=says, bars=bars)


def _accuracy(history: Sequence[Day]) -> DayBars:
    shown = history[-_DAYS_SHOWN:]
    bars = [
        DayBar(
            day=f"{day.day.day} {day.day:%b}",
            value=wording.percent(day.right / day.count),
            share=day.right / day.count,
            says=wording.score(day.right, day.count),
        )
        for day in shown
    ]
    answers = sum(day.count for day in shown)
    says = wording.score(sum(day.right for day in shown), answers) + "." if answers else ""
    return DayBars(says=says, bars=bars)


def _name(day: date, ahead: int) -> str:
    return "Today" if ahead == 0 else f"{day:%a} {day.day}"


def _pair(pair: ConfusedPair, read: ReadNote) -> MixedUpPair:
    source = pair.item.source
    place = place_view(source.note, source.heading_path, read)
    often = "once" if pair.times == 1 else f"{pair.times} times"
    return MixedUpPair(**dict(place), asked=pair.asked, chosen=pair.chosen, times=often, question=pair.item.question)


class HeadingPlace(PlaceView):
    """A place of the notes, and from where to where the words of its heading reach, if it is there."""

    start: int | None = None
    end: int | None = None


class GapView(Payload):
    """A question that the notes do not answer; with ``recheck``, they were changed since it was asked."""

    id: str
    question: str
    says: str
    why: str
    nearest: list[HeadingPlace]
    recheck: bool


class GapList(Payload):
    """The gaps, and the open ones as Markdown, to copy or save."""

    open: list[GapView]
    closed: list[GapView]
    markdown: str


class KeptQuestionId(Payload):
    """The id of a question that is kept."""

    id: str


class QuestionHandlers:
    """What the page asks about questions: gaps of the notes, and questions that are kept.

    Args:
        service: The assistant.
        clock: Returns the time, aware of its zone.
    """

    area = "questions"

    def __init__(self, service: Assistant, clock: Clock = utc_now) -> None:
        self._service = service
        self._clock = clock

    @call
    def gaps(self) -> GapList:
        """Returns the list of the Progress tab."""
        changed = max((note.modified_at for note in self._service.notes.all()), default=0.0)
        log, places = self._service.study.gaps, Places(self._service.notes.read, self._service.notes.outline())
        found = log.gaps(GapState.OPEN), log.gaps(GapState.CLOSED)
        return gaps_view(*found, datetime.fromtimestamp(changed, UTC), places)

    @call
    def undo_gap(self, gap: str) -> None:
        """Takes back that a question was noted."""
        self._service.study.gaps.undo(gap, self._clock())

    @call
    def remove_gap(self, gap: str) -> GapList:
        """Takes a gap from the list. Returns the list."""
        self._service.study.gaps.remove([gap], self._clock())
        return self.gaps()

    @call
    def add_gap(self, gap: str) -> GapList:
        """Puts a gap that was removed on the list again. Returns the list."""
        self._service.study.gaps.restore(gap, self._clock())
        return self.gaps()

    @call
    def keep(self, question: str, proofs: list[Anchor] | None = None) -> KeptQuestionId:
        """Keeps a question with the words that answer it."""
        return KeptQuestionId(id=self._service.study.kept.keep(question, proofs or [], self._clock()).id)

    @call
    def drop(self, id: str) -> None:
        """Keeps a question no longer."""
        self._service.study.kept.remove([id], self._clock())


@dataclass(frozen=True, slots=True)
class Places:
    """Where headings stand in the notes.

    Attributes:
        read: From a note's path to the note.
        outline: The sections of all notes.
    """

    read: ReadNote
    outline: Sequence[Section]

    def view(self, place: Scope) -> HeadingPlace:
        """Returns a place as the page shows it."""
        shown = place_view(place.path, place.heading_path, self.read)
        for section in self.outline:
            if (section.note, section.heading_path) == (place.path, place.heading_path) and section.level:
                line = self.read(section.note).text[section.start : section.body_start].rstrip()
                start = section.start + len(line) - len(line.lstrip("# "))
                return HeadingPlace(**dict(shown), start=start, end=section.start + len(line))
        return HeadingPlace(**dict(shown))


def gaps_view(open_gaps: Sequence[Gap], closed: Sequence[Gap], notes_changed_at: datetime, places: Places) -> GapList:
    """Returns the gaps as the page shows them."""
    return GapList(
        open=[_gap(gap, places, recheck=gap.last_asked_at < notes_changed_at) for gap in open_gaps],
        closed=[_gap(gap, places, recheck=False) for gap in closed],
        markdown=gaps_markdown(open_gaps),
    )


def _gap(gap: Gap, places: Places, *, recheck: bool) -> GapView:
    return GapView(
        id=gap.id,
        question=gap.question,
        says=_gap_says(gap, places),
        why=gap.why,
        nearest=[places.view(place) for place in gap.nearest],
        recheck=recheck,
    )


def _gap_says(gap: Gap, places: Places) -> str:
    day = local_day(gap.last_asked_at, None)
    often = f", {times(gap.asks)}" if gap.asks > 1 else ""
    where = places.view(gap.scope).trail if gap.scope != Scope() else ()
    return f"Asked on {day.day} {day:%B}{often}" + (f", in {' › '.join(where)} only" if where else "")
