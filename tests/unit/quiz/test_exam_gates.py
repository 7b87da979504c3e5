"""Each gate of the exam stops what it is for, and nothing of a fair item."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from quiz_setting import METRICS, anchor, choice, cloze, note, short, true_false

from assistant.errors import Cancelled
from assistant.quiz.exam import gates as model_gate
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.sets import longest, measure, most_overlap
from assistant.quiz.item import Anchor, Item, KeyPoint, Kind, Maker
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt

OTHERS = choice().options[2:]


def examined(item: Item, *more: str) -> Item:
    notes = [note(), *(note(text, f"{number}.md") for number, text in enumerate(more))]
    return Examiner(Ground(notes)).examine(item)


def stopped_by(item: Item, *more: str) -> str:
    checks = examined(item, *more).checks
    return "" if checks[-1].passed else checks[-1].name


def test_a_fair_question_passes_and_keeps_the_record() -> None:
    item = examined(choice())
    assert is_fair(item)
    assert [check.name for check in item.checks] == [
        "complete", "clear", "distinct", "no_all_of_the_above", "stands_alone", "gives_nothing_away", "length",
        "exact_quote", "proven", "one_answer", "new", "model_agrees",
    ]  # fmt: skip
    assert all(check.detail.endswith(".") for check in item.checks)


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"options": choice().options[:3]}, "complete"),
        ({"key": (1, 2)}, "complete"),
        ({"key": (7,)}, "complete"),
        ({"question": "Precision is?"}, "clear"),
        ({"question": "Tell what your notes say about precision here."}, "clear"),
        ({"question": "How do your notes " + "really " * 40 + "describe precision?"}, "clear"),
        ({"options": (*choice().options[:3], choice().options[2].upper())}, "distinct"),
        ({"options": (*choice().options[:3], "The percentage of correct predictions")}, "distinct"),
        ({"options": (*choice().options[:3], "None of the above but something else")}, "no_all_of_the_above"),
        ({"question": "What does the passage say about precision as such?"}, "stands_alone"),
        ({"question": "Is precision the ratio of true positives to all predicted positives?"}, "gives_nothing_away"),
        ({"options": ("Ratio of hits", choice().options[1] + ", " + "and so on and on " * 5, *OTHERS)}, "length"),
        ({"proofs": (replace(anchor("**Recall**"), start=3),)}, "exact_quote"),
        ({"proofs": (anchor("the starch with cold water"),)}, "proven"),
    ],
)  # fmt: skip
def test_a_bad_choice_is_stopped_by_its_gate(changes: dict[str, object], gate: str) -> None:
    assert stopped_by(choice(**changes)) == gate


def test_a_wrong_option_that_another_note_makes_right_is_found() -> None:
    more = "# Elsewhere\n\n- **Precision** - the percentage of correct predictions out of all predictions\n"
    assert stopped_by(choice()) == ""
    assert stopped_by(choice(), more) == "one_answer"


def test_precision_and_recall_may_stand_side_by_side() -> None:
    """They share three of four words; that is what makes them worth asking."""
    assert stopped_by(choice()) == ""


def test_a_statement_is_true_or_false_as_the_notes_say() -> None:
    assert (
        stopped_by(true_false("Precision is the ratio of true positives to all predicted positives.", is_true=True))
        == ""
    )
    assert (
        stopped_by(true_false("Precision is the ratio of true positives to all actual positives.", is_true=False)) == ""
    )
    assert stopped_by(true_false("Precision is the harmonic mean of recall and itself.", is_true=True)) == "one_answer"


def test_a_false_statement_that_is_true_elsewhere_is_stopped() -> None:
    statement = "Precision is the share of good apples in a basket."
    more = "# Apples\n\n- **Precision** - the share of good apples in a basket\n"
    assert stopped_by(true_false(statement, is_true=False)) == ""
    assert stopped_by(true_false(statement, is_true=False), more) == "one_answer"


def test_a_gap_is_asked_only_where_one_thing_fits() -> None:
    question = "_____ is the ratio of true positives to all predicted positives."
    more = "# Apples\n\n- **Purity** - the ratio of all true positives to all predicted positives\n"
    assert stopped_by(cloze(question)) == ""
    assert stopped_by(cloze(question), more) == "one_answer"
    assert stopped_by(cloze("Precision, or _____, is the ratio of hits to all positives.")) == "gives_nothing_away"
    assert stopped_by(cloze("No gap is in this sentence about precision.")) == "complete"


def test_a_match_whose_terms_stand_in_their_descriptions_is_stopped() -> None:
    proofs = tuple(
        anchor(quote) for quote in ("**Accuracy** - the percentage", "**Recall** - the ratio of true positives")
    )
    item = Item(
        "m", Kind.MATCH, Maker.STRUCTURE, "Which description belongs to which term?", proofs, "...",
        options=("The percentage", "The recall ratio of true positives"), lefts=("Accuracy", "Recall"), key=(0, 1),
    )  # fmt: skip
    assert stopped_by(item) == "gives_nothing_away"


def test_an_order_has_to_be_that_of_the_notes() -> None:
    proofs = tuple(anchor(f"### {step}", heading="Cooking rice") for step in ("1. Washing", "2. Soaking", "3. Boiling"))
    item = Item(
        "o", Kind.ORDER, Maker.STRUCTURE, "In which order do these steps come?", proofs, "...",
        options=("Boiling", "Washing", "Soaking"), key=(1, 2, 0),
    )  # fmt: skip
    assert stopped_by(item) == ""
    assert stopped_by(replace(item, proofs=proofs[::-1], key=(0, 2, 1))) == "one_answer"
    assert stopped_by(replace(item, key=(0, 1, 2))) == "proven"


def test_a_short_answer_needs_points_that_the_notes_have() -> None:
    assert stopped_by(short()) == ""
    assert stopped_by(replace(short(), key_points=())) == "complete"
    assert stopped_by(replace(short(), key_points=(KeyPoint("hits", "not in the note"),))) == "exact_quote"
    assert (
        stopped_by(short("Why is precision the ratio of true positives to all predicted positives?"))
        == "gives_nothing_away"
    )


def test_a_number_that_the_proof_lacks_is_not_proven() -> None:
    assert stopped_by(cloze("The mean of _____ values is taken by precision here.", answer="17")) == "proven"


def test_nothing_is_asked_twice() -> None:
    examiner = Examiner(Ground([note()]))
    assert is_fair(examiner.examine(choice()))
    assert is_fair(examiner.examine(choice()))  # the same item again is no second one
    again = examiner.examine(choice(id="c2", question="Which description of “precision” is in your notes?"))
    assert again.checks[-1].name == "new"
    assert examiner.dropped == {"new": 1}


def test_options_that_mean_the_same_are_stopped_by_the_embedder() -> None:
    class Same(FakeEmbedder):
        def embed_chunks(self, texts, on_progress=None):  # type: ignore[no-untyped-def]
            return np.tile(self.embed_query("one"), (len(texts), 1))

    notes = Ground([note()])
    assert is_fair(Examiner(notes, FakeEmbedder()).examine(choice()))
    assert Examiner(notes, Same()).examine(choice()).checks[-1].name == "different_meaning"

    before = Examiner(notes).examine(choice())  # the embedder was not loaded yet
    assert is_fair(before)
    late = Examiner(notes, Same())
    assert not is_fair(late.catch_up(before))
    assert late.dropped == {"different_meaning": 1}
    caught_up = Examiner(notes, FakeEmbedder()).catch_up(before)
    assert [check.name for check in caught_up.checks].count("different_meaning") == 1
    assert late.catch_up(caught_up) == caught_up


def answering(right: str, *, always: str = "") -> FakeGenerator:
    """A model that knows the right option, or always picks one letter."""

    def compare(prompt: Prompt) -> list[float]:
        lines = [line for line in prompt.question.splitlines() if line[1:3] == ") "]
        return [0.0 if (line[0] == always if always else line[3:] == right) else -9.0 for line in lines]

    return FakeGenerator([], comparisons=compare)


def test_the_model_is_asked_over_rotated_options_with_the_passage() -> None:
    item = examined(choice())
    assert model_gate.is_pending(item)
    examiner = Examiner(Ground([note()]))
    knowing = answering(item.answer)
    agreed = examiner.ask_model(item, None, knowing, threading.Event())
    assert is_fair(agreed)
    assert not model_gate.is_pending(agreed)
    assert len(knowing.compared) == 4
    assert all("predicted positives" in prompt.blocks[0] for prompt in knowing.compared)
    assert len({prompt.question for prompt in knowing.compared}) == 4


def test_a_model_that_only_likes_a_letter_does_not_agree() -> None:
    examiner = Examiner(Ground([note()]))
    asked = examiner.ask_model(examined(choice()), None, answering("", always="A"), threading.Event())
    assert not is_fair(asked)
    assert examiner.dropped == {"model_agrees": 1}


def test_asking_the_model_can_be_stopped() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        Examiner(Ground([note()])).ask_model(examined(choice()), None, answering("x"), cancel)


def test_a_moved_quote_does_not_hold() -> None:
    ground = Ground([note()])
    good = anchor("**Recall**")
    assert ground.holds(good)
    assert not ground.holds(Anchor(good.note, good.heading_path, good.start + 1, good.end + 1, good.quote))
    assert not ground.holds(replace(good, note="gone.md"))


def test_support_is_of_one_sentence_and_of_its_subject() -> None:
    ground = Ground([note(METRICS + "\n- **Fit** - how well predictions of a model match\n")])
    assert ground.support(frozenset({"fit"}), frozenset({"match"})) == 1.0
    assert ground.support(frozenset({"model"}), frozenset({"match"})) == 0.5
    assert ground.support(frozenset({"washing"}), frozenset({"recal"})) == 0.0


def test_measures_of_a_set_show_what_gives_it_away() -> None:
    short_ones = ("Cold tea", "Warm tea", "Old bread")
    item = choice(
        question="Which drink is warm tea in the end?", options=("A very long right answer", *short_ones), key=(0,)
    )
    measures = measure([item, item])
    assert measures.key_longest == 1.0
    assert measures.key_positions == (1.0, 0.0, 0.0, 0.0)
    assert measures.guessers["longest"] == 1.0
    assert longest(item) == [0]
    assert most_overlap(item) == [2]
    assert measures.distinct == 0.5
    assert measure([]).items == 0
