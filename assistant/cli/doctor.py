"""``assistant doctor``: looks at everything an answer needs and says what to do."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from assistant.cli.airgap import airgap as run_without_network
from assistant.cli.findings import Finding, files
from assistant.cli.session import console, opened, options_of
from assistant.errors import AssistantError
from assistant.workspace import Workspace

_MARKS = {"ok": "[green]ok  [/green]", "warn": "[yellow]note[/yellow]", "fail": "[red]FAIL[/red]"}
_MIN_FREE_BYTES = 1_000_000_000


def doctor(
    context: typer.Context,
    probe: Annotated[
        bool, typer.Option("--probe", help="Measure again which threads and batches are fastest.")
    ] = False,
    airgap: Annotated[
        bool, typer.Option("--airgap", help="Do everything once without a network, and list each try to reach one.")
    ] = False,
) -> int:
    """Check the parts, the models, the notes, the index and the memory, and say what to do."""
    out = console()
    workspace = options_of(context).find_workspace()
    if airgap:
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
        yield Finding("warn", "This is the CUDA build of torch without a GPU: 2 GB for nothing.", "make install")


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
        assistant.embedder().embed_query("Are you there?")
        yield Finding("ok", f"The embedder {assistant.config.model.embedder} works")
        if probe:
            assistant.forget_probe()
        engine = assistant.engine()
        choice = assistant.model_choice()
        threads = engine.options
        text = f"The model {engine.name} loads; threads: {threads.threads} to write, {threads.batch_threads} to read"
        yield Finding("ok", text)
        if choice.message:
            yield Finding("warn", choice.message)
        if not engine.has_own_template:
            yield Finding("warn", f"{engine.name} has no chat template; a plain layout is used", "Prefer a chat model.")


def _index(context: typer.Context) -> Iterator[Finding]:
    with opened(context) as assistant:
        root = assistant.workspace.notes
        status = assistant.index_status()
        if status.state == "missing" and status.fault:
            yield Finding("fail", status.fault)
        elif not assistant.library():
            yield Finding("warn", f"There are no notes in {root}", "assistant notes add FILE")
        elif status.state == "missing" or status.fingerprint != assistant.fingerprint():
            yield Finding("warn", "The notes are not indexed with the present settings", "assistant index build")
        elif status.waiting:
            yield Finding("warn", f"{status.waiting} notes changed since they were indexed", "assistant index build")
        else:
            yield Finding("ok", f"{status.notes} notes, {status.passages} passages in the index, up to date")
        for skipped in status.skipped:
            yield Finding("warn", f"{skipped.path} was skipped: {skipped.reason}")
