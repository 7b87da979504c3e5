"""Gaps and kept questions: nothing is lost, nothing is doubled, and everything can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cards.deck import Deck
from assistant.errors import NoSuchQuestion, StudyError
from assistant.quiz.item import Anchor
from assistant.study.database import StudyDatabase
from assistant.study.gaps import Gap, GapLog, GapState, gaps_markdown, question_id
from assistant.study.kept_questions import KeptQuestion, KeptQuestions
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressPart, ProgressTransfer
from assistant.types import Answer, Chunk, Hit, Scope, SearchResult

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROOF = Anchor("ai.md", ("AI", "Bias"), 3, 8, "error")


@pytest.fixture
def another(tmp_path: Path) -> Callable[[], StudyDatabase]:
    made: list[StudyDatabase] = []

    def make() -> StudyDatabase:
        made.append(StudyDatabase(tmp_path / f"{len(made)}.db", MIGRATIONS))
        return made[-1]

    return make


@pytest.fixture
def log(another: Callable[[], StudyDatabase]) -> GapLog:
    return GapLog(another())


def in_vain(question: str, *sections: str) -> Answer:
    hits = tuple(Hit(Chunk("ai.md", ("AI", s), (), "", 0, 1, "x", 0), 1, 0.3, 1, 1, 1) for s in sections)
    return Answer(question, "", True, (), SearchResult(question, hits, (), ("france",)), reason="Not there.")


def record(log: GapLog, question: str = "What is the capital of France?", at: datetime = NOW) -> Gap:
    return log.record(in_vain(question, "Bias", "Bias", "Fit", "Cost", "More"), Scope(), at)


def test_a_question_in_vain_is_one_gap_whatever_its_case_and_spacing(log: GapLog) -> None:
    record(log)
    record(log, "  what is  the CAPITAL of france", NOW + HOUR)
    record(log, "Who was Napoleon?", NOW + 2 * HOUR)
    first, second = log.gaps()
    assert (first.question, first.asks) == ("Who was Napoleon?", 1)
    assert (second.question, second.asks, second.last_asked_at) == ("what is the CAPITAL of france", 2, NOW + HOUR)
    assert second.missing == ("france",)
    assert [place.heading_path[-1] for place in second.nearest] == ["Bias", "Fit", "Cost"]
    assert second.why.startswith("The word “france” is not in your notes")


def test_a_follow_up_is_kept_with_the_question_it_belongs_to(log: GapLog) -> None:
    whole = "What is batch inference? and its price?"
    answer = Answer("and its price?", "", True, (), SearchResult(whole, ()))
    assert log.record(answer, Scope("ai.md"), NOW).question == whole
    assert log.gaps()[0].scope == Scope("ai.md")


def test_undo_takes_back_the_last_time_only(log: GapLog) -> None:
    gap = record(log)
    record(log, at=NOW + HOUR)
    log.undo(gap.id, NOW + 2 * HOUR)
    assert [one.asks for one in log.gaps()] == [1]
    log.undo(gap.id, NOW + 2 * HOUR)
    assert log.everything() == []
    log.undo(gap.id, NOW + 2 * HOUR)
    assert log.everything() == []


def test_undo_leaves_a_removed_gap_removed(log: GapLog) -> None:
    gap = record(log)
    log.remove([gap.id], NOW + HOUR)
    assert record(log, at=NOW + 2 * HOUR).asks == 2
    log.undo(gap.id, NOW + 3 * HOUR)
    assert log.gaps() == []
    assert log.gaps(GapState.REMOVED)[0].asks == 1


def test_an_answered_question_is_no_gap_any_more_until_it_is_asked_in_vain_again(log: GapLog) -> None:
    record(log)
    assert not log.close("Who was Napoleon?", NOW)
    assert log.close("what is the capital of france", NOW + HOUR)
    assert not log.close("what is the capital of france", NOW + HOUR)
    assert (log.gaps(), [gap.state for gap in log.gaps(GapState.CLOSED)]) == ([], [GapState.CLOSED])
    record(log, at=NOW + 2 * HOUR)
    assert [gap.asks for gap in log.gaps()] == [2]


def test_removed_gaps_can_be_put_back(log: GapLog) -> None:
    gap = record(log)
    assert log.remove([gap.id, "unknown"], NOW + HOUR) == 1
    assert log.remove([gap.id], NOW + HOUR) == 0
    log.restore(gap.id, NOW + 2 * HOUR)
    assert [one.id for one in log.gaps()] == [gap.id]


def test_a_gap_is_found_by_the_beginning_of_its_id(log: GapLog) -> None:
    gap = record(log)
    assert log.find(gap.id[:4]) == gap
    with pytest.raises(NoSuchQuestion, match="'zz'"):
        log.find("zz")
    with pytest.raises(NoSuchQuestion):
        log.find("")
    other = next(q for n in range(999) if question_id(q := f"question {n}")[0] == gap.id[0])
    record(log, other)
    with pytest.raises(NoSuchQuestion, match=gap.id):
        log.find(gap.id[0])


def test_the_list_is_markdown_to_tick_off(log: GapLog) -> None:
    record(log, "What does `rm *` <do>?")
    log.record(in_vain("Who was Napoleon?"), Scope("ai.md", ("AI",)), NOW - HOUR)
    record(log, "What does `rm *` <do>?", NOW + HOUR)
    text = gaps_markdown(log.gaps(), UTC)
    assert text.startswith("# What your notes do not cover\n\n- [ ] **What does \\`rm \\*\\` \\<do\\>?**\n")
    assert "  - asked twice, last on 1 May 2030\n" in text
    assert "  - nearest: ai.md \\> AI \\> Bias; ai.md \\> AI \\> Fit; ai.md \\> AI \\> Cost\n" in text
    assert "  - asked once, last on 1 May 2030, in ai.md \\> AI only\n" in text
    assert gaps_markdown([], UTC).endswith("No open gaps.\n")


# Kept questions


def test_a_question_is_kept_once_with_its_latest_proofs(another: Callable[[], StudyDatabase]) -> None:
    kept = KeptQuestions(another())
    first = kept.keep("What is bias?", [PROOF, PROOF], NOW)
    assert first.proofs == (PROOF,)
    other = Anchor("ai.md", (), 0, 2, "AI")
    again = kept.keep(" what is  bias", [other], NOW + HOUR)
    assert kept.all() == [again]
    assert (again.id, again.proofs) == (first.id, (other,))
    assert kept.find(first.id[:3]) == again
    assert kept.remove([first.id], NOW + 2 * HOUR) == 1
    assert kept.all() == []
    with pytest.raises(NoSuchQuestion):
        kept.find(first.id)


@pytest.mark.parametrize(("question", "proofs"), [("  ", [PROOF]), ("What is bias?", [])])
def test_nothing_is_kept_without_question_and_proof(
    another: Callable[[], StudyDatabase], question: str, proofs: list[Anchor]
) -> None:
    kept = KeptQuestions(another())
    with pytest.raises(StudyError, match="the words of the notes that answer it"):
        kept.keep(question, proofs, NOW)
    assert kept.all() == []


# Export, import, migration


def transfer(database: StudyDatabase) -> ProgressTransfer:
    log, kept, deck = GapLog(database), KeptQuestions(database), Deck(database)
    parts = {
        "gaps": ProgressPart(Gap, log.everything, log.merge),
        "questions": ProgressPart(KeptQuestion, kept.everything, kept.merge),
    }
    return ProgressTransfer(deck.store, deck.scheduler, parts)


def studied(database: StudyDatabase) -> StudyDatabase:
    log, kept = GapLog(database), KeptQuestions(database)
    record(log)
    record(log, at=NOW + HOUR)
    removed = record(log, "Who was Napoleon?")
    log.remove([removed.id], NOW + HOUR)
    kept.keep("What is bias?", [PROOF], NOW)
    kept.remove([kept.keep("What is fit?", [PROOF], NOW).id], NOW + HOUR)
    return database


def test_a_round_trip_loses_and_doubles_nothing(another: Callable[[], StudyDatabase], tmp_path: Path) -> None:
    here, there = studied(another()), another()
    file = tmp_path / "progress.json"
    transfer(here).export(file, NOW)
    assert transfer(there).load(file).others == 4
    assert transfer(there).write(NOW) == transfer(here).write(NOW)
    assert [gap.asks for gap in GapLog(there).gaps()] == [2]
    assert transfer(there).load(file).others == 0
    assert transfer(there).write(NOW) == transfer(here).write(NOW)
    json.loads(file.read_text())


def test_what_was_asked_on_two_computers_is_added_up_and_the_later_change_wins(
    another: Callable[[], StudyDatabase],
) -> None:
    here, there = studied(another()), another()
    transfer(there).merge(transfer(here).write(NOW))
    record(GapLog(here), at=NOW + 3 * HOUR)
    GapLog(there).close("What is the capital of France?", NOW + 4 * HOUR)
    record(GapLog(there), "Who was Napoleon?", NOW + 4 * HOUR)
    KeptQuestions(there).keep("What is fit?", [PROOF], NOW + 4 * HOUR)
    ours, theirs = transfer(here).write(NOW), transfer(there).write(NOW)
    transfer(here).merge(theirs)
    transfer(there).merge(ours)
    assert transfer(here).write(NOW) == transfer(there).write(NOW)
    assert [(gap.question, gap.asks) for gap in GapLog(here).gaps()] == [("Who was Napoleon?", 2)]
    assert [gap.asks for gap in GapLog(here).gaps(GapState.CLOSED)] == [3]
    assert {one.question for one in KeptQuestions(here).all()} == {"What is bias?", "What is fit?"}


@pytest.mark.parametrize(
    ("part", "broken"),
    [("gaps", {"id": 3}), ("gaps", {"state": "lost"}), ("gaps", {"asked_at": "x"}), ("questions", {"proofs": []})],
)
def test_a_damaged_export_changes_nothing(
    another: Callable[[], StudyDatabase], part: str, broken: dict[str, object]
) -> None:
    content = json.loads(transfer(studied(another())).write(NOW))
    content[part][0] |= broken
    there = another()
    with pytest.raises(StudyError, match="damaged"):
        transfer(there).merge(json.dumps(content))
    assert GapLog(there).everything() == KeptQuestions(there).everything() == []


def test_an_export_from_before_there_were_gaps_is_read(another: Callable[[], StudyDatabase]) -> None:
    content = json.loads(transfer(another()).write(NOW))
    old = {key: value for key, value in content.items() if key not in ("gaps", "questions")}
    assert transfer(studied(another())).merge(json.dumps(old)).others == 0


def test_a_file_of_format_2_gets_the_tables_and_keeps_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    old = StudyDatabase(file, MIGRATIONS[:2])
    with old.transaction() as db:
        db.execute("INSERT INTO lab_lessons (lesson, opened_at) VALUES ('tokens', '2030-01-01T00:00:00+00:00')")
    old.close()
    database = StudyDatabase(file, MIGRATIONS)
    assert record(GapLog(database)).asks == 1
    assert [row["lesson"] for row in database.rows("SELECT lesson FROM lab_lessons")] == ["tokens"]
    assert (tmp_path / "study.db.format-2").is_file()
