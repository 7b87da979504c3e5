"""What the model, without the notes, would expect them to say of a thing."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

import pytest
from quiz_setting import choice, cloze, fair_items, note, short

from assistant.errors import Cancelled
from assistant.quiz.choosing import choose_items
from assistant.quiz.exam import expected
from assistant.quiz.exam import gates as model_gate
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.expected import MEASURED_ON, Told, is_expected, likelihood
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Kind
from assistant.quiz.kinds import kind_of
from assistant.quiz.making.judge import Judge
from assistant.quiz.making.pool import Pool
from assistant.testing import FakeGenerator

GAPPED = "_____ is the ratio of true positives to all predicted positives."
PRECISION = Told(
    "Precision", "the ratio of true positives to all predicted positives", ("Metrics", "Precision and recall")
)


def model(likelihood: float, name: str = MEASURED_ON) -> FakeGenerator:
    return FakeGenerator([], likelihood=likelihood, name=name)


def test_what_the_model_would_say_too_is_expected() -> None:
    check = is_expected(PRECISION, model(-2.0), threading.Event())
    assert check is not None and check.passed
    assert (
        check.detail == "What your notes say of “Precision” is about what the model would expect without them (-2.0)."
    )


def test_a_remark_is_not() -> None:
    check = is_expected(PRECISION, model(-6.0), threading.Event())
    assert check is not None and not check.passed
    assert "is not what the model would expect" in check.detail


def test_the_beginning_of_a_long_text_is_enough() -> None:
    fake = model(-2.0)
    assert likelihood(replace(PRECISION, said="word " * 100), fake, threading.Event()) == -2.0
    assert [len(text) for text in fake.scored] == [160]


def test_a_heading_with_the_name_in_it_is_not_shown() -> None:
    seen: list[str] = []

    class Watching(FakeGenerator):
        def score_text(self, prompt, text, *, cancel):  # type: ignore[no-untyped-def]
            seen.append(prompt.question)
            return super().score_text(prompt, text, cancel=cancel)

    likelihood(PRECISION, Watching([], name=MEASURED_ON), threading.Event())
    assert seen == ["Notes on: Metrics\nWhat is meant by “Precision”?"]


@pytest.mark.parametrize("fake", [model(-9.0, "another"), FakeGenerator([], name=MEASURED_ON, scores=False)])
def test_another_model_or_one_that_scores_no_texts_is_not_asked(fake: FakeGenerator) -> None:
    assert is_expected(PRECISION, fake, threading.Event()) is None
    assert fake.scored == []


def test_it_can_be_stopped() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        is_expected(PRECISION, model(-1.0), cancel)


def test_what_is_not_expected_is_struck_before_the_model_has_to_answer() -> None:
    examiner = Examiner(Ground([note()]))
    fake = model(-6.0)
    asked = examiner.ask_model(examiner.examine(choice()), PRECISION, fake, threading.Event())
    assert not is_fair(asked) and asked.checks[-1].name == expected.NAME
    assert fake.compared == []
    assert examiner.dropped == {"expected": 1}


@pytest.mark.parametrize("item", [cloze(GAPPED), short()])
def test_gaps_and_short_answers_wait_for_it_too(item) -> None:  # type: ignore[no-untyped-def]
    examiner = Examiner(Ground([note()]))
    waiting = examiner.examine(item)
    assert model_gate.is_pending(waiting)
    asked = examiner.ask_model(waiting, PRECISION, model(-1.0), threading.Event())
    assert is_fair(asked) and not model_gate.is_pending(asked)
    assert examiner.examine(asked).checks[-1].name == expected.NAME  # examined again, it is not asked again


def test_what_an_item_is_about_is_found_in_the_notes() -> None:
    pool = Pool([note()], Ground([note()]))
    told = Judge(note().path, pool).told(choice())
    assert told is not None
    assert told.term == "Precision" and "predicted positives" in told.said
    assert told.place[0] == note().title


def test_a_gap_shows_the_first_letters_of_what_is_missing() -> None:
    item = replace(cloze("_____ is a ratio."), answer="false positive rate")
    assert kind_of(item).shown(item) == "f_____ p_____ r_____ is a ratio."
    assert kind_of(item).shown(replace(item, answer="42")) == "_____ is a ratio."
    assert kind_of(choice()).shown(choice()) == choice().question


def test_what_the_model_looked_at_is_asked_before_what_waits_for_it() -> None:
    examiner = Examiner(Ground([note()]))
    waiting = [examiner.examine(item) for item in fair_items(note()) if item.kind in (Kind.SHORT, Kind.CLOZE)]
    assert len(waiting) > 2 and all(map(model_gate.is_pending, waiting))
    for number, item in enumerate(waiting):
        seen = examiner.ask_model(item, PRECISION, model(-1.0), threading.Event())
        items = [*waiting[:number], seen, *waiting[number + 1 :]]
        assert choose_items(items, 1, {}, random.Random(number)) == [seen]
