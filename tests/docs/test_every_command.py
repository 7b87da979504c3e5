"""Every command of the README and the guide is executed, or named here with the reason why it is not.

Blocks that begin with ```` ```console run ```` are executed by ``test_docs.py``. The others need a stand-in for what a
test does not do (download, install, open a browser), a person at the keyboard, or a real model; here they get it.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from children import run_child
from test_docs import FENCE, PAGES, ROOT, load_stand_in, read

from assistant.app.model_loading import Models
from assistant.cli.main import run
from assistant.testing import FakeEmbedder

WINDOWS = "is for Windows; the same commands are executed as they are typed elsewhere"
INSTALLS = "changes the machine that it runs on"
LOOKS_LONG = "keeps the real models busy for minutes; tests/unit/cli/test_cli_lab_*.py run it on small notes"
MEASURES = "takes minutes to hours of the large model; tests/unit/evaluation runs the suites on small ones"
NOT_RUN = {
    "sudo apt install python3.11 python3.11-venv build-essential git": INSTALLS,
    "python3.11 -m venv .venv": "makes an environment; tests/unit/test_install.py does",
    ".venv/bin/python -m pip install": INSTALLS,
    "py -3.11 -m tools.setup": WINDOWS,
    ".venv\\Scripts\\assistant": WINDOWS,
    "assistant eval": MEASURES,
    "make eval": MEASURES,
    "assistant ask --app": "needs an app that runs; tests/ui/test_remote_app.py asks one",
    "assistant models add": "writes into the catalogue; tests/unit/cli/test_cli_servers.py does",
    "assistant models find": "needs servers; tests/unit/app/test_servers.py has them",
    "assistant models check": "needs a server; tests/unit/cli/test_cli_servers.py has one",
    "assistant --model qwen ask": "needs a server; tests/unit/app/test_servers.py has one",
    "assistant doctor": "loads every part and both models; tests/unit/cli/test_cli_findings.py has what it finds out",
    "assistant lab chunks": LOOKS_LONG,
    "assistant lab trace": LOOKS_LONG,
    "assistant lab sample": LOOKS_LONG,
    "assistant lab attention": LOOKS_LONG,
    "assistant lab metrics": LOOKS_LONG,
    "assistant lab clusters": LOOKS_LONG,
    "assistant conversations": "has made-up ids; tests/unit/cli/test_cli_conversations.py has real ones",
}
"""What commands begin with -> why they are not executed here."""

REAL = ("assistant lab",)
"""These look into the models, so the small real ones take part."""

KEYS = "x\n1\nq\n\n\n\n"
"""What the person at the keyboard types where a command asks: an answer, a rating, and the end."""


@dataclass(frozen=True)
class Typed:
    page: str
    command: str
    answers: str = ""


def typed(page: str) -> Iterator[Typed]:
    """Yields the commands of a page that no ``console run`` block executes."""
    for block in FENCE.finditer(read(page)):
        words = block["info"].split()
        if words[:2] == ["console", "run"] or (words and words[0] not in ("console", "sh")):
            continue
        lines = block["body"].splitlines()
        if words[:1] == ["sh"]:
            yield from (Typed(page, line) for line in lines if line.strip() and not line.startswith("#"))
            continue
        said = "".join(f"{line[2:]}\n" for line in lines if line.startswith("> "))
        begun = [line[2:] for line in lines if line.startswith("$ ")]
        yield from (Typed(page, command, said) for command in begun or said.splitlines())


COMMANDS = [one for page in PAGES if page == "README.md" or page.startswith("docs/guide/") for one in typed(page)]


def reason(command: str) -> str:
    return next((why for begin, why in NOT_RUN.items() if command.startswith(begin)), "")


RUN = [one for one in COMMANDS if not reason(one.command)]
OURS = [one for one in RUN if re.match(r"(?:\.venv/bin/)?assistant ", one.command)]
OTHERS = [one for one in RUN if one not in OURS]


def name_of(one: Typed) -> str:
    return f"{Path(one.page).stem}: {one.command[:60]}"


def test_no_reason_is_left_over() -> None:
    unused = [begin for begin in NOT_RUN if not any(one.command.startswith(begin) for one in COMMANDS)]
    assert [begin for begin in unused if begin not in ("assistant eval", "make eval")] == []


# The assistant's own commands


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample course with the files that the examples name, as the current folder and the home."""
    home = tmp_path / "home"
    for root in (tmp_path, home / "law"):
        shutil.copytree(ROOT / "notes", root / "notes")
    (home / "Documents" / "biology").mkdir(parents=True)
    (home / "Documents" / "biology" / "cells.md").write_text("# Cells\n\nCells divide.", encoding="utf-8")
    (tmp_path / "lecture-3.pdf").write_bytes(pdf("Osmosis moves water through a membrane."))
    (tmp_path / "question.txt").write_text("What is overfitting?", encoding="utf-8")
    (tmp_path / "models").symlink_to(ROOT / "models")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("ASSISTANT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pdf(text: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    page = Canvas(file)
    page.drawString(72, 720, text)
    page.save()
    return file.getvalue()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the page: what would be served is noted, and the command goes on as after Ctrl-C."""
    from assistant.ui import serving as app

    shown: list[str] = []

    def serve(service: object, *, on_ready: Callable[[str], None], **_: object) -> None:
        shown.append(type(service).__name__)
        on_ready("http://127.0.0.1:7860")

    monkeypatch.setattr(app, "serve", serve)
    return shown


def words_of(command: str) -> tuple[list[str], str]:
    """Returns the arguments of ``assistant``, and the text of the file behind ``<``."""
    line, _, source = command.partition(" < ")
    text = Path(source.strip()).read_text(encoding="utf-8") if source else ""
    return [str(Path(word).expanduser()) if word.startswith("~/") else word for word in shlex.split(line)[1:]], text


@pytest.mark.parametrize("one", [one for one in OURS if not one.command.startswith(REAL)], ids=name_of)
def test_a_command_of_the_assistant_runs(
    one: Typed, workspace: Path, served: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    monkeypatch.setattr(Models, "_load_engine", load_stand_in)
    arguments, text = words_of(one.command)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((text or one.answers or KEYS).encode()), "utf-8"))
    for ahead in (["index", "build"], ["cards", "add", "Front", "Back"]):
        assert run(ahead) == 0
    capsys.readouterr()
    code = run(arguments)
    printed = capsys.readouterr()
    assert code == 0, printed.err
    assert printed.out + printed.err
    assert served == (["Assistant"] if arguments[0] == "ui" else [])


@pytest.mark.model
@pytest.mark.embedder
def test_the_commands_that_look_into_the_models_run(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = ("04-mlops-and-metrics.md", "01-ai-and-ml-basics.md")
    for note in (workspace / "notes").iterdir():
        if note.name not in kept:
            note.unlink()
    small = '[model]\nname = "smollm2-135m"\ncontext_tokens = 2048\nthreads = 1\n[answering]\nmin_evidence = 0.1\n'
    (workspace / "assistant.toml").write_text(small, encoding="utf-8")
    assert run(["index", "build"]) == 0
    codes = {one.command: run(words_of(one.command)[0]) for one in OURS if one.command.startswith(REAL)}
    assert len(codes) >= 2
    assert {command for command, code in codes.items() if code} == set(), capsys.readouterr().err


# What sets it up


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which Python and the assistant are stand-ins that note how they are called."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    note = f"""#!/bin/sh
printf '%s' "$(basename "$0")" >> "{tmp_path}/called"
printf ' %s' "$@" >> "{tmp_path}/called"
echo >> "{tmp_path}/called"
"""
    for place in ("bin/python3.11", ".venv/bin/assistant"):
        stand_in = tmp_path / place
        stand_in.parent.mkdir(parents=True)
        stand_in.write_text(note, encoding="utf-8")
        stand_in.chmod(0o755)
    return tmp_path


EXPECTED = {
    "make run": ["python3.11 -m tools.setup", "assistant index build", "assistant ui"],
    "make ask": ["python3.11 -m tools.setup", "assistant ask -- What is the difference"],
    "python3.11 -m tools.setup": ["python3.11 -m tools.setup"],
}


@pytest.mark.parametrize("one", OTHERS, ids=name_of)
def test_a_command_that_sets_up_calls_what_it_should(one: Typed, clone: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    environment["PATH"] = f"{clone / 'bin'}:{environment['PATH']}"
    run_child(["sh", "-c", one.command], cwd=clone, env=environment, check=True, capture_output=True)
    called = [line for line in (clone / "called").read_text(encoding="utf-8").splitlines() if " -c " not in line]
    expected = next(lines for begin, lines in EXPECTED.items() if one.command.startswith(begin))
    assert len(called) == len(expected)
    assert all(line.startswith(begin) for line, begin in zip(called, expected, strict=True)), json.dumps(called)
