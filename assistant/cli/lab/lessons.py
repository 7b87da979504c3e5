"""``assistant lab lessons``: the path of lessons, and how far the student is on it."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import console, opened
from assistant.lab.course import Lesson, lessons
from assistant.lab.progress import LessonProgress, next_lesson

_TICKS = {"new": " ", "opened": "…", "finished": "✓"}


@app.command("lessons")
def show_lessons(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """List the lessons with what is done. The Lab tab of `assistant ui` has them."""
    path = lessons()
    with opened(context) as assistant:
        done = assistant.lab.log.all()
    rows = [_row(lesson, done.get(lesson.id)) for lesson in path]
    if as_json:
        found = {"lessons": rows, "next": next_lesson(path, done)}
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    out = console()
    for row in rows:
        out.print(f"{_TICKS[row['state']]} {row['id']:<11} {row['question']}", markup=False, soft_wrap=True)


def _row(lesson: Lesson, progress: LessonProgress | None) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "title": lesson.title,
        "question": lesson.question,
        "minutes": lesson.minutes,
        "state": progress.state if progress else "new",
        "finished_at": progress.finished_at.isoformat() if progress and progress.finished_at else None,
    }
