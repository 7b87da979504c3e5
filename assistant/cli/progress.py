"""``assistant progress``: what the student knows, and how it went."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.session import console, opened

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.study.mastery import Progress, TopicMastery

_ACCURACY_DAYS = 30
_BARS = " ▁▂▃▄▅▆▇█"


def progress(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Topics without cards and answers too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what you know by topic, what falls due, and how it went."""
    with opened(context) as assistant:
        now = _now()
        assistant.study.refresh(now)
        found = assistant.study.progress(now)
    if as_json:
        typer.echo(json.dumps(_progress_json(found), ensure_ascii=False))
        return
    out = console()
    topics = [topic for topic in found.topics if everything or topic.cards or topic.answers]
    if topics:
        _print_topics(out, topics)
    _print_days(out, found)


def _print_topics(out: Console, topics: list[TopicMastery]) -> None:
    from rich.table import Column, Table

    from assistant.cli.render import visible

    numbers = (Column(name, justify="right", no_wrap=True) for name in ("Cards", "Recall", "Studied", "Right"))
    table = Table("Topic", *numbers, Column("State", no_wrap=True), box=None, pad_edge=False)
    note = ""
    for topic in topics:
        if topic.note != note:
            note = topic.note
            table.add_row(visible(note), style="dim")
        name = "  " * topic.level + topic.heading_path[-1]
        shares = map(_percent, (topic.retrievability, topic.coverage, topic.accuracy))
        table.add_row(visible(name), str(topic.cards), *shares, topic.state)
    out.print(table, markup=False)


def _print_days(out: Console, found: Progress) -> None:
    most = max((day.count for day in found.forecast), default=0)
    bars = "".join(_BARS[-(-day.count * (len(_BARS) - 1) // most)] if most else " " for day in found.forecast)
    due = sum(day.count for day in found.forecast)
    out.print(f"Due in 14 days: {due} |{bars}| today {found.forecast[0].count}, new {found.new_cards}", markup=False)
    recent = found.accuracy(found.forecast[0].day - timedelta(days=_ACCURACY_DAYS - 1))
    days = "1 day" if found.streak_days == 1 else f"{found.streak_days} days"
    right = f"right in the last {_ACCURACY_DAYS} days: {_percent(recent)}" if recent is not None else "no answers yet"
    out.print(f"In a row: {days}; {right}", markup=False)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _progress_json(found: Progress) -> dict[str, Any]:
    return {
        "cards": found.cards,
        "new_cards": found.new_cards,
        "streak_days": found.streak_days,
        "topics": [_topic_json(topic) for topic in found.topics],
        "forecast": [{"day": day.day.isoformat(), "due": day.count} for day in found.forecast],
        "history": [{"day": d.day.isoformat(), "answers": d.count, "right": d.right} for d in found.history],
    }


def _topic_json(topic: TopicMastery) -> dict[str, Any]:
    return {
        "note": topic.note,
        "heading_path": list(topic.heading_path),
        "level": topic.level,
        "state": str(topic.state),
        "cards": topic.cards,
        "learned": topic.learned,
        "retrievability": None if topic.retrievability is None else round(topic.retrievability, 4),
        "coverage": round(topic.coverage, 4),
        "accuracy": None if topic.accuracy is None else round(topic.accuracy, 4),
        "answers": topic.answers,
    }


def _now() -> datetime:
    return datetime.now(UTC)
