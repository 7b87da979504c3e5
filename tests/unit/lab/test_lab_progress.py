"""Progress through the lessons: kept, never lost, and the same on both computers after an exchange."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import StudyError
from assistant.lab.course import Lesson
from assistant.lab.lesson_log import LessonLog, LessonStep, next_lesson
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
    assert log.note("tokens", LessonStep.OPENED, NOW).state == "opened"
    assert log.note("tokens", LessonStep.FINISHED, NOW + DAY).state == "finished"
    again = log.note("tokens", LessonStep.FINISHED, NOW + 2 * DAY)
    assert (again.opened_at, again.predicted_at, again.finished_at) == (NOW, None, NOW + DAY)


def test_a_step_without_opening_counts_as_opened(log: LessonLog) -> None:
    assert log.note("search", LessonStep.PREDICTED, NOW).opened_at == NOW


def test_what_is_exported_comes_in_whole(log: LessonLog, new_log: Callable[[], LessonLog]) -> None:
    log.note("tokens", LessonStep.PREDICTED, NOW)
    log.note("search", LessonStep.FINISHED, NOW)
    other = new_log()
    assert other.merge(tuple(log.all().values())) == 2
    assert other.all() == log.all()
    assert other.merge(tuple(log.all().values())) == 0


def test_the_earlier_time_wins_whichever_side_imports(new_log: Callable[[], LessonLog]) -> None:
    here, there = new_log(), new_log()
    here.note("tokens", LessonStep.FINISHED, NOW + DAY)
    there.note("tokens", LessonStep.PREDICTED, NOW)
    mine, theirs = tuple(here.all().values()), tuple(there.all().values())
    here.merge(theirs)
    there.merge(mine)
    assert here.all() == there.all()
    both = here.all()["tokens"]
    assert (both.opened_at, both.predicted_at, both.finished_at) == (NOW, NOW, NOW + DAY)


def test_a_study_db_of_before_the_lessons_is_brought_forward(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    StudyDatabase(file, MIGRATIONS[:1]).close()
    database = StudyDatabase(file, MIGRATIONS)
    assert LessonLog(database).note("tokens", LessonStep.OPENED, NOW).state == "opened"
    database.close()
    with sqlite3.connect(file.with_name("study.db.format-1")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


def test_the_next_lesson_is_the_first_that_is_not_finished(log: LessonLog) -> None:
    path = [Lesson(id_, 1, id_, "?", ("x",), 1, "", "") for id_ in ("a", "b", "c")]
    assert next_lesson(path, log.all()) == "a"
    log.note("a", LessonStep.FINISHED, NOW)
    log.note("b", LessonStep.PREDICTED, NOW)
    log.note("c", LessonStep.FINISHED, NOW)
    assert next_lesson(path, log.all()) == "b"
    log.note("b", LessonStep.FINISHED, NOW)
    assert next_lesson(path, log.all()) is None


def test_the_lessons_are_part_of_an_export(tmp_path: Path) -> None:
    from assistant.app.assistant import Assistant
    from assistant.config import Config
    from assistant.workspace import Workspace

    here = Assistant(Workspace(tmp_path / "here"), Config())
    there = Assistant(Workspace(tmp_path / "there"), Config())
    here.lab.log.note("tokens", LessonStep.FINISHED, NOW)
    file = tmp_path / "progress.json"
    here.study.transfer().export(file, NOW)
    assert there.study.transfer().load(file).others == 1
    assert there.lab.log.all() == here.lab.log.all()
    time = NOW.isoformat()
    for broken in ({"lesson": "x"}, {"lesson": 3, "opened_at": time}, {"lesson": "x", "opened_at": None}):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"lessons": [broken]}))
        with pytest.raises(StudyError, match=r"damaged: lessons\.0\."):
            there.study.transfer().load(file)
    assert there.lab.log.all() == here.lab.log.all()
    here.close()
    there.close()
