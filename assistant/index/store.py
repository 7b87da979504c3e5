"""``index.db``: notes, passages, vectors and words in one SQLite file, one transaction per note."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import IndexMissing, NoteNotFound, NotesIndexError
from assistant.index.opening import open_database
from assistant.index.rows import join_path, scope_filter, split_path, text_key, wrapped
from assistant.index.words import words
from assistant.types import Block, Chunk, Note, Scope, SkippedFile

DATABASE = "index.db"


@dataclass(frozen=True, slots=True)
class FileState:
    """What the file of a note looked like when it was indexed."""

    size_bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A line of the notes table without the text."""

    path: str
    kind: str
    title: str
    passages: int
    file: FileState


@dataclass(frozen=True, slots=True)
class Entry:
    """A note that is cut and ready to be stored."""

    note: Note
    file: FileState
    blocks: tuple[Block, ...]
    chunks: tuple[Chunk, ...]

    @property
    def text_keys(self) -> list[bytes]:
        """One hash per passage of what is embedded; equal texts have equal keys."""
        return [text_key(c.embedding_text) for c in self.chunks]


class Store:
    """The index's database. One object may be used from several threads; its calls take turns.

    Readers see the state before or after a transaction, never within (SQLite's write-ahead log).

    Args:
        folder: The index folder.
        create: Make the file if it is missing, and replace one of an older format.

    Raises:
        IndexMissing: There is no index and ``create`` is false.
        NotesIndexError: A newer version of the program wrote it.
        IndexWriteFailed: The folder cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder / DATABASE
        self._lock = threading.RLock()
        if not create and not self.path.is_file():
            raise IndexMissing("The notes are not indexed yet.", hint="assistant index build")
        with wrapped(self.path):
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            self._db = open_database(self.path, create=create)
        self.identity = self.meta("identity")

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        with self._lock:
            self._db.close()

    # -- meta --------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str:
        """Returns the value stored under ``key``, or an empty string."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return str(row[0]) if row else ""

    def generation(self) -> int:
        """Returns a number that grows with every change of the notes or passages."""
        return int(self.meta("generation") or 0)

    # -- writing -----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One change: all of it or, after an exception or a kill, nothing. Counts the generation up."""
        with self._lock, wrapped(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def set_meta(self, key: str, value: str) -> None:
        """Stores a value under ``key``, in place of the one before."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def begin_fingerprint(self, fingerprint: str) -> bool:
        """Empties the index if it was built with other settings than ``fingerprint``. Returns whether it did."""
        if self.meta("fingerprint") == fingerprint:
            return False
        with self._transaction() as db:
            for table in ("notes", "skipped", "vocabulary"):
                db.execute(f"DELETE FROM {table}")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('fingerprint', ?)", (fingerprint,))
        return True

    def put(self, entry: Entry, vectors: NDArray[np.float32]) -> None:
        """Stores a note with its blocks and passages in place of what was there for its path, in one transaction.

        Args:
            entry: The note, cut.
            vectors: One row per passage of ``entry``, shape (n, d), norm 1.
        """
        note, file, chunks = entry.note, entry.file, entry.chunks
        with self._transaction() as db:
            _delete_note(db, note.path)
            note_id = db.execute(
                "INSERT INTO notes (path, kind, title, text, page_starts, file_sha256, size_bytes, mtime_ns)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (note.path, note.kind, note.title, note.text, json.dumps(note.page_starts), file.sha256,
                 file.size_bytes, file.mtime_ns),
            ).lastrowid  # fmt: skip
            db.executemany(
                "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (note_id, b.ordinal, b.start, b.end, join_path(b.heading_path), join_path(b.parents))
                    for b in entry.blocks
                ],
            )
            db.executemany(
                'INSERT INTO chunks (note_id, block, start, "end", heading_path, parents, context, text, page,'
                " text_key, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (note_id, c.block, c.start, c.end, join_path(c.heading_path), join_path(c.parents), c.context,
                     c.text, c.page, key, vector.tobytes())
                    for c, key, vector in zip(chunks, entry.text_keys, vectors, strict=True)
                ],
            )  # fmt: skip
            _count_words(db, _note_words(chunks), +1)
            db.execute("DELETE FROM skipped WHERE path = ?", (note.path,))

    def remove(self, path: str) -> None:
        """Removes a note, or the mark that it was skipped."""
        with self._transaction() as db:
            _delete_note(db, path)
            db.execute("DELETE FROM skipped WHERE path = ?", (path,))

    def rename(self, old: str, new: str, file: FileState) -> None:
        """Gives a note another path and keeps its passages and vectors."""
        with self._transaction() as db:
            db.execute("UPDATE notes SET path = ? WHERE path = ?", (new, old))
            _touch(db, new, file)

    def touch(self, path: str, file: FileState) -> None:
        """Records that the file's times changed and its content did not."""
        with self._transaction() as db:
            _touch(db, path, file)

    def skip(self, skipped: SkippedFile, file: FileState) -> None:
        """Records that a file cannot be read, so that it is tried again only when it changes."""
        with self._transaction() as db:
            _delete_note(db, skipped.path)
            db.execute(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)",
                (skipped.path, skipped.reason, file.size_bytes, file.mtime_ns),
            )

    # -- reading: notes ----------------------------------------------------------------------------------------

    def notes(self) -> list[StoredNote]:
        """Returns all notes in order of their paths."""
        rows = self._all(
            "SELECT path, kind, title, (SELECT count(*) FROM chunks WHERE note_id = notes.id), size_bytes, mtime_ns,"
            " file_sha256 FROM notes ORDER BY path"
        )
        return [StoredNote(r[0], r[1], r[2], r[3], FileState(r[4], r[5], r[6])) for r in rows]

    def skipped(self) -> dict[str, tuple[SkippedFile, FileState]]:
        """Returns the files that could not be read, by path."""
        rows = self._all("SELECT path, reason, size_bytes, mtime_ns FROM skipped ORDER BY path")
        return {r[0]: (SkippedFile(r[0], r[1]), FileState(r[2], r[3], "")) for r in rows}

    def note(self, path: str) -> Note:
        """Returns a note as it was indexed.

        Raises:
            NoteNotFound: It is not in the index.
        """
        row = self._one("SELECT path, text, kind, title, page_starts FROM notes WHERE path = ?", (path,))
        if row is None:
            raise NoteNotFound(f"There is no note {path!r} in the index.", hint="assistant notes list")
        return Note(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])))

    def blocks(self, wanted: Iterable[tuple[str, int]]) -> list[Block]:
        """Returns the blocks ``(note path, ordinal)`` in the order asked for."""
        found = []
        for path, ordinal in wanted:
            row = self._one(
                'SELECT b.start, b."end", b.heading_path, b.parents, substr(n.text, b.start + 1, b."end" - b.start)'
                " FROM blocks b JOIN notes n ON n.id = b.note_id WHERE n.path = ? AND b.ordinal = ?",
                (path, ordinal),
            )
            if row is not None:
                found.append(Block(path, split_path(row[2]), split_path(row[3]), row[0], row[1], row[4], ordinal))
        return found

    def block_keys(self, scope: Scope) -> list[tuple[str, int]]:
        """Returns ``(note path, ordinal)`` of every block in ``scope``, in reading order."""
        where, values = scope_filter(scope, "b")
        return self._all(
            f"SELECT n.path, b.ordinal FROM blocks b JOIN notes n ON n.id = b.note_id WHERE {where}"
            " ORDER BY n.path, b.ordinal",
            values,
        )

    # -- reading: passages -------------------------------------------------------------------------------------

    def count_chunks(self) -> int:
        """Returns the number of passages."""
        row = self._one("SELECT count(*) FROM chunks")
        return int(row[0]) if row else 0

    def chunk_ids(self, scope: Scope = Scope()) -> NDArray[np.int64]:  # noqa: B008  (frozen)
        """Returns the ids of the passages in ``scope``, ascending, shape (n,)."""
        if scope == Scope():
            rows = self._all("SELECT id FROM chunks ORDER BY id")
        else:
            where, values = scope_filter(scope, "c")
            rows = self._all(
                f"SELECT c.id FROM chunks c JOIN notes n ON n.id = c.note_id WHERE {where} ORDER BY c.id",
                values,
            )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def chunks(self, ids: Sequence[int]) -> dict[int, Chunk]:
        """Returns the passages with these ids; one that is gone is absent from the result."""
        marks = ",".join("?" * len(ids))
        rows = self._all(
            'SELECT c.id, n.path, c.heading_path, c.parents, c.context, c.start, c."end", c.text, c.block, c.page'
            f" FROM chunks c JOIN notes n ON n.id = c.note_id WHERE c.id IN ({marks})",
            tuple(int(i) for i in ids),
        )
        return {r[0]: Chunk(r[1], split_path(r[2]), split_path(r[3]), *r[4:]) for r in rows}

    def vectors(self, ids: Sequence[int] | NDArray[np.int64], dimension: int) -> NDArray[np.float32]:
        """Returns the vectors with these ids in their order, shape (len(ids), dimension).

        Raises:
            NotesIndexError: An id is not there, or a vector has another dimension.
        """
        out = np.empty((len(ids), dimension), dtype=np.float32)
        place = {int(id_): row for row, id_ in enumerate(ids)}
        found = 0
        with self._lock, wrapped(self.path):
            for low in range(0, len(ids), 500):
                part = [int(i) for i in ids[low : low + 500]]
                marks = ",".join("?" * len(part))
                for id_, blob in self._db.execute(f"SELECT id, vector FROM chunks WHERE id IN ({marks})", part):
                    if len(blob) != 4 * dimension:
                        raise NotesIndexError(
                            f"Passage {id_} has a vector of {len(blob) // 4} numbers, not {dimension}.",
                            hint="assistant index build --force",
                        )
                    out[place[id_]] = np.frombuffer(blob, dtype=np.float32)
                    found += 1
        if found != len(ids):
            raise NotesIndexError("The index changed while it was read.", hint="Ask again.")
        return out

    def known_vectors(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Returns the vectors that are stored for texts with these keys; an unknown key is absent."""
        known: dict[bytes, NDArray[np.float32]] = {}
        for key in keys:
            row = self._one("SELECT vector FROM chunks WHERE text_key = ? LIMIT 1", (key,))
            if row is not None:
                known[key] = np.frombuffer(row[0], dtype=np.float32)
        return known

    # -- reading: words ----------------------------------------------------------------------------------------

    def match_words(self, expression: str, limit: int) -> list[tuple[int, float]]:
        """Returns ``(id, BM25)`` of the best passages for an FTS5 expression, best first.

        The words of the headings above a passage count like its own.
        """
        rows = self._all(
            "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (expression, limit)
        )
        return [(int(id_), float(score)) for id_, score in rows]

    def count_matches(self, expression: str) -> int:
        """Returns how many passages match an FTS5 expression."""
        row = self._one("SELECT count(*) FROM words WHERE words MATCH ?", (expression,))
        return int(row[0]) if row else 0

    def similar_words(self, word: str, limit: int) -> list[tuple[str, int]]:
        """Returns ``(word, notes it stands in)`` for words that share most three-letter pieces with ``word``."""
        pieces = {word[i : i + 3] for i in range(len(word) - 2)}
        if not pieces:
            return []
        expression = " OR ".join(f'"{piece}"' for piece in sorted(pieces))
        return self._all(
            "SELECT v.word, v.notes FROM vocabulary_trigrams t JOIN vocabulary v ON v.id = t.rowid"
            " WHERE vocabulary_trigrams MATCH ? ORDER BY bm25(vocabulary_trigrams) LIMIT ?",
            (expression, limit),
        )

    def _one(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        with self._lock, wrapped(self.path):
            return self._db.execute(sql, _sound(values)).fetchone()

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        with self._lock, wrapped(self.path):
            return self._db.execute(sql, _sound(values)).fetchall()


def _sound(values: tuple[object, ...]) -> tuple[object, ...]:
    """Returns the values with ``?`` for halves of characters, which no text of the index has and SQLite refuses."""
    return tuple(v.encode("utf-8", "replace").decode("utf-8") if isinstance(v, str) else v for v in values)


def _delete_note(db: sqlite3.Connection, path: str) -> None:
    row = db.execute("SELECT id FROM notes WHERE path = ?", (path,)).fetchone()
    if row is None:
        return
    texts = db.execute("SELECT context, text FROM chunks WHERE note_id = ?", row).fetchall()
    _count_words(db, {word for context, text in texts for word in (*words(context), *words(text))}, -1)
    db.execute("DELETE FROM chunks WHERE note_id = ?", row)
    db.execute("DELETE FROM notes WHERE id = ?", row)


def _touch(db: sqlite3.Connection, path: str, file: FileState) -> None:
    db.execute(
        "UPDATE notes SET size_bytes = ?, mtime_ns = ?, file_sha256 = ? WHERE path = ?",
        (file.size_bytes, file.mtime_ns, file.sha256, path),
    )


def _note_words(chunks: Sequence[Chunk]) -> set[str]:
    return {word for chunk in chunks for word in (*words(chunk.context), *words(chunk.text))}


def _count_words(db: sqlite3.Connection, found: set[str], change: int) -> None:
    """Counts the notes that hold each word; a word that no note holds any more is removed."""
    if change > 0:
        db.executemany(
            "INSERT INTO vocabulary (word, notes) VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET notes = notes + 1",
            [(word,) for word in sorted(found)],
        )
        return
    db.executemany("UPDATE vocabulary SET notes = notes - 1 WHERE word = ?", [(word,) for word in sorted(found)])
    db.execute("DELETE FROM vocabulary WHERE notes <= 0")
