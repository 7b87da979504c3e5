"""The suite over the student's own notes, with a real index and a bank by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from measured import measured

from assistant.config import Config
from assistant.documents.loading import parse
from assistant.errors import NoteNotFound, UsageError
from assistant.evaluation.datasets import Dataset, index_dataset
from assistant.evaluation.report import Report
from assistant.evaluation.suite_mine import OwnCase, cases_of, gold_of, load_cases, name_cases, run
from assistant.evaluation.suites import SuiteOptions
from assistant.quiz.bank_store import Bank
from assistant.quiz.item import GAP, Anchor, Item, Kind, Maker, with_id
from assistant.study.database import StudyDatabase
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder
from assistant.types import Document

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
CATS = "Cats purr at night and sleep all day."
TOOLS = "A hammer drives nails into wood."
NOTE = parse("a.md", f"# Pets\n\n{CATS}\n\n# Tools\n\n{TOOLS}\n", "markdown", "Pets")


def anchor(quote: str, start: int | None = None, note: str = "a.md") -> Anchor:
    at = NOTE.text.find(quote) if start is None else start
    return Anchor(note, ("Pets",), at, at + len(quote), quote)


def item(kind: Kind, question: str, quote: str) -> Item:
    return with_id(Item("", kind, Maker.STRUCTURE, question, (anchor(quote),), "", answer="x"))


ITEMS = (
    item(Kind.CHOICE, "When do cats purr?", CATS),
    item(Kind.SHORT, "What does a hammer drive into wood?", TOOLS),
    item(Kind.CLOZE, f"A {GAP} drives nails into wood.", TOOLS),
    item(Kind.TRUE_FALSE, "Cats sleep at night.", CATS),
    item(Kind.MATCH, "Which description belongs to which term?", CATS),
    item(Kind.ORDER, "In which order do they come?", TOOLS),
)


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[Any]:
    """An assistant with an index and no models."""
    index = index_dataset(Dataset("mine", (NOTE,), ()), tmp_path / "index", FakeEmbedder(256), Config())
    made = measured(tmp_path, retriever=index)
    yield made
    made.index.retriever.get().close()


Measure = Callable[..., Report]


@pytest.fixture
def measure(subject: Any) -> Measure:
    def go(*, limit: int = 0, kinds: tuple[str, ...] = ()) -> Report:
        options = SuiteOptions(limit=limit, kinds=kinds, now=NOW, cancel=threading.Event())
        return run(subject, options)

    return go


@pytest.fixture
def stores(subject: Any) -> Iterator[tuple[Bank, KeptQuestions]]:
    database = StudyDatabase(subject.workspace.study_db, MIGRATIONS)
    yield Bank(database), KeptQuestions(database)
    database.close()


def figure(report: Report, name: str) -> float:
    return next(m.estimate.value for m in (*report.metrics, *report.controls) if m.name == name)


def test_only_questions_that_name_what_they_are_about_are_asked() -> None:
    kept = KeptQuestion("k", "purring?", (anchor(CATS),), NOW)
    cases = cases_of((*ITEMS, ITEMS[0]), [kept])
    assert {(case.kind, case.question) for case in cases} == {
        ("kept", "purring?"),
        ("choice", "When do cats purr?"),
        ("short", "What does a hammer drive into wood?"),
        ("cloze", "A drives nails into wood."),
    }


def test_it_is_asked_what_every_item_is_that_alone_has_its_name() -> None:
    text = (
        "# Learning\n\n- **Bias**- errors\n\t- **Use**- none\n- **Natural Language (NL)** - talk\n"
        "\t- **Use**- talk\n1. **Fit**\n- no name\n- ****\nText **Bold** - of a line.\n"
    )
    note = parse("b.md", text, "markdown", "Learning")
    cases = name_cases([note])
    assert [case.question for case in cases] == ["What is Bias?", "What is Natural Language?", "What is Fit?"]
    assert [gold_of(case, lambda path: note)[0][1:] for case in cases] == [
        (text.index(line), text.index(line) + len(line))
        for line in ("- **Bias**- errors", "- **Natural Language (NL)** - talk", "1. **Fit**")
    ]
    assert name_cases([note, replace(note, path="copy.md")]) == ()


def test_words_are_found_again_wherever_they_stand_now_and_nowhere_else() -> None:
    def read(path: str) -> Document:
        if path != NOTE.path:
            raise NoteNotFound("gone")
        return NOTE

    def gold(*proofs: Anchor) -> tuple[tuple[str, int, int], ...]:
        return gold_of(OwnCase("c", "kept", "q", proofs), read)

    there = (NOTE.path, NOTE.text.find(CATS), NOTE.text.find(CATS) + len(CATS))
    assert gold(anchor(CATS)) == gold(anchor(CATS, start=40)) == (there,)
    assert gold(anchor(CATS.replace(" ", "\n"), start=40)) == (there,)
    assert gold(anchor("Cats purr at noon and sleep all day.", start=8)) == ()
    assert gold(anchor(CATS, note="gone.md")) == ()
    assert gold(anchor(CATS), anchor("nowhere", start=0)) == ()


def test_the_index_in_use_is_measured_by_source(measure: Measure, stores: tuple[Bank, KeptQuestions]) -> None:
    bank, kept = stores
    bank.add(ITEMS, NOW)
    kept.keep("When do cats purr and sleep?", [anchor(CATS, start=3)], NOW)
    kept.keep("Who painted it?", [anchor("words that are gone", start=3)], NOW)
    report = measure()
    assert {row["kind"]: row["hit_at_1"] for row in report.rows} == dict.fromkeys(
        ("kept", "choice", "short", "cloze"), True
    )
    assert figure(report, "hit@1") == figure(report, "hit@4, kept") == figure(report, "recall, short") == 1.0
    assert (report.settings["skipped as changed"], report.complete, len(report.rows)) == (1, True, 4)
    assert {row["id"] for row in measure(limit=2).rows} < {row["id"] for row in report.rows}
    assert [row["kind"] for row in measure(kinds=("kept",)).rows] == ["kept"]


def test_by_the_proof_of_another_question_it_comes_out_worse(
    measure: Measure, stores: tuple[Bank, KeptQuestions]
) -> None:
    stores[0].add(ITEMS[:2], NOW)
    report = measure()
    assert all(row["reciprocal_rank"] == 1.0 for row in report.rows)
    control = report.controls[0]
    assert (control.name, control.estimate.n) == ("hit@4 by the proof of another question", 2)


def test_without_questions_it_says_where_they_come_from(subject: Any, measure: Measure) -> None:
    with pytest.raises(UsageError, match="no questions about your own notes") as caught:
        measure()
    assert "assistant quiz bank build" in caught.value.hint
    assert not subject.workspace.study_db.exists()
    assert load_cases(subject.workspace) == ()


def test_where_no_words_stand_any_more_it_says_so(measure: Measure, stores: tuple[Bank, KeptQuestions]) -> None:
    stores[1].keep("Who painted it?", [anchor("words that are gone", start=3)], NOW)
    with pytest.raises(UsageError, match="1 questions are no longer in your notes"):
        measure()
