"""``index.db`` changed: notes with their passages, vectors and words, one transaction per note."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.index.entries import Entry, FileState
from assistant.index.index_reader import IndexReader
from assistant.index.rows import element_row, join_path
from assistant.index.words import words
from assistant.types import Chunk, SkippedFile

_UNREAD = (
    "SELECT note_id FROM scanned_pages WHERE confidence IS NULL"
    " UNION SELECT note_id FROM text_pictures WHERE confidence IS NULL"
)


class Store(IndexReader):
    """Reads and changes the index; see :class:`~assistant.index.index_database.IndexDatabase`."""

    def begin_fingerprint(self, fingerprint: str) -> bool:
        """Empties the index if it was built with other settings than ``fingerprint``. Returns whether it did."""
        if self.meta("fingerprint") == fingerprint:
            return False
        with self._transaction() as db:
            for table in ("notes", "skipped", "vocabulary", "unfinished_vectors"):
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
            row = db.execute(
                "INSERT INTO notes (path, kind, title, text, page_starts, file_sha256, size_bytes, mtime_ns)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (note.path, note.kind, note.title, note.text, json.dumps(note.page_starts), file.sha256,
                 file.size_bytes, file.mtime_ns),
            )  # fmt: skip
            note_id = row.lastrowid or 0
            db.executemany(
                "INSERT INTO elements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [element_row(note_id, number, element) for number, element in enumerate(note.elements)],
            )
            db.executemany(
                "INSERT INTO scanned_pages VALUES (?, ?, ?)",
                [(note_id, page.number, page.confidence) for page in note.scanned],
            )
            db.executemany(
                "INSERT INTO text_pictures VALUES (?, ?, ?, ?, ?)",
                [(note_id, one.start, one.end, one.confidence, one.number) for one in note.pictures],
            )
            db.executemany(
                "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (note_id, b.ordinal, b.start, b.end, join_path(b.heading_path), join_path(b.parents))
                    for b in entry.blocks
                ],
            )
            db.executemany(
                'INSERT INTO chunks (note_id, block, start, "end", heading_path, parents, context, text, page,'
                " text_key, vector, names) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (note_id, c.block, c.start, c.end, join_path(c.heading_path), join_path(c.parents), c.context,
                     c.text, c.page, key, vector.tobytes(), join_path(c.names))
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
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?, ?)",
                (skipped.path, skipped.reason, file.size_bytes, file.mtime_ns, file.sha256),
            )

    def keep_vectors(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keeps the vectors of texts whose note is not stored yet, so that a stopped build has not made them in vain.

        Args:
            keys: Of the texts.
            vectors: One row for each, shape (n, d), norm 1.
        """
        rows = [(key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True)]
        with self._transaction() as db:
            db.executemany("INSERT OR REPLACE INTO unfinished_vectors VALUES (?, ?)", rows)

    def forget_vectors(self) -> None:
        """Forgets the vectors that were kept for notes which are stored now."""
        if self._one("SELECT 1 FROM unfinished_vectors LIMIT 1"):
            with self._transaction() as db:
                db.execute("DELETE FROM unfinished_vectors")

    def retry(self, reason: str) -> None:
        """Forgets which files were left out for a reason that begins so, and what was known of pages not read yet."""
        waits = self._one(f"SELECT 1 FROM ({_UNREAD}) LIMIT 1")
        if not waits and not any(item.reason.startswith(reason) for item, _ in self.skipped().values()):
            return
        with self._transaction() as db:
            db.execute("DELETE FROM skipped WHERE substr(reason, 1, length(?)) = ?", (reason, reason))
            db.execute(f"UPDATE notes SET mtime_ns = -1, file_sha256 = '' WHERE id IN ({_UNREAD})")


def _delete_note(db: sqlite3.Connection, path: str) -> None:
    row = db.execute("SELECT id FROM notes WHERE path = ?", (path,)).fetchone()
    if row is None:
        return
    texts = db.execute("SELECT context, text FROM chunks WHERE note_id = ?", row).fetchall()
    _count_words(db, {word for context, text in texts for word in (*words(context), *words(text))}, -1)
    db.execute("DELETE FROM chunks WHERE note_id = ?", row)
    db.execute("DELETE FROM notes WHERE id = ?", row)


def _touch(db: sqlite3.Connection, path: str, file: FileState) -> None:
    for table in ("notes", "skipped"):
        db.execute(
            f"UPDATE {table} SET size_bytes = ?, mtime_ns = ?, file_sha256 = ? WHERE path = ?",
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
