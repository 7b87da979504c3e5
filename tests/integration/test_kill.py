"""kill -9 at any moment of a build leaves each note as it was or as it is now, and a usable index."""

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from assistant.config import ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.errors import IndexMissing
from assistant.index.build import Builder, fingerprint
from assistant.index.search import Retriever
from assistant.index.store import Store
from assistant.testing import FakeEmbedder

KILLS = 50
NOTES = 24
CHUNKING = ChunkingConfig(20, 60)
BUILD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from assistant.config import ChunkingConfig, NotesConfig
    from assistant.index import build
    from assistant.testing import FakeEmbedder

    build._BATCH_CHUNKS = 8  # many transactions, so that kills fall between and within them
    root = Path(sys.argv[1])
    builder = build.Builder(root / "notes", root / "index", FakeEmbedder(), ChunkingConfig(20, 60), NotesConfig())
    print("ready", flush=True)
    while True:  # edits go on, so that there is always something to write
        builder.build()
        for n, file in enumerate(sorted((root / "notes").iterdir())):
            old = file.read_text()
            version = int(old.split()[1])
            temporary = root / "note.tmp"
            temporary.write_text(old.replace(f"version {version}", f"version {version + 1}"))
            temporary.replace(file)
    """
)


def note(number: int) -> str:
    body = "\n\n".join(f"Paragraph {p} of note{number} in version 1 " + f"word{number}x{p} " * 12 for p in range(6))
    return f"version 1 of note{number}\n\n{body}\n"


def check(root: Path) -> None:
    """Every stored note is whole: one version, with passages, vectors and words that belong to each other."""
    embedder = FakeEmbedder()
    store = Store(root / "index")
    for stored in store.notes():
        text = store.note(stored.path).text
        version = text.split()[1]
        assert text.count(f"version {version}") == 7, "a note is of two versions"
        assert stored.passages > 0
    ids = store.chunk_ids()
    chunks = store.chunks([int(i) for i in ids[:500]])
    vectors = store.vectors(ids, embedder.dimension)
    for row, id_ in enumerate(ids):
        chunk = chunks[int(id_)]
        assert store.note(chunk.note).text[chunk.start : chunk.end] == chunk.text
        assert abs(float(vectors[row] @ embedder.embed_query(chunk.embedding_text)) - 1) < 1e-4
    store._db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
    store._db.execute("INSERT INTO vocabulary_trigrams(vocabulary_trigrams, rank) VALUES ('integrity-check', 1)")
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_kill_at_random_points(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for number in range(NOTES):
        (tmp_path / "notes" / f"n{number:02}.md").write_text(note(number), encoding="utf-8")
    choose = random.Random(20)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD, str(tmp_path)], stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=choose.uniform(0.0, 0.4))
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        try:
            check(tmp_path)
        except IndexMissing:
            continue  # killed before the first note was stored
    report = Builder(tmp_path / "notes", tmp_path / "index", FakeEmbedder(), CHUNKING, NotesConfig()).build()
    assert report.unchanged + len(report.added) + len(report.changed) == NOTES
    check(tmp_path)
    retriever = Retriever(
        tmp_path / "index", FakeEmbedder(), RetrievalConfig(), fingerprint(CHUNKING, FakeEmbedder().name)
    )
    assert retriever.search("word7x3").hits[0].chunk.note == "n07.md"
    retriever.close()
    leftovers = {p.name.split("-")[0] for p in (tmp_path / "index").iterdir() if p.name.endswith(".tmp")}
    assert leftovers == set(), "a killed build leaves no temporary file behind after the next one"
