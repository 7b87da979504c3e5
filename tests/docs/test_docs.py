"""The documentation is true: settings, commands, folders and links exist, and the examples run.

A block that begins with ```` ```console run ```` is executed, in order within its page, over a copy of the sample
course with stand-ins for the models. ``output`` compares what it prints; ``exit=3`` is the code of its last command.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from children import run_child

from assistant import errors
from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.cli.main import GLOBAL_OPTIONS, app, hoisted, run
from assistant.config import Config, allowed
from assistant.errors import AssistantError
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Prompt

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/**/*.md"))
    if not path.is_relative_to(ROOT / ".venv")
)
GUIDE = "docs/guide"
HOME = "/home/ada/study"
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
ROW = re.compile(r"^\| (?P<cells>.+) \|$", re.MULTILINE)
PICTURES = "docs/pictures/"
"""Taken from the finished page; until there is one picture, none is missed."""


@cache
def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    return FENCE.sub("", read(page))


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in match["cells"].split(" | ")] for match in ROW.finditer(text)]


# Links and folders


def anchor(heading: str) -> str:
    """What a heading is called in a link, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    lost = []
    for match in LINK.finditer(prose(page)):
        path, _, wanted = match["target"].partition("#")
        awaited = path.startswith(PICTURES) and not list(ROOT.glob(f"{PICTURES}*.png"))
        if re.match(r"[a-z]+:", path) or awaited:
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists():
            lost.append(match["target"])
        elif wanted:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            lost += [] if wanted in map(anchor, headings) else [match["target"]]
    assert lost == []


def test_the_folder_map_is_the_repository() -> None:
    section = read("README.md").split("## Where things are")[1].split("\n## ")[0]
    shown = [LINK.search(cells[0]) for cells in rows(section)]
    folders = {match["target"] for match in shown if match}
    tracked = run_child(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    there = {path.split("/")[0] for path in tracked.splitlines() if "/" in path and not path.startswith(".")}
    assert all((ROOT / folder).is_dir() for folder in folders)
    assert there <= folders
    for name, *_, code in (cells for cells in rows(section) if "](assistant/" in cells[-1]):
        assert (ROOT / str(LINK.search(code)["target"])).is_dir(), name  # type: ignore[index]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"(?:assistant|tests|tools)/[\w/.-]+\.(?:py|js|css|md)\b", read(page))
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_the_layout_names_every_folder_of_the_code() -> None:
    layout = read("CONTRIBUTING.md").split("## How the code is laid out")[1].split("```")[1]
    named = set(re.findall(r"(?:^|\s)([a-z]+)/", layout))
    folders = {path.name for path in (ROOT / "assistant").iterdir() if (path / "__init__.py").is_file()}
    assert named == folders


def test_a_newcomer_opens_three_files_at_most() -> None:
    section = read("docs/decisions/0020-one-house.md").split("## The newcomer's test")[1]
    tasks = [cells for cells in rows(section) if cells[0] not in ("Task", "---")]
    assert len(tasks) == 5
    for task, files in tasks:
        paths = re.findall(r"`(assistant/[^`]+)`", files)
        assert 1 <= len(paths) <= 3, task
        assert all(list(ROOT.glob(path.replace("<id>", "*"))) for path in paths), task


def test_the_readme_is_short() -> None:
    assert len(read("README.md").splitlines()) <= 150


def test_every_page_of_the_guide_and_every_decision_is_listed() -> None:
    assert all(f"({page})" in read("README.md") for page in PAGES if page.startswith(GUIDE))
    decisions = {page.removeprefix("docs/decisions/") for page in PAGES if page.startswith("docs/decisions/0")}
    assert decisions == set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", read("docs/decisions/README.md")))


# Settings


def documented_settings() -> dict[str, dict[str, tuple[Any, str]]]:
    found: dict[str, dict[str, tuple[Any, str]]] = {}
    group = ""
    for line in read(f"{GUIDE}/settings.md").splitlines():
        if heading := re.match(r"## `\[(\w+)\]`", line):
            group = heading[1]
        elif line.startswith("## "):
            group = ""
        elif group and (row := re.match(r"\| `(\w+)` \| `(.+?)` \| (.+?) \| .+ \|", line)):
            found.setdefault(group, {})[row[1]] = (json.loads(row[2]), row[3])
    return found


def test_every_setting_is_documented_with_its_default_and_range_and_no_other() -> None:
    assert documented_settings() == {
        group: {key: (value, allowed(group, key)) for key, value in settings.items()}
        for group, settings in asdict(Config()).items()
    }


# Commands


def commands(parent: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for part, command in getattr(parent, "commands", {}).items():
        yield f"{name} {part}".strip(), command
        yield from commands(command, f"{name} {part}".strip())


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_every_command_is_in_the_guide() -> None:
    page = read(f"{GUIDE}/cli.md")
    groups = {name for name, command in COMMANDS.items() if hasattr(command, "commands")}
    for name in COMMANDS.keys() - groups:
        parent, _, last = name.rpartition(" ")
        assert f"assistant {name}" in page or (f"assistant {parent}" in page and f"`{last}`" in page), name
    for option in GLOBAL_OPTIONS:
        assert f"| `{option} " in page


def fault(words: list[str]) -> str:
    """Returns what is wrong with ``assistant WORDS``, or nothing. Values are not looked at."""
    if words in (["--help"], ["-h"], ["--version"], ["COMMAND", "--help"]):
        return ""
    arguments = hoisted(words)
    while arguments and arguments[0].startswith("--"):
        arguments = arguments[1:] if "=" in arguments[0] else arguments[2:]
    command: Any = typer.main.get_command(app)
    while getattr(command, "commands", None) and arguments:
        default = getattr(command, "default_command", "")
        if arguments[0] not in command.commands and not default:
            return f"no command {arguments[0]}"
        command = command.commands[arguments.pop(0) if arguments[0] in command.commands else default]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    unknown = [word for word in before if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known]
    return f"no option {unknown[0]}" if unknown else ""


def mentioned(text: str) -> Iterator[str]:
    """Yields what stands behind ``assistant`` where it is meant to be typed."""
    for match in FENCE.finditer(text):
        for line in match["body"].splitlines():
            typed = re.match(r"(?:[$>] )?(?:\.venv[/\\](?:bin|Scripts)[/\\])?assistant (.+)", line)
            if typed and (line[0] in "$>" or match["info"] == ""):
                yield re.split(r" {3,}| < | > ", typed[1])[0]
    yield from re.findall(r"`(?:\.venv/bin/)?assistant ([^`]+)`", FENCE.sub("", text))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_mentioned_exists(page: str) -> None:
    wrong = {typed: fault(shlex.split(typed)) for typed in mentioned(read(page))}
    assert {typed: why for typed, why in wrong.items() if why} == {}


def test_every_command_in_a_hint_exists() -> None:
    wrong = {}
    for file in sorted((ROOT / "assistant").rglob("*.py")):
        for hint in re.findall(r'hint = f?"([^"]*)"|hint=f?"([^"]*)"', file.read_text(encoding="utf-8")):
            for typed in re.findall(r"(?:^|: |`)assistant ([a-z-][^:;,()`]*)", "".join(hint)):
                words = re.sub(r"\{[^}]*\}|\.+$", "NAME", typed).split()
                if why := fault(words):
                    wrong[f"{file.name}: assistant {typed}"] = why
    assert wrong == {}


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        typed = set(re.findall(r"^\$ make ([a-z]+)", read(page), re.MULTILINE))
        typed |= set(re.findall(r"`make ([a-z]+)", prose(page)))
        assert typed <= targets, page


# Exit codes and errors


def test_every_exit_code_is_documented() -> None:
    section = read(f"{GUIDE}/cli.md").split("## Exit codes")[1]
    documented = {int(cells[0]) for cells in rows(section) if cells[0].isdigit()}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistantError)]
    assert documented == {0} | {kind.exit_code for kind in kinds}


# Examples


@dataclass(frozen=True)
class Example:
    """A block of a page that can be run."""

    commands: tuple[str, ...]
    output: str
    compared: bool
    exit_code: int


def examples(page: str) -> list[Example]:
    found = []
    for match in FENCE.finditer(read(page)):
        words = match["info"].split()
        if words[:2] != ["console", "run"]:
            continue
        assert not [word for word in words[2:] if not re.fullmatch(r"output|exit=\d+", word)], match["info"]
        lines = match["body"].splitlines()
        codes = [int(word.removeprefix("exit=")) for word in words if word.startswith("exit=")]
        typed = tuple(line[2:] for line in lines if line.startswith("$ "))
        printed = "\n".join(line for line in lines if not line.startswith("$ "))
        found.append(Example(typed, printed.strip(), "output" in words, codes[0] if codes else 0))
    return found


def first_sentence(prompt: Prompt) -> str:
    """Answers with what stands first in the notes."""
    lines = [line.lstrip("-* ") for line in prompt.blocks[0].splitlines() if line and not line.startswith("#")]
    return lines[0]


def load_stand_in(_: Assistant) -> FakeGenerator:
    return FakeGenerator(first_sentence, comparisons=(-9.0, -9.0, -0.1, -5.0))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample course, as the current folder."""
    shutil.copytree(ROOT / "notes", tmp_path / "notes")
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder(window_tokens=256))
    monkeypatch.setattr(Models, "_load_engine", load_stand_in)
    monkeypatch.delenv("ASSISTANT_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def execute(command: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Returns the exit code of a line of an example and what it prints, errors last."""
    if not command.startswith("assistant "):
        assert command.startswith(("echo ", "mkdir ")), f"only assistant, echo and mkdir are run: {command}"
        return run_child(["sh", "-c", command], cwd=workspace).returncode, ""
    code = run(shlex.split(command)[1:])
    printed = capsys.readouterr()
    return code, (printed.out + printed.err).replace(str(workspace), HOME)


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)])
def test_examples_run(page: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for example in examples(page):
        done = [execute(command, workspace, capsys) for command in example.commands]
        codes = [code for code, _ in done]
        assert codes == [0] * (len(codes) - 1) + [example.exit_code], example.commands
        if example.compared:
            assert "".join(text for _, text in done).strip() == example.output


def test_there_are_examples_with_output() -> None:
    assert sum(example.compared for page in PAGES for example in examples(page)) >= 5


def test_the_json_of_an_answer_is_documented_field_by_field(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["index", "build"]) == 0
    capsys.readouterr()
    assert (
        run(
            [
                "ask",
                "--json",
                "What is a token, the smallest unit of text, and what are the text and the embeddings for a model?",
            ]
        )
        == 0
    )
    fields = set(paths(json.loads(capsys.readouterr().out)))
    section = read(f"{GUIDE}/cli.md").split("### The JSON of an answer")[1].split("\n## ")[0]
    assert {cells[0].strip("`") for cells in rows(section) if cells[0].startswith("`")} == fields


def paths(value: Any, above: str = "") -> Iterator[str]:
    """Yields ``a``, ``a[].b``... for every field of a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{above}{key}"
            yield from paths(inner, f"{above}{key}.")
    elif isinstance(value, list):
        assert value or not above, f"{above} is empty, so its fields cannot be compared"
        for item in value:
            yield from paths(item, f"{above.removesuffix('.')}[].")
