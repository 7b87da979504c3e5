"""A workspace lives longer than one version of the program, and longer than one place."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from children import run_child

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import ChunkingConfig, Config
from assistant.documents.loading import parse
from assistant.errors import NotesIndexError, StudyDatabaseError
from assistant.index.rows import element_row
from assistant.index.schema import FORMAT, INDEX_WORDS
from assistant.index.store import Store
from assistant.index.words import index_words, words
from assistant.models.llama.kv_cache import StateStore
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done
from assistant.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[2]
FORMATS = REPOSITORY / "tests" / "data" / "formats"
CATS = "# Cats\n\n## Sounds\n\nCats purr at night.\n"
PURR = "Cats purr at night."
NEWER = 99
Open = Callable[[Path], Assistant]


@pytest.fixture
def open_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the assistant of a workspace, with stand-ins for the models."""
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(Models, "_load_engine", lambda _: FakeGenerator(lambda _: PURR, comparisons=(-9, -9, -0.1, -5)))
    opened: list[Assistant] = []

    def open_one(root: Path) -> Assistant:
        opened.append(Assistant(Workspace(root), Config(chunking=ChunkingConfig(20, 60))))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "work" / "notes").mkdir(parents=True)
    (tmp_path / "work" / "notes" / "cats.md").write_text(CATS, encoding="utf-8")
    return tmp_path / "work"


def script(name: str) -> str:
    return (FORMATS / f"{name}.sql").read_text(encoding="utf-8")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# The student's progress


def old_study(file: Path, number: int) -> None:
    """Writes ``study.db`` as the program of this format left it, with what it had tables for."""
    with closing(sqlite3.connect(file)) as db:
        db.executescript(script(f"study-{number}"))
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = [line for line in script("study-rows").splitlines() if line.startswith("INSERT")]
        db.executescript("\n".join(row for row in rows if row.split('"')[1] in tables))


def contents(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_progress_of_every_earlier_format_is_carried_over(root: Path, open_at: Open, number: int) -> None:
    file = root / "study.db"
    old_study(file, number)
    before = contents(file)
    assistant = open_at(root)
    deck = assistant.cards
    assert [card.front for card in deck.cards()] == ["What is overfitting?", "Capital of France"]
    assert len(deck.store.reviews()) == 2
    assert len(assistant.quiz.room.bank.items()) == 2
    assert len(assistant.study.gaps.gaps()) == (1 if number >= 3 else 0)
    after = contents(file)
    assert {name: rows for name, rows in after.items() if name in before} == before
    assert assistant.study.database.format == len(MIGRATIONS)
    copy = root / f"study.db.format-{number}"
    assert copy.is_file() == (number < len(MIGRATIONS))
    if copy.is_file():
        assert contents(copy) == before


def test_a_file_of_the_first_days_without_tables_gets_them(root: Path) -> None:
    with closing(sqlite3.connect(root / "study.db")) as db:
        db.execute("PRAGMA user_version = 1")
    opened = StudyDatabase(root / "study.db", MIGRATIONS)
    assert opened.format == len(MIGRATIONS)
    assert opened.rows("SELECT * FROM cards") == []
    opened.close()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_released_script_was_not_changed(tmp_path: Path, number: int) -> None:
    def tables(*scripts: str) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(":memory:")) as db:
            for one in scripts:
                db.executescript(one)
            return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    assert tables(script(f"study-{number}")) == tables(*MIGRATIONS[:number])


def test_progress_of_a_newer_version_is_refused_and_not_touched(root: Path, open_at: Open) -> None:
    file = root / "study.db"
    old_study(file, 3)
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {NEWER}")
    before = digest(file)
    with pytest.raises(StudyDatabaseError, match=f"newer version of the assistant \\(format {NEWER}") as caught:
        _ = open_at(root).study.deck
    assert caught.value.hint == "Update the assistant; nothing was changed."
    assert digest(file) == before


# The index

KILLED = """
import os, signal, sys
from pathlib import Path
from assistant.index import opening
from assistant.index.store import Store

read, left = opening.parse, [int(sys.argv[2])]

def parse(*arguments):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(*arguments)

opening.parse = parse
Store(Path(sys.argv[1]))
"""


def old_index(root: Path, number: int, fingerprint: str) -> None:
    """Writes ``index.db`` as the program of this format left it: one note in one passage."""
    file = root / "notes" / "cats.md"
    state = file.stat()
    text, start = file.read_text(encoding="utf-8"), CATS.index(PURR)
    path, context = "Cats\x1fSounds", "Cats > Sounds"
    from assistant.index.rows import text_key

    (root / "index").mkdir(exist_ok=True)
    with closing(sqlite3.connect(root / "index" / "index.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.create_function(INDEX_WORDS, 1, index_words)
        db.executescript(script(f"index-{number}"))
        meta = {"identity": "0" * 32, "generation": "1", "fingerprint": fingerprint}
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        note = (1, "cats.md", "markdown", "Cats", text, "[]", digest(file), state.st_size, state.st_mtime_ns)
        db.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", note)
        db.execute("INSERT INTO blocks VALUES (1, 0, 0, ?, ?, '')", (len(text.rstrip()), path))
        vector = FakeEmbedder().embed_chunks([f"{context}\n{PURR}"])[0].astype(np.float32).tobytes()
        key = text_key(f"{context}\n{PURR}")
        chunk = (1, 1, 0, start, start + len(PURR), path, "", context, PURR, None, key, vector)
        columns = 'id, note_id, block, start, "end", heading_path, parents, context, text, page, text_key, vector'
        db.execute(f"INSERT INTO chunks ({columns}) VALUES ({', '.join('?' * len(chunk))})", chunk)
        if number >= 3:
            rows = [element_row(1, n, element) for n, element in enumerate(parse("cats.md", text).elements)]
            db.executemany("INSERT INTO elements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute("INSERT INTO vocabulary (word, notes) VALUES "
                   "('at', 1), ('cats', 1), ('purr', 1), ('night', 1), ('sounds', 1)")  # fmt: skip


@pytest.mark.parametrize("number", range(1, FORMAT))
def test_an_index_of_an_earlier_format_is_carried_over(root: Path, open_at: Open, number: int) -> None:
    assistant = open_at(root)
    old_index(root, number, assistant.index.fingerprint())
    file = root / "index" / "index.db"
    before = contents(file)
    assert assistant.index.search("Do cats purr?").hits[0].chunk.text == PURR
    assert assistant.notes.read("cats.md") == parse("cats.md", CATS)
    assert assistant.notes.read("cats.md").elements == parse("cats.md", CATS).elements
    after = contents(file)
    assert [row[:12] for row in after["chunks"]] == [row[:12] for row in before["chunks"]]
    assert {name: after[name] for name in ("notes", "blocks", "vocabulary")} == {
        name: before[name] for name in ("notes", "blocks", "vocabulary")
    }
    report = assistant.index.build()
    assert (report.unchanged, report.embedded) == (1, 0)


def test_words_without_blanks_are_found_in_an_index_of_an_earlier_format(root: Path, open_at: Open) -> None:
    assistant = open_at(root)
    old_index(root, 3, assistant.index.fingerprint())
    with closing(sqlite3.connect(root / "index" / "index.db")) as db, db:
        db.execute("UPDATE notes SET text = replace(text, 'purr', '猫咪在夜里打呼噜')")
        db.execute("DELETE FROM chunks")
        values = "1, 0, 0, 9, 'Cats', '', '', '猫咪在夜里打呼噜', NULL, x'00', zeroblob(1536)"
        db.execute(f"INSERT INTO chunks (note_id, block, start, \"end\", heading_path, parents, context, text, page,"
                   f" text_key, vector) VALUES ({values})")  # fmt: skip
    with closing(sqlite3.connect(root / "index" / "index.db")) as db:
        assert db.execute("SELECT count(*) FROM words WHERE words MATCH '\"打呼\"'").fetchone() == (0,)
    with closing(Store(root / "index")) as store:
        assert [store.count_matches(f'"{word}"') for word in words("打呼噜")] == [1, 1]
        store.remove("cats.md")
        assert store.count_matches('"打呼"') == 0


def test_a_note_that_is_cut_in_other_places_now_is_read_again_and_keeps_its_vectors(root: Path, open_at: Open) -> None:
    file = root / "notes" / "cats.md"
    file.write_text(CATS + "\n<!-- a hint -->\n", encoding="utf-8")
    assistant = open_at(root)
    old_index(root, 2, assistant.index.fingerprint())
    assert assistant.index.search("Do cats purr?").hits[0].chunk.text == PURR
    report = assistant.index.build()
    assert (report.changed, report.embedded) == (("cats.md",), 0)
    assert [chunk.text for chunk in assistant.notes.passages("cats.md")] == [PURR]


@pytest.mark.parametrize("killed_at", [1, 3])
def test_a_kill_while_an_index_is_carried_over_loses_nothing(root: Path, open_at: Open, killed_at: int) -> None:
    assistant = open_at(root)
    old_index(root, 2, assistant.index.fingerprint())
    file = root / "index" / "index.db"
    with closing(sqlite3.connect(file)) as db, db:
        for number in (2, 3):
            db.execute(f"INSERT INTO notes SELECT {number}, '{number}.md', kind, title, text, page_starts, file_sha256,"
                       " size_bytes, mtime_ns FROM notes WHERE id = 1")  # fmt: skip
    before = contents(file)
    done = run_child([sys.executable, "-c", KILLED, str(root / "index"), str(killed_at)], cwd=REPOSITORY)
    assert done.returncode == -signal.SIGKILL
    assert contents(file) == before
    assert assistant.index.search("Do cats purr?").hits[0].chunk.text == PURR
    assert [row[:12] for row in contents(file)["chunks"]] == before["chunks"]


def test_an_index_of_this_format_is_used_as_it_is(root: Path, open_at: Open) -> None:
    assistant = open_at(root)
    old_index(root, FORMAT, assistant.index.fingerprint())
    assert assistant.index.search("Do cats purr?").hits[0].chunk.text == PURR
    report = assistant.index.build()
    assert (report.unchanged, report.embedded) == (1, 0)


def test_an_index_of_a_newer_version_is_refused_and_not_touched(root: Path, open_at: Open) -> None:
    assistant = open_at(root)
    old_index(root, FORMAT, assistant.index.fingerprint())
    file = root / "index" / "index.db"
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {NEWER}")
    before = digest(file)
    for use in (assistant.index.build, lambda: assistant.index.search("Do cats purr?")):
        with pytest.raises(
            NotesIndexError, match=f"newer version of the assistant \\(format {NEWER}; this version knows {FORMAT}"
        ):
            use()
    status = assistant.index.status()
    assert "Update the assistant" in status.fault
    assert [note.state for note in assistant.notes.all()] == ["waiting"]
    assert digest(file) == before


def test_a_kept_state_of_another_format_is_computed_again(tmp_path: Path) -> None:
    store = StateStore(tmp_path, 10_000)
    (tmp_path / "key.kv").write_bytes(b"assistant-kv-0\n" + b"x" * 100)
    assert store.load("key") is None
    store.save("key", np.arange(64, dtype=np.uint8))
    assert np.array_equal(store.load("key"), np.arange(64, dtype=np.uint8))  # type: ignore[arg-type]


# Another place


def learned(open_at: Open, root: Path) -> None:
    """Builds the index of a workspace and some progress in it, and closes it."""
    old_study(root / "study.db", 3)
    assistant = open_at(root)
    assistant.index.build()
    assert len(assistant.cards.cards()) == 2
    assistant.close()


@pytest.mark.parametrize("how", ["moved", "copied", "unpacked"])
def test_a_workspace_works_in_another_place(root: Path, tmp_path: Path, open_at: Open, how: str) -> None:
    learned(open_at, root)
    there = tmp_path / "another disk" / "Ünterlagen"
    there.parent.mkdir()
    if how == "moved":
        root.rename(there)
    else:
        shutil.copytree(root, there, copy_function=shutil.copy2 if how == "copied" else shutil.copyfile)
        shutil.rmtree(root)
    assistant = open_at(there)
    last = list(assistant.answers.ask("Do cats purr at night?"))[-1]
    assert isinstance(last, Done)
    assert [citation.quote for citation in last.answer.numbered_citations()] == [PURR]
    report = assistant.index.build()
    assert (report.added, report.changed, report.embedded) == ((), (), 0), "nothing is computed again"
    assert len(assistant.cards.cards()) == 2
    assert not root.exists(), "nothing looks for the old place"


UNBOUND = 77
AS_SOMEBODY_BOUND = f"""
import ctypes, os, sys
if os.geteuid() == 0:  # permissions bind root only without these capabilities: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None or any(prctl(24, capability, 0, 0, 0) for capability in (1, 2)):
        sys.exit({UNBOUND})
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""

READ_ONLY_USE = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from assistant.config import ChunkingConfig, Config
from assistant.errors import AssistantError
from assistant.cards.card import CardDraft
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done
from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.workspace import Workspace

Models._open_embedder = lambda _: FakeEmbedder()
Models._load_engine = lambda _: FakeGenerator(lambda _: "Cats purr at night.", comparisons=(-9, -9, -0.1, -5))
assistant = Assistant(Workspace(Path(sys.argv[1])), Config(chunking=ChunkingConfig(20, 60)))
done = list(assistant.answers.ask("Do cats purr at night?"))[-1]
assert isinstance(done, Done)
print([c.quote for c in done.answer.numbered_citations()], assistant.index.status().state)
print(len(assistant.cards.cards()), len(assistant.quiz.room.bank.items()))
try:
    assistant.cards.add(CardDraft("New", "card"), datetime.now(UTC))
except AssistantError as error:
    print(error.message.replace(sys.argv[1], "HERE"), error.hint)
assistant.close()
"""


@pytest.fixture
def protected(open_at: Open) -> Iterator[Path]:
    """A workspace that whoever reads it cannot write to."""
    with tempfile.TemporaryDirectory(prefix="read-only-") as folder:
        root = Path(folder) / "work"
        (root / "notes").mkdir(parents=True)
        (root / "notes" / "cats.md").write_text(CATS, encoding="utf-8")
        learned(open_at, root)
        everything = [Path(folder), root, *root.rglob("*")]
        for place in everything:
            place.chmod(0o555 if place.is_dir() else 0o444)
        yield root
        for place in everything:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_a_workspace_on_a_read_only_medium_answers_and_says_what_it_cannot_do(protected: Path) -> None:
    before = {place: place.stat().st_mtime_ns for place in protected.rglob("*")}
    command = [sys.executable, "-c", AS_SOMEBODY_BOUND, READ_ONLY_USE, str(protected)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = run_child(command, capture_output=True, text=True, env=environment, cwd="/")
    if done.returncode == UNBOUND:
        pytest.skip("permissions do not bind this user")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "['Cats purr at night.'] ready",
        "2 2",
        "HERE/study.db is read-only here, so this is not saved."
        " Copy the workspace to a disk that can be written to, and open it there.",
    ]
    assert {place: place.stat().st_mtime_ns for place in protected.rglob("*")} == before
