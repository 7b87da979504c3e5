"""``assistant lab lessons``: the path with its ticks."""

from datetime import UTC, datetime
from pathlib import Path

from cli_setting import Command

from assistant.app.assistant import Assistant
from assistant.config import Config
from assistant.lab.course import lessons
from assistant.lab.lesson_log import LessonStep
from assistant.workspace import Workspace


def test_the_path_is_listed_with_what_is_done(assistant: Command, workspace: Path) -> None:
    opened = Assistant(Workspace(workspace), Config())
    opened.lab.log.note("tokens", LessonStep.FINISHED, datetime(2026, 3, 1, tzinfo=UTC))
    opened.lab.log.note("search", LessonStep.PREDICTED, datetime(2026, 3, 2, tzinfo=UTC))
    opened.close()
    lines = assistant("lab", "lessons").out.splitlines()
    assert len(lines) == len(lessons())
    assert lines[0].startswith("\u2713 tokens ")
    assert [line[0] for line in lines[1:4]] == [" ", " ", "\u2026"]
    found = assistant("lab", "lessons", "--json").json
    assert found["next"] == lessons()[1].id
    assert found["lessons"][0]["finished_at"] == "2026-03-01T00:00:00+00:00"
    assert {one["state"] for one in found["lessons"][4:]} == {"new"}
