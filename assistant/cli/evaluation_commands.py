"""``assistant eval`` and ``bench``: measures how good the answers are and how fast this machine is."""

from __future__ import annotations

import contextlib
import math
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from assistant.evaluation.report import Metric, MetricChange, Report


app = typer.Typer()


@app.callback(invoke_without_command=True)
def suites(context: typer.Context) -> None:
    """Measure how good the answers are. Without a command: list the suites."""
    if context.invoked_subcommand is not None:
        return
    from assistant.evaluation.suites import EXTENSIONS, find_suites
    from assistant.extensions import TOOLS_HINT, find_extensions

    out = console()
    for suite in find_suites().values():
        out.print(f"{suite.name:<12} {suite.says}", markup=False)
    if not find_extensions(EXTENSIONS):
        out.print(TOOLS_HINT, markup=False)
    out.print("\nassistant eval run SUITE measures one; assistant eval --help lists the commands.", markup=False)


@app.command("run")
def run(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(help="notes, quiz, mine, or another that assistant eval lists.")],
    data: Annotated[Path | None, typer.Option(help="Folder with the suite's data.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most this many cases; 0 for all.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed for choosing the cases.")] = 0,
    kinds: Annotated[str, typer.Option(help="Only these kinds of cases, comma-separated.")] = "",
    retrieval: Annotated[bool, typer.Option("--retrieval", help="Only what the search finds; no model.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Read every prompt in full, without the cache.")] = False,
    read: Annotated[str, typer.Option(help="What the model reads: sections or passages.")] = "sections",
    maker: Annotated[
        str, typer.Option(help="Quiz items made from the structure or by the model: structure, model.")
    ] = "structure",
    out: Annotated[Path | None, typer.Option("--json", help="File for the report, with a row for each case.")] = None,
) -> None:
    """Measure one suite: how good the search, the answers, the citations or the quiz items are."""
    from assistant.evaluation.suites import SuiteOptions, find_suite

    chosen, cancel = find_suite(suite), threading.Event()
    message = "Stopping; what was measured so far is reported."
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(context, kv_folder=Path(folder)) as assistant,
        _bar() as show,
        interrupt_sets(cancel, message),
    ):
        report = chosen.run(
            assistant,
            SuiteOptions(
                data=data,
                limit=limit,
                seed=seed,
                kinds=tuple(filter(None, kinds.split(","))),
                exact=exact,
                read=read,
                maker=maker,
                retrieval=retrieval,
                now=datetime.now(UTC),
                cancel=cancel,
                on_progress=show,
            ),
        )
    if out is not None:
        report.save(out)
    _show(report)


@app.command("all")
def run_all(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Folder with a folder of data for each suite.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most this many cases with the model; 0 for all.")] = 30,
    retrieval: Annotated[bool, typer.Option("--retrieval", help="Only what needs no model.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the reports; default eval/runs.")] = None,
) -> None:
    """Measure every suite whose data are here: first all that needs no model, then a sample with the model."""
    from assistant.evaluation.suites import SuiteOptions, plan

    cancel = threading.Event()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(context, kv_folder=Path(folder)) as assistant,
        interrupt_sets(cancel, "Stopping; what was measured so far is reported."),
    ):
        reports = out or assistant.workspace.root / "eval" / "runs"
        reports.mkdir(parents=True, exist_ok=True)
        for step in plan(data, with_model=not retrieval):
            if step.missing:
                console().print(f"{step.suite.name}: left out, {step.missing} is not there.\n", markup=False)
                continue
            with _bar() as show:
                options = SuiteOptions(
                    data=step.data,
                    limit=limit if step.with_model else 0,
                    retrieval=not step.with_model,
                    now=datetime.now(UTC),
                    cancel=cancel,
                    on_progress=show,
                )
                report = step.suite.run(assistant, options)
            report.save(reports / f"{step.name}.json")
            _show(report)
            console().print()
            if cancel.is_set():
                return


@app.command("compare")
def compare(
    before: Annotated[Path, typer.Argument(help="A report written by `eval run --json`.")],
    after: Annotated[Path, typer.Argument(help="Another report, of the same suite.")],
) -> None:
    """Compare two reports case by case: differences with their 95 % interval, and which cases changed."""
    from assistant.evaluation.report import compare as compare_rows
    from assistant.evaluation.report import load_rows

    changes = compare_rows(load_rows(before), load_rows(after))
    out = console()
    for change in changes:
        out.print(_line(change), markup=False)
        for name, ids in (("lost", change.lost), ("won", change.won)):
            if ids:
                out.print(f"    {name}: {', '.join(ids)}", markup=False)
    if not changes:
        out.print("The reports have no case in common.")


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Gives a callback that draws how many cases are done and how long the rest takes, if stderr is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(report: Report) -> None:
    out = console()
    about = ", ".join(f"{name} {value}" for name, value in report.settings.items() if value not in (0, "", []))
    state = "" if report.complete else " (stopped early)"
    out.print(f"{report.suite}: {len(report.rows)} cases{state}; {about}", markup=False)
    for metric in (*report.metrics, *report.controls):
        out.print(_metric_line(metric), markup=False)


_LARGEST_SHARE = 1.5
"""What is larger is a number and no share."""


def _metric_line(metric: Metric) -> str:
    e = metric.estimate
    if math.isnan(e.value):
        return f"{metric.name:<44}{'-':>8}"
    verdict = {None: "", True: "  met", False: "  NOT met"}[metric.met]
    if e.value > _LARGEST_SHARE:
        return f"{metric.name:<44}{e.value:>8.3g}  n={e.n}{verdict}"
    return f"{metric.name:<44}{e.value:>8.1%}  [{e.low:.1%}, {e.high:.1%}]  n={e.n}{verdict}"


def _line(change: MetricChange) -> str:
    d = change.difference
    p = "" if change.p_value is None else f"  p={change.p_value:.2f}"
    return (
        f"{change.name:<20}{change.before:>9.3f} ->{change.after:>8.3f}  {d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}]"
        f"  n={d.n}{p}"
    )


def bench(
    context: typer.Context,
    only: Annotated[
        str,
        typer.Option(
            help="Comma-separated: build, search, starts, writing, background, or what is registered. Default: all."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure this machine: index build, search, first word, decoding, memory, cold starts. Takes some minutes."""
    from assistant.evaluation.benchmarks import run
    from assistant.models.hardware import detect_hardware

    hardware = detect_hardware()
    machine = f"{platform.machine()}, {hardware.cores} cores, {hardware.total_memory_bytes / 1e9:.0f} GB"
    figures = []
    out = console()
    with tempfile.TemporaryDirectory() as folder, opened(context, kv_folder=Path(folder)) as assistant:
        build_if_needed(assistant)
        if not as_json:
            out.print(f"{machine}; model {assistant.settings.now.model.name}", markup=False)
        for figure in run(assistant, tuple(filter(None, only.split(",")))):
            figures.append(figure)
            if not as_json:
                verdict = "" if figure.met is None else "  met" if figure.met else "  NOT met"
                line = f"{figure.name:<60}{figure.value:>10.3g} {figure.unit:<11}{figure.goal:<9}{verdict}"
                out.print(line.rstrip(), markup=False)
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("bench", {"machine": machine, "figures": figures})
