"""``assistant doctor``: looks at everything an answer needs and says what to do."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import console, opened, options_of
from assistant.core.sqlite import connect, is_read_only
from assistant.errors import AssistantError, NotesError, UsageError
from assistant.workspace import Workspace

if TYPE_CHECKING:
    from assistant.models.generator import Generator
    from assistant.models.remote.server_entry import ServerEntry


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``mend`` is what to do where it is not ok."""

    state: str
    text: str
    mend: str = ""


def files(workspace: Workspace) -> Iterator[Finding]:
    """Yields whether each file is of a format that this version knows, and whether anything can be written."""
    from assistant.conversations.store import MIGRATIONS as CONVERSATIONS
    from assistant.index.schema import FORMAT
    from assistant.notes.linked import LinkedFolders
    from assistant.study.schema import MIGRATIONS as STUDY

    yield from _file(workspace.index / "index.db", FORMAT, "It is built again from the notes: assistant index build")
    upgraded = "It is converted when it is opened; a copy of the old file is kept beside it."
    yield from _file(workspace.study_db, len(STUDY), upgraded)
    yield from _file(workspace.conversations_db, len(CONVERSATIONS), upgraded)
    if is_read_only(workspace.root):
        text = f"{workspace.root} is read-only: questions are answered, but no progress is kept"
        yield Finding("warn", text, "To keep your progress, copy it to a disk that can be written to.")
    try:
        linked = LinkedFolders(workspace.linked, workspace.notes).all()
    except NotesError as error:
        yield Finding("fail", error.message, error.hint)
        return
    for folder in linked:
        if folder.path.is_dir():
            yield Finding("ok", f"The linked folder {folder.name} is there: {folder.path}")
        else:
            mend = f"Plug it in, or stop reading it: assistant notes unlink '{folder.name}'"
            yield Finding("warn", f"The linked folder {folder.name} is not there: {folder.path}", mend)


def _file(path: Path, known: int, older: str) -> Iterator[Finding]:
    if not path.is_file():
        return
    try:
        with contextlib.closing(connect(path)) as db:
            found = int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error as error:
        yield Finding("fail", f"{path.name} cannot be read: {error}", f'Close other programs that use "{path}".')
        return
    if found > known:
        text = f"{path.name} comes from a newer version of the assistant (format {found}; this version knows {known})"
        yield Finding("fail", text, "Update the assistant; nothing is changed until then.")
    elif found < known:
        yield Finding("warn", f"{path.name} has the older format {found}; the present one is {known}", older)
    else:
        yield Finding("ok", f"{path.name} has format {found}, the present one")


SELF_TESTS = "assistant.self_tests"
"""The entry points of what can be proven beyond the checks here."""

SelfTest = Callable[[Workspace, str | None], int]
"""Prints what it finds about a workspace with a model (None for that of the settings), and returns the exit code."""

_MARKS = {"ok": "[green]ok  [/green]", "warn": "[yellow]note[/yellow]", "fail": "[red]FAIL[/red]"}
_MIN_FREE_BYTES = 1_000_000_000


def doctor(
    context: typer.Context,
    probe: Annotated[
        bool, typer.Option("--probe", help="Measure again how many threads and which batch size are fastest.")
    ] = False,
    airgap: Annotated[
        bool, typer.Option("--airgap", help="Do everything once without a network, and list each attempt to reach one.")
    ] = False,
) -> int:
    """Check the parts, the models, the notes, the index and the memory, and say what to do."""
    out = console()
    workspace = options_of(context).find_workspace()
    if airgap:
        from assistant.extensions import TOOLS_HINT, find_extensions, load_extension

        if "airgap" not in find_extensions(SELF_TESTS):
            raise UsageError("The run without a network is not installed here.", hint=TOOLS_HINT)
        run_without_network: SelfTest = load_extension(SELF_TESTS, "airgap")
        return run_without_network(workspace, options_of(context).model)
    failed = 0
    checks: list[Callable[[], Iterator[Finding]]] = [
        _parts,
        lambda: _machine(workspace),
        lambda: files(workspace),
        lambda: _models(context, probe),
        lambda: _index(context),
    ]
    for check in checks:
        for finding in _guarded(check):
            failed += finding.state == "fail"
            out.print(f"{_MARKS[finding.state]} ", end="")
            out.print(finding.text, markup=False)
            if finding.mend:
                out.print(f"       {finding.mend}", markup=False)
    return 1 if failed else 0


def _guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except AssistantError as error:
        yield Finding("fail", error.message, error.hint)


def _parts() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", f"Python {version}")
    for module, purpose in (
        ("torch", "the embedder's arithmetic"),
        ("sentence_transformers", "the embedder"),
        ("onnxruntime", "the embedder, faster"),
        ("faiss", "the vector index"),
        ("llama_cpp", "the language model"),
        ("gradio", "the page"),
    ):
        try:
            found = importlib.import_module(module)
        except (ImportError, OSError, RuntimeError) as error:
            yield Finding("fail", f"{module} ({purpose}) cannot be loaded: {error}", "make install")
        else:
            yield Finding("ok", f"{module} {getattr(found, '__version__', '')} ({purpose})")
    torch = sys.modules.get("torch")
    if torch is not None and torch.version.cuda and not torch.cuda.is_available():
        yield Finding("warn", "This is the CUDA build of torch, but there is no GPU: 2 GB are wasted.", "make install")


def _machine(workspace: Workspace) -> Iterator[Finding]:
    from assistant.models.hardware import detect_hardware

    hardware = detect_hardware()
    free = hardware.free_memory_bytes / 1e9
    state = "ok" if free >= 4 else "warn"
    mend = "" if state == "ok" else "Close other programs, or use the smaller model: --model qwen2.5-coder-0.5b"
    total = hardware.total_memory_bytes / 1e9
    yield Finding(state, f"{hardware.cores} cores, {free:.1f} of {total:.1f} GB of memory free", mend)
    disk = shutil.disk_usage(workspace.root if workspace.root.exists() else workspace.root.anchor)
    enough = disk.free > _MIN_FREE_BYTES
    text = f"{disk.free / 1e9:.1f} GB of disk free at {workspace.root}"
    yield Finding("ok" if enough else "warn", text, "" if enough else "Free some space: an index build may fail.")


def _models(context: typer.Context, probe: bool) -> Iterator[Finding]:
    with opened(context) as assistant:
        assistant.models.embedder.get().embed_query("Are you there?")
        yield Finding("ok", f"The embedder {assistant.settings.now.model.embedder} works")
        if probe:
            assistant.models.forget_probe()
        if (server := assistant.models.server) is not None:
            yield from _server(server, assistant.models.engine.get())
            return
        if assistant.models.is_outside:
            yield Finding("ok", f"The model {assistant.models.engine.get().name}, of another package, loads")
            return
        engine = assistant.models.local()
        choice = assistant.models.choice()
        threads = engine.options
        text = f"The model {engine.name} loads; threads: {threads.threads} to write, {threads.batch_threads} to read"
        yield Finding("ok", text)
        if choice.message:
            yield Finding("warn", choice.message)
        if not engine.has_own_template:
            yield Finding("warn", f"{engine.name} has no chat template; a plain layout is used", "Choose a chat model.")


def _server(server: ServerEntry, model: Generator) -> Iterator[Finding]:
    yield Finding("ok", f"The model {model.name} answers at {server.url}, with room for {model.context_tokens} tokens")
    if server.sends_to:
        mend = "To keep them here, choose a model that runs on this computer: assistant models list"
        yield Finding("warn", f"Your questions and passages go to {server.sends_to}", mend)


def _index(context: typer.Context) -> Iterator[Finding]:
    with opened(context) as assistant:
        root = assistant.workspace.notes
        status = assistant.index.status()
        if status.state == "missing" and status.fault:
            yield Finding("fail", status.fault)
        elif not assistant.notes.all():
            yield Finding("warn", f"There are no notes in {root}", "assistant notes add FILE")
        elif status.state == "missing" or status.fingerprint != assistant.index.fingerprint():
            yield Finding("warn", "The notes are not indexed with the present settings", "assistant index build")
        elif status.waiting:
            yield Finding("warn", f"{status.waiting} notes changed since they were indexed", "assistant index build")
        else:
            yield Finding("ok", f"{status.notes} notes, {status.passages} passages in the index, up to date")
        for skipped in status.skipped:
            yield Finding("warn", f"{skipped.path} was skipped: {skipped.reason}")
