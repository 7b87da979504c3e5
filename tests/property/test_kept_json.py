"""What is kept as JSON is read again as it was: cards, answers, items, quizzes, gaps, conversations, lessons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cards.card import CARD, REVIEW, AnchorState, Card, Origin, Review
from assistant.cards.scheduling import CardPhase, Rating, Schedule
from assistant.conversations.records import CONVERSATION, Conversation, KeptTurn
from assistant.core.json_form import LARGEST, JsonForm
from assistant.lab.lesson_log import LESSON, LessonProgress
from assistant.quiz.grading import Grade, PointGrade, PointVerdict
from assistant.quiz.item import ITEM, Anchor, Check, Item, KeyPoint, Kind, Maker
from assistant.quiz.kinds import Mark
from assistant.quiz.quiz_json import QUIZ, QuizRecord
from assistant.quiz.session import ItemReply, Mode, Posed, Quiz
from assistant.study.gaps import GAP, Gap, GapState
from assistant.study.kept_questions import KEPT, KeptQuestion
from assistant.types import Scope

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
NUMBER = st.integers(-LARGEST, LARGEST)
SHARE = st.floats(0, 1)
AT = st.timedeltas(timedelta(0), timedelta(days=400_000)).map(lambda since: datetime(1901, 1, 1, tzinfo=UTC) + since)
MAYBE_AT = st.none() | AT
ANCHOR = st.builds(Anchor, TEXT, TEXTS, NUMBER, NUMBER, TEXT)
SCHEDULE = st.builds(Schedule, AT, step=st.integers(0, 9), lapses=st.integers(0, LARGEST)) | st.builds(
    Schedule,
    AT,
    st.just(CardPhase.REVIEW),
    st.none(),
    st.floats(0.001, LARGEST),
    st.floats(1, 10),
    AT,
    st.integers(0, LARGEST),
)
SOURCE = st.none() | ANCHOR
CARDS = st.builds(
    Card, TEXT, TEXT, TEXT, st.sampled_from(Origin), TEXT, TEXTS, TEXTS, SOURCE, st.sampled_from(AnchorState), SOURCE,
    st.booleans(), AT, AT, MAYBE_AT, SCHEDULE,
)  # fmt: skip
REVIEWS = st.builds(
    Review, TEXT, TEXT, NUMBER, AT, st.sampled_from(Rating), SCHEDULE, st.booleans(), st.none() | NUMBER, st.booleans(),
    MAYBE_AT,
)  # fmt: skip
POINT = st.builds(KeyPoint, TEXT, TEXT)
ITEMS = st.builds(
    Item, TEXT, st.sampled_from(Kind), st.sampled_from(Maker), TEXT, st.lists(ANCHOR, max_size=2).map(tuple), TEXT,
    TEXTS, TEXTS, st.lists(NUMBER, max_size=3).map(tuple), TEXT, TEXTS, st.lists(POINT, max_size=2).map(tuple), SHARE,
    st.lists(st.builds(Check, TEXT, st.booleans(), TEXT), max_size=2).map(tuple),
)  # fmt: skip
GRADED = st.lists(st.builds(PointGrade, POINT, st.sampled_from(PointVerdict), TEXT, st.booleans()), max_size=2)


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    share = draw(SHARE)
    grade = draw(st.none() | GRADED.map(lambda points: Grade(tuple(points), share)))
    return Mark(share, draw(st.booleans()), draw(TEXT), draw(TEXT), grade)


POSED = st.builds(Posed, ITEMS, st.lists(NUMBER, max_size=3).map(tuple))
QUIZZES = st.builds(
    Quiz, TEXT, TEXT, st.sampled_from(Mode), st.lists(POSED, max_size=2).map(tuple), AT, st.none() | NUMBER,
    st.lists(st.builds(ItemReply, NUMBER, marks(), AT, NUMBER, TEXT), max_size=2).map(tuple), MAYBE_AT,
)  # fmt: skip
SCOPE = st.builds(Scope, TEXT, TEXTS)
GAPS = st.builds(
    Gap, TEXT, TEXT, st.lists(AT, max_size=2).map(tuple), SCOPE, TEXT, TEXTS, st.lists(SCOPE, max_size=2).map(tuple),
    st.sampled_from(GapState), AT,
)  # fmt: skip
PROOFS = st.lists(ANCHOR, min_size=1, max_size=2).map(tuple)
TURNS = st.builds(
    KeptTurn, TEXT, TEXT, AT, SCOPE, text=TEXT, stopped=st.booleans(), fault=st.tuples(TEXT, TEXT), ended=st.booleans()
)
KINDS: list[tuple[JsonForm[Any], st.SearchStrategy[Any]]] = [
    (CARD, CARDS),
    (REVIEW, REVIEWS),
    (ITEM, ITEMS),
    (QUIZ, QUIZZES.map(QuizRecord.of)),
    (GAP, GAPS),
    (KEPT, st.builds(KeptQuestion, TEXT, TEXT, PROOFS, AT, st.booleans())),
    (LESSON, st.builds(LessonProgress, TEXT, AT, MAYBE_AT, MAYBE_AT)),
    (CONVERSATION, st.builds(Conversation, TEXT, TEXT, st.booleans(), AT, AT, st.lists(TURNS, max_size=2).map(tuple))),
]


@pytest.mark.parametrize(("form", "records"), KINDS)
@given(st.data())
def test_what_is_written_is_read(form: JsonForm[Any], records: st.SearchStrategy[Any], data: st.DataObject) -> None:
    record = data.draw(records)
    assert form.read(form.write(record)) == record


@given(QUIZZES)
def test_a_quiz_goes_on_as_it_was(quiz: Quiz) -> None:
    assert QuizRecord.of(quiz).quiz() == quiz
