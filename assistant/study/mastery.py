"""What the student knows, topic by topic, and how it went from day to day.

Answers to quizzes count here too, as ``Answered``: for accuracy, for the streak, and for what was covered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from assistant.cards.card import Card, Review
from assistant.cards.scheduling import CardPhase, CardScheduler
from assistant.study.database import local_day
from assistant.types import Section

KNOWN_RETRIEVABILITY = 0.85
"""Cards that are reviewed in time stay above 0.9; a little leaves room for a day missed."""
KNOWN_COVERAGE = 0.5
"""A topic of which less was studied is not known yet, however well that part is."""
FORECAST_DAYS = 14

Place = tuple[str, tuple[str, ...]]
"""A note and the headings within it."""


class TopicState(StrEnum):
    """How a topic stands. The words are the student's."""

    KNOWN = "known"
    FADING = "fading"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to a quiz question.

    Attributes:
        note: Path of the note that the question is from.
        heading_path: The headings above its proof, outermost first.
        at: When it was answered, aware of its zone.
    """

    note: str
    heading_path: tuple[str, ...]
    at: datetime
    right: bool


@dataclass(frozen=True, slots=True)
class TopicMastery:
    """One heading of the notes with everything below it.

    Attributes:
        cards: Live cards.
        learned: Those of them that went through the first steps of learning.
        retrievability: Mean probability of recalling a learned card now, in [0, 1]; a forgotten card counts 0 until it
            is recalled again. None where nothing was learned.
        coverage: Share of the innermost headings below in which a card was answered or a quiz question was, in [0, 1].
        accuracy: Share of right answers, cards and quizzes together; None without any.
        answers: How many those are.
    """

    note: str
    heading_path: tuple[str, ...]
    level: int
    cards: int
    learned: int
    retrievability: float | None
    coverage: float
    accuracy: float | None
    answers: int

    @property
    def state(self) -> TopicState:
        """``not yet`` until half of it was studied; then ``known`` while it is likely to be recalled, or ``fading``."""
        if self.retrievability is None or self.coverage < KNOWN_COVERAGE or 2 * self.learned < self.cards:
            return TopicState.NOT_YET
        return TopicState.KNOWN if self.retrievability >= KNOWN_RETRIEVABILITY else TopicState.FADING


@dataclass(frozen=True, slots=True)
class Day:
    """A day on the student's calendar with a number of things, ``right`` of them answered right."""

    day: date
    count: int
    right: int = 0


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """Everything at one moment.

    Attributes:
        topics: In the order of the outline.
        forecast: How many learned cards fall due on each of the next 14 days, today first; overdue ones count today.
        history: The days with answers, the oldest first, with how many were right.
        streak_days: Days in a row with an answer, up to today; a day that is not over yet does not break it.
        new_cards: Cards that were never answered.
        cards: All live cards.
    """

    topics: tuple[TopicMastery, ...]
    forecast: tuple[Day, ...]
    history: tuple[Day, ...]
    streak_days: int
    new_cards: int
    cards: int

    def accuracy(self, since: date) -> float | None:
        """Returns the share of right answers from a day on, or None if there were none."""
        days = [day for day in self.history if day.day >= since]
        answers = sum(day.count for day in days)
        return sum(day.right for day in days) / answers if answers else None


@dataclass(frozen=True, slots=True)
class MasteryEvidence:
    """What progress is computed from.

    Attributes:
        outline: Sections of the notes, in order.
        cards: Not the deleted ones.
        reviews: Answers to cards; those that were taken back are passed over.
        quiz: Answers to quiz questions.
    """

    outline: Sequence[Section]
    cards: Sequence[Card]
    reviews: Sequence[Review]
    quiz: Sequence[Answered] = ()


def measure(
    evidence: MasteryEvidence, scheduler: CardScheduler, now: datetime, zone: tzinfo | None = None
) -> LearningProgress:
    """Returns what the student knows at ``now``. ``zone`` is the student's; None for the computer's."""
    live = [card for card in evidence.cards if card.is_live]
    given = [review for review in evidence.reviews if review.undone_at is None]
    times = [(review.at, review.rating.right) for review in given] + [(a.at, a.right) for a in evidence.quiz]
    history = _history(times, zone)
    today = local_day(now, zone)
    return LearningProgress(
        topics=_topics(evidence, live, given, scheduler, now),
        forecast=_forecast(live, today, zone),
        history=history,
        streak_days=_streak({day.day for day in history}, today),
        new_cards=sum(card.schedule.phase is CardPhase.NEW for card in live),
        cards=len(live),
    )


@dataclass(slots=True)
class _Tally:
    """What was counted at one place of the notes."""

    cards: int = 0
    recall: float = 0.0
    learned: int = 0
    answers: int = 0
    right: int = 0

    def add(self, other: _Tally) -> None:
        self.cards += other.cards
        self.recall += other.recall
        self.learned += other.learned
        self.answers += other.answers
        self.right += other.right


def _topics(
    evidence: MasteryEvidence, live: Sequence[Card], given: Sequence[Review], scheduler: CardScheduler, now: datetime
) -> tuple[TopicMastery, ...]:
    counted = _counted(live, scheduler, now)
    places = {card.id: (card.note, card.topic) for card in evidence.cards}
    for place, right in [(places.get(review.card), review.rating.right) for review in given]:
        if place is not None:
            _count_answer(counted, place, right)
    for answer in evidence.quiz:
        _count_answer(counted, (answer.note, answer.heading_path), answer.right)
    sections = {(section.note, section.heading_path): section for section in evidence.outline if section.level}
    totals: dict[Place, _Tally] = defaultdict(_Tally)
    for place, tally in counted.items():
        for around in _upwards(place):
            totals[around].add(tally)
    leaves = _leaves(sections)
    below = Counter(around for leaf in leaves for around in _upwards(leaf))
    studied = Counter(
        around for leaf in leaves if leaf in counted and counted[leaf].answers for around in _upwards(leaf)
    )
    return tuple(_topic(sections[place], totals[place], studied[place] / below[place]) for place in sections)


def _counted(live: Iterable[Card], scheduler: CardScheduler, now: datetime) -> dict[Place, _Tally]:
    counted: dict[Place, _Tally] = defaultdict(_Tally)
    for card in live:
        tally = counted[card.note, card.topic]
        tally.cards += 1
        if card.schedule.phase in (CardPhase.REVIEW, CardPhase.RELEARNING):
            tally.learned += 1
        if card.schedule.phase is CardPhase.REVIEW:
            tally.recall += scheduler.retrievability(card.schedule, now)
    return counted


def _count_answer(counted: dict[Place, _Tally], place: Place, right: bool) -> None:
    counted[place].answers += 1
    counted[place].right += right


def _leaves(sections: Iterable[Place]) -> list[Place]:
    """Returns the places that have no others below them."""
    places = list(sections)
    inner = {(note, path[:depth]) for note, path in places for depth in range(len(path))}
    return [place for place in places if place not in inner]


def _upwards(place: Place) -> Iterator[Place]:
    """Yields the place and those around it, outermost first."""
    note, path = place
    for depth in range(1, len(path) + 1):
        yield note, path[:depth]


def _topic(section: Section, total: _Tally, coverage: float) -> TopicMastery:
    return TopicMastery(
        note=section.note,
        heading_path=section.heading_path,
        level=section.level,
        cards=total.cards,
        learned=total.learned,
        retrievability=total.recall / total.learned if total.learned else None,
        coverage=coverage,
        accuracy=total.right / total.answers if total.answers else None,
        answers=total.answers,
    )


def _forecast(live: Iterable[Card], today: date, zone: tzinfo | None) -> tuple[Day, ...]:
    begun = (card.schedule for card in live if card.schedule.phase is not CardPhase.NEW)
    due = Counter(max(today, local_day(schedule.due_at, zone)) for schedule in begun)
    days = (today + timedelta(days=ahead) for ahead in range(FORECAST_DAYS))
    return tuple(Day(day, due[day]) for day in days)


def _history(times: Iterable[tuple[datetime, bool]], zone: tzinfo | None) -> tuple[Day, ...]:
    given: Counter[date] = Counter()
    right: Counter[date] = Counter()
    for at, was_right in times:
        day = local_day(at, zone)
        given[day] += 1
        right[day] += was_right
    return tuple(Day(day, given[day], right[day]) for day in sorted(given))


def _streak(days: set[date], today: date) -> int:
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length
