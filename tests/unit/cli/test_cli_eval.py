"""``assistant eval``: a suite, all of them, the report, and what two reports have to say of each other."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import EntryPoints
from pathlib import Path
from typing import Any

import pytest
from cli_setting import NO, Command

PLAIN = {
    "id": "a1",
    "question": "How does batch inference process inputs?",
    "kind": "plain",
    "gold": [{"note": "inference.md", "quote": "processes many inputs at once"}],
    "facts": ["many inputs|at once"],
}
FAR = {"id": "u1", "question": "Who painted the chapel ceiling?", "kind": "far"}


@pytest.fixture
def questions(workspace: Path) -> Path:
    """Questions over the workspace's notes, where the suite looks for them."""
    folder = workspace / "eval" / "questions"
    folder.mkdir(parents=True)
    (folder / "answerable.jsonl").write_text(json.dumps(PLAIN), encoding="utf-8")
    (folder / "unanswerable.jsonl").write_text(json.dumps(FAR), encoding="utf-8")
    return folder


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def metrics(report: dict[str, Any]) -> dict[str, float]:
    return {metric["name"]: metric["value"] for metric in report["metrics"]}


def test_a_suite_is_asked_and_reported(assistant: Command, questions: Path) -> None:
    result = assistant("eval", "run", "notes", "--json", "now.json")
    assert result.code == 0, result.err
    assert "answered rightly" in result.out
    report = json.loads(Path("now.json").read_text(encoding="utf-8"))
    found = metrics(report)
    assert found["answered rightly"] == found["hit@4"] == found["unanswerable refused"] == 1.0
    assert [row["id"] for row in report["rows"]][:2] == ["a1", "u1"]
    assert not (questions.parent.parent / "index" / "study.sqlite").exists()


def test_only_retrieval_loads_no_model(assistant: Command, questions: Path, generators: list[Any]) -> None:
    result = assistant("eval", "run", "notes", "--retrieval")
    assert result.code == 0, result.err
    assert "hit@4" in result.out
    assert "answered rightly" not in result.out
    assert not generators


def test_all_suites_run_as_far_as_their_data_are_here(assistant: Command, questions: Path) -> None:
    result = assistant("eval", "all", "--retrieval")
    assert result.code == 0, result.err
    assert "squad: left out, --data FOLDER with squad/ is not there." in result.out
    report = json.loads(Path("eval/runs/notes-retrieval.json").read_text(encoding="utf-8"))
    assert metrics(report)["hit@4"] == 1.0


def test_sets_of_others_are_each_searched_and_asked_by_themselves(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.research.strangers.QUESTIONS", workspace)
    words = "processes many inputs at once"
    texts = {name: f"# Inference in {name}\n\n**Batch inference** {words}.\n" for name in ("one", "two")}
    files, asked = [], []
    for name, text in texts.items():
        (workspace / name).mkdir()
        (workspace / name / "note.md").write_text(text, encoding="utf-8")
        start = text.index(words)
        place = {"file": "note.md", "start": start, "end": start + len(words), "sha256": sha256(words.encode())[:16]}
        files.append(
            {"set": name, "file": "note.md", "sha256": sha256(text.encode()), "source": "owner/name@1:note.md"}
        )
        row = {
            "set": name,
            "asks": "definition",
            "question": PLAIN["question"],
            "gold": [place],
            "facts": PLAIN["facts"],
        }
        asked += [
            {"id": f"{name}-1", **row},
            {"id": f"{name}-2", "set": name, "asks": "near", "question": FAR["question"]},
        ]
    for file, rows in (("files.jsonl", files), ("questions.jsonl", asked)):
        (workspace / file).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = assistant("eval", "run", "strangers", "--data", ".", "--json", "now.json")
    assert result.code == 0, result.err
    report = json.loads(Path("now.json").read_text(encoding="utf-8"))
    assert [(row["id"], row["kind"]) for row in report["rows"]] == [
        ("one-1", "one"), ("one-2", "one"), ("two-1", "two"), ("two-2", "two"),
    ]  # fmt: skip
    found = metrics(report)
    for set_ in ("", "one: ", "two: "):
        assert found[f"{set_}hit@1"] == found[f"{set_}answered rightly"] == found[f"{set_}unanswerable refused"] == 1.0
    assert {metric["name"]: metric["n"] for metric in report["metrics"]}["hit@1"] == 2


def test_marked_ideas_are_looked_for_in_the_bank(
    assistant: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "# Locks\n\nA **sluice** is a gate that holds back the water of a canal.\n\nThe keeper was a tall man.\n"
    (workspace / "canals").mkdir()
    (workspace / "canals" / "locks.md").write_text(text, encoding="utf-8")
    words = ("a gate that holds back the water of a canal", "The keeper was a tall man.")
    starts = [text.index(said) for said in words]
    rows = [
        {
            "id": f"canals-{number}",
            "set": "canals",
            "asks": "definition",
            "places": [
                {"file": "locks.md", "start": start, "end": start + len(said), "sha256": sha256(said.encode())[:16]}
            ],
        }
        for number, (start, said) in enumerate(zip(starts, words, strict=True))
    ]
    (workspace / "marks.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setattr("tools.research.ideas.MARKS", workspace / "marks.jsonl")
    result = assistant("eval", "run", "ideas", "--data", ".", "--json", "now.json")
    assert result.code == 0, result.err
    report = json.loads(Path("now.json").read_text(encoding="utf-8"))
    assert [row["asked"] for row in report["rows"]] == [True, False]
    assert metrics(report)["canals: asked about"] == 0.5
    (workspace / "canals" / "locks.md").unlink()
    missing = assistant("eval", "run", "ideas", "--data", ".")
    assert missing.code != 0
    assert "locks.md" in missing.err


def test_two_reports_are_compared_case_by_case(assistant: Command, questions: Path, script: dict[str, Any]) -> None:
    assert assistant("eval", "run", "notes", "--json", "before.json").code == 0
    script["comparisons"] = NO
    assert assistant("eval", "run", "notes", "--json", "after.json").code == 0
    result = assistant("eval", "compare", "before.json", "after.json")
    assert result.code == 0, result.err
    assert "lost: a1" in result.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), "There is no suite 'nothing'"),
        (("squad",), "needs its data"),
        (("strangers",), "needs its data"),
        (("ideas",), "needs its data"),
        (("ideas", "--data", ".", "--maker", "chance"), "no maker 'chance'"),
        (("notes", "--kinds", "typed"), "is of kind typed"),
        (("notes", "--read", "tea"), "nothing 'tea' to read"),
        (("quiz", "--maker", "chance"), "no maker 'chance'"),
        (("rgb", "--data", "nowhere"), "no .jsonl file in nowhere"),
    ],
)
def test_what_cannot_be_run_is_said(assistant: Command, questions: Path, arguments: tuple[str, ...], says: str) -> None:
    result = assistant("eval", "run", *arguments)
    assert result.code != 0
    assert says in result.err


def test_the_suites_are_listed(assistant: Command) -> None:
    result = assistant("eval")
    assert result.code == 0, result.err
    listed = [line.split()[0] for line in result.out.split("\n\n")[0].splitlines()]
    assert listed[:5] == ["notes", "quiz", "mine", "grading", "aif"]
    assert "squad-quiz" in listed
    assert "pip install" not in result.out


def test_without_the_tools_it_is_said_how_they_come(assistant: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.extensions.entry_points", lambda **_: EntryPoints())
    assert "pip install --no-deps -e tools" in assistant("eval").out
    for arguments, says in (
        (("eval", "run", "squad"), "There is no suite 'squad'."),
        (("doctor", "--airgap"), "The run without a network is not installed here."),
    ):
        result = assistant(*arguments)
        assert result.code == 2
        assert says in result.err
        assert "pip install --no-deps -e tools" in result.err
