"""A build that is killed: each note is as it was or as it is now, and the index is usable."""

from __future__ import annotations

import textwrap
from pathlib import Path

from fault_kills import Scenario

from assistant.config import ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.errors import IndexMissing
from assistant.index.build import Builder, fingerprint
from assistant.index.retriever import Retriever
from assistant.index.store import Store
from assistant.index.vectors import load_vectors
from assistant.testing import FakeEmbedder

NOTES = 24
CHUNKING = ChunkingConfig(20, 60)
SCRIPT = textwrap.dedent(
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
        report = builder.build()
        print("built", len(report.added) + len(report.changed), flush=True)
        for n, file in enumerate(sorted((root / "notes").glob("*.md"))):
            old = file.read_text()
            version = int(old.split()[1])
            temporary = root / "note.tmp"
            temporary.write_text(old.replace(f"version {version}", f"version {version + 1}"))
            temporary.replace(file)
    """
)


def _prepare(root: Path) -> tuple[str, ...]:
    (root / "notes").mkdir()
    for number in range(NOTES):
        (root / "notes" / f"n{number:02}.md").write_text(_note(number), encoding="utf-8")
    return ()


def _note(number: int) -> str:
    body = "\n\n".join(f"Paragraph {p} of note{number} in version 1 " + f"word{number}x{p} " * 12 for p in range(6))
    return f"version 1 of note{number}\n\n{body}\n"


def _check(root: Path, acknowledged: list[list[str]]) -> None:
    """Every stored note is whole: one version, with passages, vectors and words that belong to each other."""
    embedder = FakeEmbedder()
    try:
        store = Store(root / "index")
    except IndexMissing:
        assert not acknowledged, "a build was finished, and there is no index"
        return  # killed before the first note was stored
    try:
        notes = store.notes()
        assert not acknowledged or len(notes) == NOTES, "a note of a finished build is gone"
        for stored in notes:
            text = store.note(stored.path).text
            assert text.count(f"version {text.split()[1]}") == 7, "a note is of two versions"
            assert stored.passages > 0
        _check_rows(store, embedder)
        for table in ("words", "vocabulary_trigrams"):
            store._db.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")
        assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert sorted(load_vectors(root / "index", store, embedder.dimension).ids()) == sorted(store.chunk_ids())
    finally:
        store.close()


def _check_rows(store: Store, embedder: FakeEmbedder) -> None:
    ids = store.chunk_ids()
    chunks, vectors = store.chunks([int(i) for i in ids[:500]]), store.vectors(ids, embedder.dimension)
    for row, id_ in enumerate(ids[:500]):
        chunk = chunks[int(id_)]
        assert store.note(chunk.note).text[chunk.start : chunk.end] == chunk.text
        assert abs(float(vectors[row] @ embedder.embed_query(chunk.embedding_text)) - 1) < 1e-4


def _finish(root: Path) -> None:
    report = Builder(root / "notes", root / "index", FakeEmbedder(), CHUNKING, NotesConfig()).build()
    assert report.unchanged + len(report.added) + len(report.changed) == NOTES
    _check(root, [["built"]])
    retriever = Retriever(root / "index", FakeEmbedder(), RetrievalConfig, fingerprint(CHUNKING, FakeEmbedder().name))
    assert retriever.search("word7x3").hits[0].chunk.note == "n07.md"
    retriever.close()
    assert [p.name for p in (root / "index").glob("*.tmp")] == [], "a killed build left a temporary file behind"


INDEX = Scenario("index", SCRIPT, 0.4, _prepare, _check, _finish)
