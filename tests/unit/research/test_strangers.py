"""The strangers suite: files are checked, places are found again, and each set is searched and asked by itself."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime

import pytest

from assistant.config import NotesConfig
from assistant.errors import UsageError
from assistant.evaluation.suites import SuiteOptions
from tools.research.strangers import QUESTIONS, load_strangers

TEXTS = {
    ("birds", "owls.md"): "# Owls\n\nOwls hunt at night. They hear a mouse below the snow.\n",
    ("birds", "rooks.md"): "# Rooks\n\nRooks live in colonies.\n",
    ("tools", "saws.md"): "# Saws\n\nA rip saw cuts along the grain.\n",
}
ASKED = [
    ("birds-1", "birds", "owls.md", "Owls hunt at night."),
    ("birds-2", "birds", "rooks.md", "Rooks live in colonies."),
    ("birds-3", "birds", "", ""),
    ("tools-1", "tools", "saws.md", "A rip saw cuts along the grain."),
    ("tools-2", "tools", "", ""),
]


def options(**given):
    return SuiteOptions(now=datetime(2026, 1, 1, tzinfo=UTC), cancel=threading.Event(), **given)


def checksum(text):
    return hashlib.sha256(text.encode()).hexdigest()


def question(id_, name, file, words):
    row = {"id": id_, "set": name, "asks": "near", "question": f"What of {id_}?"}
    if not words:
        return row
    start = TEXTS[name, file].index(words)
    place = {"file": file, "start": start, "end": start + len(words), "sha256": checksum(words)[:16]}
    return row | {"asks": "definition", "gold": [place], "facts": ["a fact"]}


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    files = []
    for (name, file), text in TEXTS.items():
        path = tmp_path / name / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        files.append({"set": name, "file": file, "sha256": checksum(text), "source": f"owner/{name}@1:{file}"})
    write_lines(tmp_path / "files.jsonl", files)
    write_lines(tmp_path / "questions.jsonl", [question(*one) for one in ASKED])
    return tmp_path


def load(folder, **given):
    return load_strangers(folder, folder, options(**given), NotesConfig())


def test_each_set_has_its_own_notes_and_questions(folder):
    birds, tools = load(folder)
    assert [note.path for note in birds.notes] == ["owls.md", "rooks.md"]
    assert [note.path for note in tools.notes] == ["saws.md"]
    assert [case.id for case in birds.cases] == ["birds-1", "birds-2", "birds-3"]
    assert [case.answerable for case in tools.cases] == [True, False]
    words = [TEXTS["birds", note][start:end] for case in birds.cases for note, start, end in case.gold]
    assert words == ["Owls hunt at night.", "Rooks live in colonies."]


def test_a_sample_has_its_share_of_every_set_and_sets_can_be_named(folder):
    assert [(one.name, len(one.cases)) for one in load(folder, limit=4)] == [("birds", 2), ("tools", 2)]
    (folder / "birds" / "owls.md").unlink()  # what is not asked about need not be there
    assert [one.name for one in load(folder, kinds=("tools",))] == ["tools"]


def test_files_that_are_missing_or_others_are_named(folder):
    (folder / "birds" / "owls.md").unlink()
    (folder / "tools" / "saws.md").write_text("A rip saw.", encoding="utf-8")
    with pytest.raises(UsageError, match=r"birds/owls\.md is missing, tools/saws\.md is another one"):
        load(folder)


def moved(folder, by):
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        for place in row.get("gold", ()):
            place["start"] += by
            place["end"] += by
    return rows


def test_words_that_moved_are_found_at_their_new_place(folder):
    before = load(folder)
    write_lines(folder / "questions.jsonl", moved(folder, 3))
    assert load(folder) == before


def test_words_that_are_no_longer_there_are_said(folder):
    rows = moved(folder, 0)
    rows[0]["gold"][0]["sha256"] = checksum("Owls hunt at noon.")[:16]
    write_lines(folder / "questions.jsonl", rows)
    with pytest.raises(UsageError, match=r"no longer read in owls\.md"):
        load(folder)


def test_the_questions_are_twenty_of_each_of_six_sets_four_of_them_not_answered():
    rows = [json.loads(line) for line in (QUESTIONS / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    files = [json.loads(line) for line in (QUESTIONS / "files.jsonl").read_text(encoding="utf-8").splitlines()]
    there = {(one["set"], one["file"]) for one in files}
    assert len({row["id"] for row in rows}) == len(rows) == 120
    assert len({name for name, _ in there}) == 6
    for name in {name for name, _ in there}:
        near = [row for row in rows if row["set"] == name and row["asks"] == "near"]
        answered = [row for row in rows if row["set"] == name and row["asks"] != "near"]
        assert (len(answered), len(near)) == (16, 4)
        assert not any("gold" in row for row in near)
        assert all(
            row["gold"] and row["facts"] and all(fact == fact.lower() for fact in row["facts"]) for row in answered
        )
        assert all((name, place["file"]) in there for row in answered for place in row["gold"])
