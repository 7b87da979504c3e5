"""Progress through the lessons: kept, never lost, and the same on both computers after an exchange."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import StudyError
from assistant.lab.course import Lesson
from assistant.lab.progress import LessonLog, Step, next_lesson
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def new_log(tmp_path: Path) -> Iterator[Callable[[], LessonLog]]:
    made: list[StudyDatabase] = []

    def make() -> LessonLog:
        made.append(StudyDatabase(tmp_path / f"{len(made)}.db", MIGRATIONS))
        return LessonLog(made[-1])

    yield make
    for database in made:
        database.close()


@pytest.fixture
def log(new_log: Callable[[], LessonLog]) -> LessonLog:
    return new_log()


def test_each_step_is_noted_once_the_first_time(log: LessonLog) -> None:
    assert log.note("tokens", Step.OPENED, NOW).state == "opened"
    assert log.note("tokens", Step.FINISHED, NOW + DAY).state == "finished"
    again = log.note("tokens", Step.FINISHED, NOW + 2 * DAY)
    assert (again.opened_at, again.predicted_at, again.finished_at) == (NOW, None, NOW + DAY)


def test_a_step_without_opening_counts_as_opened(log: LessonLog) -> None:
    assert log.note("search", Step.PREDICTED, NOW).opened_at == NOW


def test_what_is_exported_comes_in_whole(log: LessonLog, new_log: Callable[[], LessonLog]) -> None:
    log.note("tokens", Step.PREDICTED, NOW)
    log.note("search", Step.FINISHED, NOW)
    other = new_log()
    assert other.merge(json.loads(json.dumps(log.dump()))) == 2
    assert other.all() == log.all()
    assert other.merge(log.dump()) == 0


def test_the_earlier_time_wins_whichever_side_imports(new_log: Callable[[], LessonLog]) -> None:
    here, there = new_log(), new_log()
    here.note("tokens", Step.FINISHED, NOW + DAY)
    there.note("tokens", Step.PREDICTED, NOW)
    mine, theirs = here.dump(), there.dump()
    here.merge(theirs)
    there.merge(mine)
    assert here.all() == there.all()
    both = here.all()["tokens"]
    assert (both.opened_at, both.predicted_at, both.finished_at) == (NOW, NOW, NOW + DAY)


@pytest.mark.parametrize("record", [{"lesson": "x"}, {"lesson": 3, "opened_at": NOW.isoformat(), "predicted_at": None,
                                     "finished_at": None}, {"lesson": "x", "opened_at": None, "predicted_at": None,
                                     "finished_at": None}])  # fmt: skip
def test_a_damaged_record_is_refused(log: LessonLog, record: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        log.merge([record])
    assert log.all() == {}


def test_a_study_db_of_before_the_lessons_is_brought_forward(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    StudyDatabase(file, MIGRATIONS[:1]).close()
    database = StudyDatabase(file, MIGRATIONS)
    assert LessonLog(database).note("tokens", Step.OPENED, NOW).state == "opened"
    database.close()
    with sqlite3.connect(file.with_name("study.db.format-1")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


def test_the_next_lesson_is_the_first_that_is_not_finished(log: LessonLog) -> None:
    path = [Lesson(id_, id_, "?", ("x",), 1, "", "") for id_ in ("a", "b", "c")]
    assert next_lesson(path, log.all()) == "a"
    log.note("a", Step.FINISHED, NOW)
    log.note("b", Step.PREDICTED, NOW)
    log.note("c", Step.FINISHED, NOW)
    assert next_lesson(path, log.all()) == "b"
    log.note("b", Step.FINISHED, NOW)
    assert next_lesson(path, log.all()) is None


def test_the_lessons_are_part_of_an_export(tmp_path: Path) -> None:
    from assistant.config import Config
    from assistant.wiring import StudyAssistant
    from assistant.workspace import Workspace

    here = StudyAssistant(Workspace(tmp_path / "here"), Config())
    there = StudyAssistant(Workspace(tmp_path / "there"), Config())
    here.lab.log.note("tokens", Step.FINISHED, NOW)
    file = tmp_path / "progress.json"
    here.study.transfer().export(file, NOW)
    assert there.study.transfer().load(file).others == 1
    assert there.lab.log.all() == here.lab.log.all()
    damaged = json.loads(file.read_text()) | {"lessons": [{"lesson": "tokens"}]}
    file.write_text(json.dumps(damaged))
    with pytest.raises(StudyError, match="damaged"):
        there.study.transfer().load(file)
    here.close()
    there.close()
