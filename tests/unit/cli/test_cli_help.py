"""The help of every command, as it is printed on a terminal of 80 columns.

After a change of the help: ``UPDATE_GOLDEN=1 pytest tests/unit/cli/test_cli_help.py``, then look at the difference.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from children import run_child

from assistant.cli.main import app

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).parents[2] / "golden" / "help"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
SCRIPT = """
import contextlib, io, json, sys
from assistant.cli.main import run
shown = {}
for command in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = run([*command.split(), "--help"])
    assert code == 0, command
    shown[command] = out.getvalue()
print(json.dumps(shown))
"""


def walk(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yields every command and group with what is typed for it."""
    yield name, command
    for part, below in getattr(command, "commands", {}).items():
        yield from walk(below, f"{name} {part}".strip())


COMMANDS = dict(walk(typer.main.get_command(app)))


def golden(command: str) -> Path:
    return GOLDEN / f"{command.replace(' ', '-') or 'assistant'}.txt"


@pytest.fixture(scope="module")
def helps() -> dict[str, str]:
    """The help of every command, printed by a process whose terminal is always the same."""
    plain = {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT") if key in os.environ}
    shown = run_child(
        [sys.executable, "-c", SCRIPT, json.dumps(list(COMMANDS))],
        env={**kept, **plain},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    return {
        name: "\n".join(line.rstrip() for line in text.strip().splitlines()) for name, text in json.loads(shown).items()
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_as_agreed(command: str, helps: dict[str, str]) -> None:
    text = helps[command] + "\n"
    if UPDATE:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        golden(command).write_text(text, encoding="utf-8")
    assert text == golden(command).read_text(encoding="utf-8")


def test_no_help_is_kept_for_a_command_that_is_gone() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == {golden(command).name for command in COMMANDS}


def test_help_is_plain_text(helps: dict[str, str]) -> None:
    assert not [name for name, text in helps.items() if "\x1b" in text or max(map(len, text.splitlines())) > 80]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.help.strip().endswith(".")
    silent = [parameter.name for parameter in command.params if not getattr(parameter, "help", "")]
    assert silent == []
