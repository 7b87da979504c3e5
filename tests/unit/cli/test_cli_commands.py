"""``assistant search``, ``notes``, ``index`` and ``models``, and what holds for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from children import run_child
from cli_setting import NOTES, QUESTION, Command

from assistant.cli.main import hoisted
from assistant.models.hardware import Hardware

HEAVY = ("torch", "faiss", "llama_cpp", "openai", "gradio", "sentence_transformers", "langchain_text_splitters")


# Options for every command


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["ask", "why?", "--scope", "a"], ["--scope", "a", "ask", "why?"]),
        (["--model", "m", "ask", "why?", "--workspace=w"], ["--model", "m", "--workspace=w", "ask", "why?"]),
        (["models", "path", "--model", "m"], ["--model", "m", "models", "path"]),
        (["ask", "--json", "--", "--scope", "a"], ["ask", "--json", "--", "--scope", "a"]),
        (["--scope", "a", "ask", "--", "--", "--model"], ["--scope", "a", "ask", "--", "--", "--model"]),
        (["ask", "--scoped", "--workspaces=x"], ["ask", "--scoped", "--workspaces=x"]),
        (["ask", "why?", "--model"], ["--model", "ask", "why?"]),
        ([], []),
    ],
)
def test_options_for_every_command_are_moved_to_the_front(typed: list[str], meant: list[str]) -> None:
    assert hoisted(typed) == meant


@pytest.mark.parametrize("before", [True, False])
def test_the_workspace_may_be_named_before_and_behind(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch, before: bool, tmp_path_factory: Any
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    option = ["--workspace", workspace]
    found = assistant(*option, "notes", "list", "--json") if before else assistant("notes", "list", "--json", *option)
    assert [note["path"] for note in found.json] == sorted(NOTES)


def test_behind_two_dashes_an_option_is_a_question(indexed: Command) -> None:
    assert indexed("ask", "--json", "--", "--model").json["question"] == "--model"


# search


def test_search_shows_places_and_passages(indexed: Command) -> None:
    found = indexed("search", "cats purr", "-n", 1)
    assert found.code == 0
    assert "1. animals/Über Katzen.md > Pets > Cats" in found.out
    assert "Cats purr at night. They chase 3 [red]mice[/red]." in found.out
    assert "2. " not in found.out


def test_search_says_what_it_made_of_the_question(indexed: Command) -> None:
    shown = indexed("search", "--json", "real-time inferense in Paris").json
    assert list(shown) == ["query", "corrections", "missing_words", "hits"]
    assert shown["corrections"] == {"inferense": "inference"}
    assert "Paris" in shown["missing_words"]
    out = indexed("search", "inferense in Paris").out
    assert "Searched for 'inference' instead of 'inferense'." in out
    assert "Not in your notes: Paris." in out


def test_search_needs_no_language_model(indexed: Command, generators: list[Any]) -> None:
    assert indexed("search", QUESTION).code == 0
    assert generators == []


# notes


def test_notes_list_tells_the_state_of_each(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "broken.pdf").write_bytes(b"no pdf")
    before = {note["path"]: note["state"] for note in assistant("notes", "list", "--json").json}
    assert set(before.values()) == {"waiting"}
    assistant("index", "build")
    after = {note["path"]: note for note in assistant("notes", "list", "--json").json}
    assert {path: note["state"] for path, note in after.items()} == {
        **dict.fromkeys(NOTES, "ready"),
        "broken.pdf": "unreadable",
    }
    assert after["inference.md"]["title"] == "Inference"
    assert "unreadable The file is damaged, or not a PDF." in assistant("notes", "list").out


def test_a_long_path_can_be_copied_from_the_list(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    name = "a-rather-long-name-for-one-note-of-a-course.md"
    (workspace / "notes" / name).write_text("# Word " * 30)
    assert name in assistant("notes", "list").out


def test_notes_list_of_an_empty_folder_says_how_to_begin(assistant: Command, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    found = assistant("--workspace", tmp_path / "other", "notes", "list")
    assert (found.code, found.out.startswith("There are no notes in")) == (0, True)
    assert "assistant notes add FILE" in found.out


def test_notes_add_copies_and_never_overwrites(assistant: Command, workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "desk" / "inference.md"
    other.parent.mkdir()
    other.write_text("# Another one\n")
    found = assistant("notes", "add", other)
    assert (found.code, found.out) == (0, "inference (2).md\n")
    assert "assistant index build" in found.err
    assert (workspace / "notes" / "inference.md").read_text(encoding="utf-8") == NOTES["inference.md"]
    assert assistant("notes", "add", "--folder", "deep/er", other.parent).code == 3  # the same contents are there
    assert "is there already" in assistant("notes", "add", other).err


@pytest.mark.parametrize(
    ("name", "reason"), [("none.md", "cannot be opened"), ("a.exe", "not read"), ("a.doc", "Save it as .docx or .pdf")]
)
def test_notes_add_says_why_not(assistant: Command, tmp_path: Path, name: str, reason: str) -> None:
    if name != "none.md":
        (tmp_path / name).write_text("x")
    found = assistant("notes", "add", tmp_path / name)
    assert (found.code, found.out) == (3, "")
    assert reason in found.err


def test_notes_show_prints_the_outline(indexed: Command) -> None:
    found = indexed("notes", "show", "inference.md")
    assert found.out.splitlines() == [
        f"Inference (inference.md, markdown, {len(NOTES['inference.md'])} characters)",
        "  Inference",
        "    Kinds",
    ]


def test_notes_show_of_an_unknown_note_names_one_like_it(indexed: Command) -> None:
    found = indexed("notes", "show", "inferense.md")
    assert (found.code, found.out) == (3, "")
    assert "There is no note 'inferense.md'." in found.err
    assert "Did you mean inference.md?" in found.err


# index


def test_index_build_reports_what_changed(assistant: Command, workspace: Path) -> None:
    first = assistant("index", "build", "--json").json
    assert first["added"] == sorted(NOTES)
    assert first["embedded"] == first["passages"] > 0
    (workspace / "notes" / "inference.md").unlink()
    second = assistant("index", "build")
    assert second.out.startswith("1 removed; 1 unchanged.")
    assert "0 embedded now" in second.out
    forced = assistant("index", "build", "--force", "--json").json
    assert forced["embedded"] == forced["passages"] > 0


def test_index_status_goes_from_missing_to_ready_to_stale(assistant: Command, workspace: Path) -> None:
    keys = ["state", "notes", "passages", "waiting", "fingerprint", "skipped", "progress", "fault"]
    keys += ["changes", "last", "last_at"]
    missing = assistant("index", "status", "--json").json
    assert list(missing) == keys
    assert (missing["state"], missing["waiting"]) == ("missing", 2)
    assert "Index: not built yet." in assistant("index", "status").out
    assistant("index", "build")
    assert "Index: up to date. 2 notes," in assistant("index", "status").out
    (workspace / "notes" / "new.md").write_text("# New\n\nStoats hunt rabbits.\n")
    assert assistant("index", "status", "--json").json["state"] == "stale"
    assert "Notes that are not in it yet: 1. To update: assistant index build" in assistant("index", "status").out


def test_a_file_that_cannot_be_read_is_named_with_the_reason(assistant: Command, workspace: Path) -> None:
    (workspace / "notes" / "broken.pdf").write_bytes(b"no pdf")
    found = assistant("index", "build")
    assert found.code == 0
    assert "skipped broken.pdf: The file is damaged, or not a PDF." in found.out
    assert "skipped broken.pdf: " in assistant("index", "status").out


def test_a_damaged_settings_file_stops_every_command(assistant: Command, workspace: Path) -> None:
    (workspace / "assistant.toml").write_text("[model]\nnme = 'x'\n")
    for command in (["notes", "list"], ["index", "build"], ["ask", QUESTION], ["models", "pull"]):
        found = assistant(*command)
        assert (found.code, found.out) == (2, "")
        assert "unknown setting model.nme (did you mean name?)" in found.err
        assert "docs/guide/settings.md" in found.err


# models


def make_catalog(workspace: Path, *sizes: int) -> None:
    """A catalogue with models ``tiny0``, ``tiny1``... of one GGUF file each."""
    models = workspace / "models"
    models.mkdir()
    (models / "catalog.toml").write_text(
        "".join(
            f'[[model]]\nname = "tiny{i}"\nrole = "generator"\nlicence = "MIT"\ncontext_tokens = 10\nmemory_gb = 0.1\n'
            f'description = "Small."\n[[model.files]]\npath = "tiny.gguf"\nbytes = {size}\nsha256 = "{"0" * 64}"\n'
            '[[model.sources]]\nkind = "huggingface"\nrepo = "a/b"\nrevision = "c"\n'
            for i, size in enumerate(sizes)
        )
    )


def test_models_list_has_the_catalogue_of_the_workspace_first(assistant: Command, workspace: Path) -> None:
    make_catalog(workspace, 2_000_000)
    lines = assistant("models", "list").out.splitlines()
    assert lines[1].split()[:5] == ["tiny0", "2", "MB", "0.1", "GB"]
    assert any(line.startswith("qwen2.5-coder-1.5b ") for line in lines)


def test_models_verify_names_what_is_wrong(assistant: Command, workspace: Path) -> None:
    make_catalog(workspace, 4, 4)
    file = workspace / "models" / "tiny0" / "tiny.gguf"
    file.parent.mkdir()
    file.write_bytes(b"GGUF")
    found = assistant("models", "verify", "tiny0")
    assert found.code == 5
    assert "is not the file of the catalogue" in found.out
    assert "assistant models pull tiny0" in found.err
    found = assistant("models", "verify", "tiny1")
    assert (found.code, found.out) == (5, "tiny1: not downloaded\n")


def test_models_that_nobody_downloaded_are_no_fault(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_catalog(workspace, 4)
    monkeypatch.setattr("assistant.models.catalog.REPOSITORY_MODELS", workspace / "models")
    found = assistant("models", "verify")
    assert (found.code, found.out) == (0, "tiny0: not downloaded\n")


def test_models_path(assistant: Command, workspace: Path) -> None:
    file = workspace / "mine.gguf"
    file.write_bytes(b"GGUF and more")
    assert assistant("models", "path", file).out == f"{file}\n"
    file.write_bytes(b"<html>")
    found = assistant("models", "path", file)
    assert found.code == 5
    assert "is not a GGUF model: it begins with b'<htm'" in found.err


def test_models_recommend_names_this_machine(assistant: Command) -> None:
    found = assistant("models", "recommend")
    assert found.code == 0
    assert found.out.startswith("qwen2.5-coder-")
    assert "This computer: " in found.out


def test_models_recommend_tells_what_each_would_need(assistant: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "assistant.models.hardware.detect_hardware", lambda: Hardware(8_000_000_000, 4_500_000_000, cores=2)
    )
    rows = [line.split() for line in assistant("models", "recommend").out.splitlines()]
    told = {row[0]: row for row in rows if row}
    assert told["qwen2.5-coder-1.5b"][-1] != "no"
    assert told["qwen3-8b"][1:9] == ["5,028", "MB", "about", "6.4", "GB", "no", "x", "4.5"]
    assert told["granite-4.0-micro"][3:7] == ["about", "3.3", "GB", "just"]


# The program


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "No such command 'fly'"),
        (["ask"], "Missing argument 'question'"),
        (["ask", "x", "--bogus"], "No such option: --bogus"),
        (["search", "x", "-n", "0"], "Usage: assistant search"),
        (["ask", "x", "--model"], "No such command"),
    ],
)
def test_wrong_use_exits_with_2(assistant: Command, arguments: list[str], said: str) -> None:
    found = assistant(*arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_version(assistant: Command) -> None:
    from assistant import __version__

    assert assistant("--version").out == f"assistant {__version__}\n"


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a program of its own, with this Python."""
    return run_child([sys.executable, *arguments], env={**os.environ, **environment}, capture_output=True, check=True)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from assistant.cli.main import run; run(['--help']); run(['ask', '--help'])\n"
        f"print('LOADED', *sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    assert start("-c", code).stdout.splitlines()[-1] == b"LOADED"


def test_the_list_of_commands_needs_no_models_of_files() -> None:
    """Typer loads pydantic to read the arguments of a command, so it costs only the list of commands."""
    code = "import sys; from assistant.cli.main import run; run(['--help']); print('pydantic' in sys.modules)"
    assert start("-c", code).stdout.splitlines()[-1] == b"False"


@pytest.mark.slow
def test_a_terminal_without_umlauts_gets_their_codes(workspace: Path) -> None:
    shown = start("-m", "assistant", "notes", "list", PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout
    assert rb"animals/\xdcber Katzen.md" in shown


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(workspace: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = run_child(
        [sys.executable, "-m", "assistant", "notes", "list"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (1, b"")
