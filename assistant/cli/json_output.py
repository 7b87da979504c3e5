"""What the commands print with ``--json``, and what ``quiz grade`` reads; docs/guide/cli.md names the fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field, PlainSerializer

from assistant.cards.card import AnchorState, Origin, Review
from assistant.cli.answer_output import AnswerShown, SearchShown, Share, Shown, Time, print_as
from assistant.core.json_form import JsonForm, Moment
from assistant.evaluation.bench_answers import Figure
from assistant.quiz.bank_store import BankCounts
from assistant.quiz.item import Anchor, Item
from assistant.quiz.quiz_json import PointRecord
from assistant.quiz.results import TopicScore
from assistant.quiz.session import Mode
from assistant.study.gaps import GapPlace, GapState
from assistant.study.mastery import TopicState
from assistant.types import Answer, BuildReport, IndexStatus, NoteStatus

_Seconds = Annotated[float, PlainSerializer(lambda seconds: round(seconds, 1), return_type=float)]
_Scope = Annotated[str, BeforeValidator(str)]


class CardShown(Shown):
    """A card."""

    id: str
    front: str
    back: str
    origin: Origin
    topic: tuple[str, ...]
    tags: tuple[str, ...]
    anchor: Anchor | None
    anchor_state: AnchorState
    passage: Anchor | None
    suspended: bool
    created_at: Moment
    changed_at: Moment
    deleted_at: Moment | None
    state: str
    note: str
    due_at: Moment = Field(validation_alias=AliasPath("schedule", "due_at"))
    reviewed_at: Moment | None = Field(validation_alias=AliasPath("schedule", "reviewed_at"))
    stability: float | None = Field(validation_alias=AliasPath("schedule", "stability"))
    difficulty: float | None = Field(validation_alias=AliasPath("schedule", "difficulty"))
    lapses: int = Field(validation_alias=AliasPath("schedule", "lapses"))


class CardWithReviews(CardShown):
    """A card with all answers to it."""

    reviews: tuple[Review, ...] = ()


class DueCard(CardShown):
    """A card that is due; ``intervals_s``: for each rating, the seconds after which it would come back."""

    intervals_s: dict[str, int] = Field(default_factory=dict)


class DueShown(Shown):
    """What is due."""

    due: int
    held_back: int
    next_at: Moment | None
    cards: tuple[DueCard, ...]


class GapShown(Shown):
    """A question that the notes do not answer."""

    id: str
    question: str
    state: GapState
    asks: int
    last_asked_at: Time
    scope: _Scope
    reason: str = Field(validation_alias="why")
    missing_words: tuple[str, ...] = Field(validation_alias="missing")
    nearest: tuple[Annotated[GapPlace, BeforeValidator(GapPlace.of)], ...]


class KeptQuestionShown(Shown):
    """A question that was kept because its answer is right."""

    id: str
    question: str
    kept_at: Time = Field(validation_alias="changed_at")
    proofs: tuple[Anchor, ...]


class ConversationListed(Shown):
    """A conversation in a list."""

    id: str
    title: str
    started_at: Time
    changed_at: Time
    questions: int = Field(validation_alias="turns")
    excerpt: str


def _kept_answer(answer: Answer | None) -> AnswerShown | None:
    return AnswerShown.of(answer, answer.timings.load_s) if answer is not None else None


class TurnShown(Shown):
    """One question of a conversation; ``answer`` is None where it was not finished."""

    question: str
    asked_at: Time
    scope: _Scope
    text: str = Field(validation_alias="said")
    stopped: bool
    fault: str = Field(validation_alias=AliasPath("fault", 0))
    answer: Annotated[AnswerShown | None, BeforeValidator(_kept_answer)]


class ConversationShown(Shown):
    """A conversation."""

    id: str
    title: str
    started_at: Time
    changed_at: Time
    turns: tuple[TurnShown, ...]


class TopicShown(Shown):
    """What is known of a topic."""

    note: str
    heading_path: tuple[str, ...]
    level: int
    state: TopicState
    cards: int
    learned: int
    retrievability: Share | None
    coverage: Share
    accuracy: Share | None
    answers: int


class DueDay(Shown):
    """How many cards fall due on a day."""

    day: date
    due: int = Field(validation_alias="count")


class AnsweredDay(Shown):
    """How many answers were given on a day, and how many of them were right."""

    day: date
    answers: int = Field(validation_alias="count")
    right: int


class ProgressShown(Shown):
    """What the student knows."""

    cards: int
    new_cards: int
    streak_days: int
    topics: tuple[TopicShown, ...]
    forecast: tuple[DueDay, ...]
    history: tuple[AnsweredDay, ...]


class QuizShown(Shown):
    """A quiz: its items with options as shown, key, explanation, quotes with offsets and checks."""

    quiz: str
    topic: str
    mode: Mode
    limit_s: int | None
    items: tuple[Item, ...]


class MarkShown(Shown):
    """The mark of an answer; ``points`` is None for all kinds but short answers."""

    item: str
    share: Share
    is_right: bool
    given: str
    right: str
    points: tuple[PointRecord, ...] | None
    explanation: str


class MixUpShown(Shown):
    """What was taken for what."""

    item: str = Field(validation_alias=AliasPath("item", "id"))
    question: str
    chosen: str
    asked: Anchor
    instead: Anchor | None


class ResultShown(Shown):
    """The result of a quiz."""

    score: Share
    points: Share
    count: int
    right: int
    took_s: _Seconds
    topics: tuple[TopicScore, ...]
    read_again: tuple[Anchor, ...]
    confusions: tuple[MixUpShown, ...]


class GradedShown(Shown):
    """The marks of answers, and of a stored quiz its result."""

    quiz: str | None
    marks: tuple[MarkShown, ...]
    result: ResultShown | None


class BenchShown(Shown):
    """What a machine does."""

    machine: str
    figures: tuple[Figure, ...]


_One = bool | int | float | str
Given = _One | tuple[_One, ...]


class GivenAnswer(Shown):
    """An answer: the text of an option or its number from 1, a text, or a list of those."""

    item: str
    answer: Given


class GivenAnswers(Shown):
    """What ``assistant quiz grade`` reads."""

    quiz: str | None = None
    answers: tuple[GivenAnswer, ...]


GIVEN = JsonForm[GivenAnswers](GivenAnswers)

DOCUMENTED: Mapping[str, Any] = MappingProxyType(
    {
        "ask": AnswerShown,
        "bench": BenchShown,
        "cards list": tuple[CardShown, ...],
        "cards show": CardWithReviews,
        "cards stale": tuple[CardShown, ...],
        "conversations list": tuple[ConversationListed, ...],
        "conversations search": tuple[ConversationListed, ...],
        "conversations show": ConversationShown,
        "gaps list": tuple[GapShown, ...],
        "index build": BuildReport,
        "index status": IndexStatus,
        "notes list": tuple[NoteStatus, ...],
        "progress": ProgressShown,
        "questions list": tuple[KeptQuestionShown, ...],
        "quiz bank build": BankCounts,
        "quiz bank show": tuple[Item, ...],
        "quiz bank status": BankCounts,
        "quiz grade": GradedShown,
        "quiz start": QuizShown,
        "review": DueShown,
        "search": SearchShown,
    }
)
"""The type of what each command prints."""


def print_json(command: str, found: object) -> None:
    """Prints what a command found, records or a record, as one line of the JSON that is documented."""
    print_as(DOCUMENTED[command], found)
