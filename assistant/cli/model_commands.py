"""``assistant models``: the language models and the embedder."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import server_commands
from assistant.cli.startup import console, interrupt_sets, opened, options_of

if TYPE_CHECKING:
    from assistant.answering.warming import Warmer
    from assistant.app.assistant import Assistant
    from assistant.models.catalog import Catalog, ModelEntry

app = typer.Typer(help="List, download and check models.", no_args_is_help=True)
cache_app = typer.Typer(
    help="What the model has read already, kept so that answers start at once.", no_args_is_help=True
)
app.add_typer(server_commands.app)
app.add_typer(cache_app, name="cache")

NAMES = Annotated[list[str] | None, typer.Argument(help="Names from the catalogue.", show_default=False)]


@app.command("list")
def list_models(context: typer.Context) -> None:
    """List the models of the catalogue."""
    from rich.table import Table

    from assistant.models.integrity import is_complete

    catalog, folders = _catalog(context)
    table = Table("Name", "Size", "Memory", "Licence", "Here", "What it is for", box=None, pad_edge=False)
    for entry in catalog:
        here = "yes" if any(is_complete(entry, folder) for folder in folders) else ""
        size, memory = f"{entry.bytes / 1e6:,.0f} MB", f"{entry.memory_gb:g} GB"
        table.add_row(entry.name, size, memory, entry.licence, here, _told(entry))
    console().print(table)
    for server in catalog.servers:
        goes = f"; your questions and passages go to {server.sends_to}" if server.sends_to else ""
        console().print(f"{server.name}  on a server: {server.model} at {server.url}{goes}", markup=False)


@app.command("pull")
def pull(
    context: typer.Context,
    names: NAMES = None,
    force: Annotated[bool, typer.Option("--force", help="Download again even what is complete.")] = False,
) -> None:
    """Download models: the named ones, or those the settings need. An interrupted download is continued."""
    config = options_of(context).load_config()
    catalog, folders = _catalog(context)
    for name in names or [config.model.name, config.model.embedder]:
        _pull(catalog.get(name), _target(folders), force)


@app.command("verify")
def verify(context: typer.Context, names: NAMES = None) -> int:
    """Check every byte of the named models, or of all that are downloaded, against the checksums of the catalogue."""
    from assistant.models.catalog import verify as check
    from assistant.models.integrity import is_complete

    catalog, folders = _catalog(context)
    wanted = [catalog.get(name) for name in names or [entry.name for entry in catalog]]
    faults = 0
    for entry in wanted:
        for folder in (place for place in folders if entry.folder(place).exists()):
            if not names and not is_complete(entry, folder):
                continue
            result = check(entry, folder)
            faults += len(result.faults)
            typer.echo(f"{entry.name}: {'; '.join(result.faults) or 'right, all ' + str(result.files) + ' files'}")
            if result.faults:
                typer.echo(f"  assistant models pull {entry.name}", err=True)
            break
        else:
            typer.echo(f"{entry.name}: not downloaded")
            faults += bool(names)
    return 5 if faults else 0


@app.command("recommend")
def recommend(context: typer.Context) -> None:
    """Say which model suits this computer, and what each of the others would need."""
    from rich.table import Table

    from assistant.models.hardware import DEFAULT_MODEL, carries, detect_hardware
    from assistant.models.hardware import recommend as choose
    from assistant.models.integrity import is_complete

    hardware = detect_hardware()
    catalog, folders = _catalog(context)
    found = choose(catalog, hardware)
    free, total = hardware.free_memory_bytes / 1e9, hardware.total_memory_bytes / 1e9
    typer.echo(f"{found.name}: {found.reason}")
    typer.echo(f"This computer: {hardware.cores} cores, {free:.1f} of {total:.1f} GB of memory free.")
    if found.option:
        typer.echo(f"Worth a try: {found.option} (assistant models pull {found.option})")
    default = next((entry.bytes for entry in catalog if entry.name == DEFAULT_MODEL), 0)
    table = Table("Name", "Download", "Memory", "Fits", "Time a word", "What it is for", box=None, pad_edge=False)
    for entry in (one for one in catalog if one.role == "generator"):
        size = "here" if any(is_complete(entry, folder) for folder in folders) else f"{entry.bytes / 1e6:,.0f} MB"
        memory = f"{'' if entry.tried else 'about '}{entry.memory_gb:g} GB"
        time = f"x {entry.bytes / default:.1f}" if default else ""
        table.add_row(entry.name, size, memory, carries(entry, hardware), time, _told(entry))
    console().print(table)
    typer.echo(f'Time a word: beside {DEFAULT_MODEL}, worked out from the size of the file; so is memory with "about".')
    typer.echo("Get one: assistant models pull NAME. Use it: assistant --model NAME, or Settings of the page.")


@app.command("calibrate")
def calibrate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or GGUF file. Default: the one in use.", show_default=False)] = "",
) -> None:
    """Learn when a model's own Yes means that the notes hold an answer. Asks it some questions; takes minutes."""
    from rich.progress import Progress

    cancel = threading.Event()
    context.obj = replace(options_of(context), model=name or options_of(context).model)
    with opened(context) as assistant, Progress(console=console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Asking", total=None)
        with interrupt_sets(cancel, "Stopping; what was asked is kept for the next time."):
            done = assistant.calibrator.run(cancel, lambda n, total: bar.update(task, completed=n, total=total))
    made, file = done.made, done.file
    typer.echo(
        f"{made.model} was asked {made.questions} questions. It tells those that the notes answer from the others with "
        f"{made.auc:.2f} (the search alone: {made.first_auc:.2f}; always: 1, by chance: 0.5)."
    )
    typer.echo(f"It would decline {made.declined:.0%} of the first and {made.caught:.0%} of the others.")
    if file is None:
        typer.echo("It comes with a calibration on more questions, which stays.")
    elif made.pays:
        typer.echo(f"From now on this decides for it: {file}")
    else:
        typer.echo("Its Yes and No tell no more than the search, which goes on deciding alone.")


@app.command("path")
def path(context: typer.Context, name: Annotated[str, typer.Argument(help="Name or GGUF file.")] = "") -> None:
    """Print where a model is: a GGUF file, or the folder of the embedder."""
    catalog, folders = _catalog(context)
    wanted = name or options_of(context).load_config().model.name
    typer.echo(catalog.resolve(wanted, folders))


@cache_app.command("status")
def cache_status(context: typer.Context) -> None:
    """Show how many sections are ready for answers that start at once."""
    with opened(context) as assistant:
        warm = _warmer(assistant).measure()
        held = assistant.models.local().cache_status()
    out = console()
    out.print(f"{warm.ready} of {warm.total} sections of your notes are ready.")
    for place, blocks, used, budget in (
        ("in memory", held.memory_blocks, held.memory_bytes, held.memory_budget_bytes),
        ("on disk", held.disk_blocks, held.disk_bytes, held.disk_budget_bytes),
    ):
        out.print(f"  {place}: {blocks} sections, {used / 1e6:,.0f} of {budget / 1e6:,.0f} MB")
    if held.fault:
        out.print(f"  {held.fault}", markup=False)


@cache_app.command("clear")
def cache_clear(context: typer.Context) -> None:
    """Forget what the model has read. It is read again when it is needed."""
    with opened(context) as assistant:
        assistant.models.local().clear_cache()
    typer.echo("Cleared.")


@cache_app.command("warm")
def cache_warm(context: typer.Context) -> int:
    """Let the model read all notes now, so that every answer starts at once. Ctrl-C stops; what is read stays."""
    from rich.progress import Progress

    cancel = threading.Event()
    with opened(context) as assistant:
        warmer = _warmer(assistant)
        with Progress(console=console(stderr=True), disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("Reading", total=None)
            with interrupt_sets(cancel, "Stopping; what is read so far is kept."):
                warmer.run(cancel, lambda s: bar.update(task, total=s.total, completed=s.ready))
        status = warmer.status()
    full = " The cache cannot hold more." if status.full else ""
    typer.echo(f"{status.ready} of {status.total} sections are ready.{full}")
    return 130 if cancel.is_set() else 0


def _told(entry: ModelEntry) -> str:
    from assistant.models.integrity import NOT_TRIED

    return entry.description if entry.tried else f"{entry.description} {NOT_TRIED}"


def _catalog(context: typer.Context) -> tuple[Catalog, tuple[Path, ...]]:
    from assistant.models.catalog import Catalog, model_folders

    folders = model_folders(options_of(context).find_workspace())
    return Catalog.load(folders), folders


def _target(folders: tuple[Path, ...]) -> Path:
    """The folder new models go to: the shared one of the repository where it can be written."""
    shared = folders[-1]
    return shared if os.access(shared, os.W_OK) else folders[0]


def _pull(entry: ModelEntry, folder: Path, force: bool) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from assistant.models.download import PullOptions, PullProgress
    from assistant.models.download import pull as fetch

    cancel = threading.Event()
    options = PullOptions(force=force)
    if os.environ.get("HF_ENDPOINT"):
        options = replace(options, endpoint=os.environ["HF_ENDPOINT"])
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(entry.name, total=entry.bytes)

        def show(progress: PullProgress) -> None:
            what = f"{entry.name} from {progress.source}" if progress.source else entry.name
            bar.update(task, description=what, completed=progress.bytes_done, total=progress.bytes_total)

        with interrupt_sets(cancel, "Stopping; what is downloaded so far is kept."):
            path = fetch(entry, folder, on_progress=show, cancel=cancel, options=options)
    typer.echo(f"{entry.name}: {path}")


def _warmer(assistant: Assistant) -> Warmer:
    """Returns what prepares sections, with the model loaded and the index open."""
    assistant.index.retriever.get()
    assistant.models.local()
    return assistant.answers.warmer
