"""The examination: what is hidden cannot be answered, and every label is true."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from topic_notes import CONFIG, TOPICS, indexed, notes

from assistant.answering.answer import Answerer
from assistant.errors import ModelMissing, UsageError
from assistant.index.store import Store
from assistant.lab.lessons.decisions import Prices
from assistant.lab.lessons.examination import (
    ELSEWHERE,
    Examination,
    Examined,
    Hidden,
    JudgedQuestion,
    TrialQuestion,
    bank_questions,
    copy_without_parts,
    course_session,
    examination,
    no_model,
    own_session,
    trials,
)
from assistant.lab.lessons.examination_report import CELLS, cost_figure, judge, percent, roc_figure, scores_figure
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.testing import FakeGenerator
from assistant.types import Sampling, Scope
from assistant.workspace import Workspace


def item(topic: str, word: str, question: str = "", kind: Kind = Kind.SHORT) -> Item:
    quote = f"the {word} of the {topic} belongs to every {topic} near {word}s."
    start = notes()[f"{topic}.md"].index(quote)
    anchor = Anchor(f"{topic}.md", (topic.title(), word.title()), start, start + len(quote), quote)
    asked = question or f"How would you explain the {word} in your own words?"
    return Item(f"{topic}-{word}", kind, Maker.STRUCTURE, asked, (anchor,), "")


BANK = [item(topic, word) for topic, words in TOPICS.items() for word in words]


def examined(retriever: object, embedder: object) -> Examined:
    return Examined(retriever, embedder, CONFIG, no_model)  # type: ignore[arg-type]


def test_the_copy_lacks_every_third_note_and_nothing_else(tmp_path: Path) -> None:
    with indexed(tmp_path / "index") as (retriever, embedder):
        hidden = copy_without_parts(retriever.store, tmp_path / "copy", embedder.dimension)
        paths = [note.path for note in retriever.store.notes()]
        assert list(hidden.parts) == paths[2::3]
        copy = Store(tmp_path / "copy")
        assert [note.path for note in copy.notes()] == [path for path in paths if path not in hidden.parts]
        assert copy.meta("fingerprint") == retriever.store.meta("fingerprint")
        kept = {
            (c.note, c.start): id_ for id_, c in retriever.store.chunks(retriever.store.chunk_ids().tolist()).items()
        }
        for id_, chunk in copy.chunks(copy.chunk_ids().tolist()).items():
            original = retriever.store.vectors([kept[chunk.note, chunk.start]], 64)
            assert np.array_equal(copy.vectors([id_], 64), original)
            assert hidden.holds(chunk.note, chunk.start, chunk.end)
        assert not hidden.holds(hidden.parts[0], 0, 10_000)
        copy.close()


def test_of_few_notes_headings_are_hidden_instead(tmp_path: Path) -> None:
    texts = {path: text for path, text in notes().items() if path in ("volcano.md", "castle.md")}
    with indexed(tmp_path / "index", texts) as (retriever, embedder):
        hidden = copy_without_parts(retriever.store, tmp_path / "copy", embedder.dimension)
        assert all(" > " in part for part in hidden.parts)
        copy = Store(tmp_path / "copy")
        left = {chunk.text for chunk in copy.chunks(copy.chunk_ids().tolist()).values()}
        every = retriever.store.chunks(retriever.store.chunk_ids().tolist()).values()
        gone = [chunk for chunk in every if not hidden.holds(chunk.note, chunk.start, chunk.end)]
        assert {chunk.text for chunk in every} == left | {chunk.text for chunk in gone}
        assert [chunk.text for chunk in gone if chunk.text in left] == []
        assert 0 < len(gone) < len(every)
        read = " ".join(block.text for block in copy.blocks(copy.block_keys(Scope("volcano.md"))))
        assert "eruption" in read
        assert "magma" not in read
        assert len(copy.notes()) == 2
        copy.close()


def test_where_nothing_can_be_hidden_the_error_says_what_to_do(tmp_path: Path) -> None:
    with indexed(tmp_path / "index", {"one.md": "A line without any heading."}) as (retriever, embedder):
        with pytest.raises(UsageError, match="too few headings") as caught:
            copy_without_parts(retriever.store, tmp_path / "copy", embedder.dimension)
        assert "Add notes" in caught.value.hint


def test_only_questions_that_stand_alone_are_asked_once_for_each_proof() -> None:
    hidden = Hidden((), {"volcano.md": ((0, 10_000),)})
    bank = [
        item("volcano", "magma", "Which of these is hot?", Kind.CHOICE),
        item("volcano", "lava"),
        item("volcano", "lava", "What do your notes say about “lava”?", Kind.CHOICE),
        item("castle", "moat", "In your own words: what is the moat?"),
        item("castle", "tower", "_____ is high", Kind.CLOZE),
    ]
    assert [(a.text, a.answerable, a.origin) for a in bank_questions(bank, hidden)] == [
        ("How would you explain the lava?", True, "yours"),
        ("What is the moat?", False, "hidden"),
    ]


def test_what_is_hidden_is_labelled_unanswerable_and_the_mix_is_balanced(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder), own_session(examined(retriever, embedder), BANK, 12) as session:
        sides = [asked.answerable for asked in session.questions]
        assert sides.count(True) == sides.count(False) == 12
        gone = {part.removesuffix(".md") for part in session.hidden}
        for asked in session.questions:
            if asked.origin != "elsewhere":
                topic = next(topic for topic, words in TOPICS.items() if any(w in asked.text for w in words))
                assert asked.answerable == (topic not in gone), asked
        again = examination(BANK, Hidden((), {}), session.answerer, 5, seed=3)
        assert again == examination(BANK, Hidden((), {}), session.answerer, 5, seed=3)


def test_a_question_that_the_rest_of_the_notes_answers_all_the_same_is_dropped(tmp_path: Path) -> None:
    texts = notes() | {"again.md": "# Again\n\nThe moat of the castle belongs to every castle near moats.\n"}
    with indexed(tmp_path, texts) as (retriever, _):
        answerer = Answerer(retriever, no_model, CONFIG.answering, Sampling(), "test")
        hidden = Hidden(("castle.md",), {})
        asked = [one.text for one in examination([item("castle", "moat")], hidden, answerer, 4)]
        assert "How would you explain the moat?" not in asked
        texts = notes() | {"sea.md": "# Sea\n\nWhy the sea is salty: rivers bring salt.\n"}
    with indexed(tmp_path / "other", texts) as (retriever, _):
        answerer = Answerer(retriever, no_model, CONFIG.answering, Sampling(), "test")
        asked = [one.text for one in examination([], hidden, answerer, 2 * len(ELSEWHERE))]
        assert "Why is the sea salty?" in ELSEWHERE
        assert "Why is the sea salty?" not in asked
        assert "Who wrote Hamlet?" in asked


def test_without_the_model_it_is_never_loaded_and_stopping_keeps_what_was_asked(tmp_path: Path) -> None:
    with indexed(tmp_path) as (retriever, embedder), own_session(examined(retriever, embedder), BANK, 6) as session:
        assert len(list(trials(session, threading.Event()))) == len(session.questions)
        stopped = threading.Event()
        stopped.set()
        assert len(list(trials(session, stopped))) == 1
        with pytest.raises(ModelMissing):
            no_model()


def test_with_the_model_each_question_is_put_to_it_in_one_token(tmp_path: Path) -> None:
    model = FakeGenerator(lambda _: "The moat belongs to the castle.", comparisons=(-9.0, -9.0, -0.1, -5.0))
    with indexed(tmp_path) as (retriever, embedder):
        parts = Examined(retriever, embedder, CONFIG, lambda: model)
        with own_session(parts, BANK, 6) as session:
            asked = Examination((TrialQuestion("How would you explain the moat?", True, "yours"),), session.answerer)
            found = list(trials(asked, threading.Event(), with_model=True))
            cancel = threading.Event()
            cancel.set()
            assert list(trials(asked, cancel, with_model=True)) == []
    assert len(model.compared) == 1
    assert 0 < found[0].score < 1


def test_questions_for_the_course_are_refused_over_other_notes(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with indexed(tmp_path) as (retriever, embedder):
        session = course_session(examined(retriever, embedder), Workspace(tmp_path))
        with pytest.raises(UsageError):
            session.__enter__()


TRIALS = [
    JudgedQuestion(TrialQuestion("in and sure", True, "yours"), 0.9),
    JudgedQuestion(TrialQuestion("in and unsure", True, "yours"), 0.3),
    JudgedQuestion(TrialQuestion("out and sure", False, "hidden"), 0.8),
    JudgedQuestion(TrialQuestion("out and surer", False, "hidden"), 0.85),
    JudgedQuestion(TrialQuestion("out and unsure", False, "elsewhere"), 0.1),
]


def test_every_question_is_listed_in_its_cell_the_most_at_odds_first() -> None:
    verdict = judge(TRIALS, 0.5, Prices(2, 3))
    assert {key: [t.asked.text for t in found] for key, found in verdict.cells.items()} == {
        "tp": ["in and sure"],
        "fp": ["out and surer", "out and sure"],
        "fn": ["in and unsure"],
        "tn": ["out and unsure"],
    }
    assert set(verdict.cells) == set(CELLS)
    assert verdict.cost == 2 * 2 + 3 * 1
    assert verdict.area == pytest.approx(4 / 6)
    rates = {rate.name: (rate.value, rate.arithmetic) for rate in verdict.rates}
    assert rates["Precision"] == (pytest.approx(1 / 3), "1 / (1 + 2)")
    assert rates["Recall"] == (0.5, "1 / (1 + 1)")


def test_the_pictures_show_the_threshold_and_the_counts() -> None:
    scores = scores_figure(TRIALS, 0.5)
    assert [sum(series.y) for series in scores.series[:2]] == [2, 3]
    assert scores.series[2].x == (0.5, 0.5)
    roc = roc_figure(TRIALS, 0.5)
    assert (roc.series[2].x, roc.series[2].y) == ((pytest.approx(2 / 3),), (0.5,))
    costs = cost_figure(TRIALS, 0.5, Prices(1, 1))
    assert costs.series[2].y == (3.0,)
    assert min(costs.series[0].y) == costs.series[1].y[0]


def test_of_nothing_the_pictures_are_empty_and_nothing_fails() -> None:
    verdict = judge([], 0.5, Prices(1, 1))
    assert verdict.area is None
    assert [percent(rate.value) for rate in verdict.rates] == ["–"] * 5
    assert roc_figure([], 0.5).series[2].x == ()
    assert scores_figure([], 0.5).series[0].y == (0.0,) * 20
    assert judge(TRIALS[:1], 0.5, Prices(1, 1)).area is None
