"""``assistant lab metrics``: the decision "is this in the notes?", examined at a threshold."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from assistant.lab.trial import Trial
    from assistant.lab.verdict import Verdict
    from assistant.wiring import StudyAssistant

_SHOWN = 3


@app.command("metrics")
def metrics(
    context: typer.Context,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Answer from this probability on.")] = 0.5,
    wrong: Annotated[float, typer.Option(min=0, help="Price of a wrong answer.")] = 1.0,
    refusal: Annotated[float, typer.Option(min=0, help="Price of a needless refusal.")] = 1.0,
    course: Annotated[bool, typer.Option("--course", help="Ask the questions written for the sample course.")] = False,
    with_model: Annotated[bool, typer.Option("--with-model", help="Let the model judge too: minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the ROC curve to this file.")] = None,
) -> None:
    """Examine "is this in the notes?": confusion matrix, precision, recall, F1, AUC, and the cheapest threshold.

    A third of the notes is hidden in a copy of the index; questions about it should be refused. Ctrl-C stops asking.
    """
    from assistant.lab.png import write_png
    from assistant.lab.prices import Prices
    from assistant.lab.verdict import judge, roc_figure

    with opened(context) as assistant:
        build_if_needed(assistant)
        found = _examine(assistant, course=course, with_model=with_model)
    verdict = judge(found, threshold, Prices(wrong, refusal))
    if png is not None:
        write_png(roc_figure(found, threshold), png)
    if as_json:
        typer.echo(json.dumps(_as_json(verdict), ensure_ascii=False))
    else:
        _print(verdict)


def _examine(assistant: StudyAssistant, *, course: bool, with_model: bool) -> list[Trial]:
    from assistant.lab.trial import Examined, course_session, no_model, own_session, trials

    lab = assistant.lab
    generator = lab.engine if with_model else no_model
    examined = Examined(lab.retriever(), lab.embedder(), lab.config, generator)
    cancel = threading.Event()
    message = "Stopping; what was asked so far counts."
    with _progress() as show, interrupt_sets(cancel, message):
        if not course and not lab.quizzes.room.bank.items():
            typer.echo("The quiz bank is empty; writing questions first.", err=True)
            lab.quizzes.build(cancel)
        items = lab.quizzes.room.bank.items()
        with course_session(examined, lab.workspace) if course else own_session(examined, items) as ready:
            found = []
            for trial in trials(ready, cancel, with_model=with_model):
                found.append(trial)
                show(len(found), len(ready.questions))
            return found


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(verdict: Verdict) -> None:
    from assistant.lab.verdict import CELLS, percent

    out = console()
    asked = sum(map(len, verdict.cells.values()))
    out.print(f"{asked} questions; answered from {percent(verdict.threshold)} on", markup=False)
    for key, trials in verdict.cells.items():
        name, means = CELLS[key]
        out.print(f"\n{name}: {len(trials)}  ({means})", markup=False)
        for trial in trials[:_SHOWN]:
            out.print(f"  {percent(trial.score):>5}  {trial.asked.text}", markup=False)
    out.print()
    for rate in verdict.rates:
        out.print(f"{rate.name:<18}{percent(rate.value):>6}  = {rate.arithmetic:<28}{rate.means}", markup=False)
    area = "–" if verdict.area is None else f"{verdict.area:.2f}"
    out.print(f"{'AUC':<18}{area:>6}", markup=False)
    best, least = verdict.best
    out.print(f"\nThe errors cost {verdict.cost:g}; least, {least:g}, from {percent(best)} on.", markup=False)


def _as_json(verdict: Verdict) -> dict[str, Any]:
    counted = verdict.counted
    return {
        "threshold": verdict.threshold,
        "confusion": {"tp": counted.tp, "fp": counted.fp, "fn": counted.fn, "tn": counted.tn},
        "rates": {rate.name: rate.value for rate in verdict.rates},
        "auc": verdict.area,
        "cost": verdict.cost,
        "cheapest": {"threshold": verdict.best[0], "cost": verdict.best[1]},
        "questions": [
            {
                "text": t.asked.text,
                "answerable": t.asked.answerable,
                "origin": t.asked.origin,
                "score": t.score,
                "cell": key,
            }
            for key, trials in verdict.cells.items()
            for t in trials
        ],
    }
