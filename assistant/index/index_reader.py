"""What is read of an index: notes, passages, vectors, words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import NoteNotFound, NotesIndexError
from assistant.index.entries import FileState, StoredNote
from assistant.index.index_database import IndexDatabase
from assistant.index.rows import element_of, scope_filter, split_offsets, split_path, wrapped
from assistant.types import Chunk, ContextBlock, Document, ScannedPage, Scope, SkippedFile, TextPicture

_KEPT_DOCUMENTS = 16
"""Documents that are kept as they were read: the passages of one question lie in few."""


class IndexReader(IndexDatabase):
    """Reads the index; see :class:`IndexDatabase`."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        super().__init__(folder, create=create)
        self._read: OrderedDict[str, Document] = OrderedDict()  # as of the generation below
        self._read_at = -1

    def notes(self) -> list[StoredNote]:
        """Returns all notes in order of their paths."""
        rows = self._all(
            "SELECT path, kind, title, (SELECT count(*) FROM chunks WHERE note_id = notes.id), size_bytes, mtime_ns,"
            " file_sha256, (SELECT min(confidence) FROM scanned_pages WHERE note_id = notes.id),"
            " (SELECT count(*) FROM scanned_pages WHERE note_id = notes.id AND confidence IS NULL),"
            " (SELECT count(*) FROM text_pictures WHERE note_id = notes.id AND confidence IS NULL)"
            " FROM notes ORDER BY path"
        )
        return [StoredNote(r[0], r[1], r[2], r[3], FileState(r[4], r[5], r[6]), *r[7:]) for r in rows]

    def skipped(self) -> dict[str, tuple[SkippedFile, FileState]]:
        """Returns the files that could not be read, by path."""
        rows = self._all("SELECT path, reason, size_bytes, mtime_ns, file_sha256 FROM skipped ORDER BY path")
        return {r[0]: (SkippedFile(r[0], r[1]), FileState(*r[2:])) for r in rows}

    def note(self, path: str) -> Document:
        """Returns a note as it was indexed.

        Raises:
            NoteNotFound: It is not in the index.
        """
        with self._lock:
            generation = self.generation()
            if generation != self._read_at:
                self._read.clear()
                self._read_at = generation
            if path not in self._read:
                self._read[path] = self._read_note(path)
            self._read.move_to_end(path)
            while len(self._read) > _KEPT_DOCUMENTS:
                self._read.popitem(last=False)
            return self._read[path]

    def _read_note(self, path: str) -> Document:
        row = self._one("SELECT id, path, text, kind, title, page_starts FROM notes WHERE path = ?", (path,))
        if row is None:
            raise NoteNotFound(f"There is no note {path!r} in the index.", hint="assistant notes list")
        elements = self._all(
            'SELECT kind, start, "end", parent, level, body, label, inline, box FROM elements WHERE note_id = ?'
            " ORDER BY number",
            (row[0],),
        )
        scanned = self._all("SELECT number, confidence FROM scanned_pages WHERE note_id = ? ORDER BY number", (row[0],))
        _, path, text, kind, title, page_starts = row
        pictures = self._all(
            'SELECT start, "end", confidence, number FROM text_pictures WHERE note_id = ?'
            " ORDER BY confidence IS NULL, start, number",
            (row[0],),
        )
        pages = tuple(ScannedPage(number, confidence) for number, confidence in scanned)
        parts = tuple(map(element_of, elements))
        inner = tuple(starmap(TextPicture, pictures))
        return Document(path, text, kind, title, parts, split_offsets(page_starts), pages, inner)

    def blocks(self, wanted: Iterable[tuple[str, int]]) -> list[ContextBlock]:
        """Returns the blocks ``(note path, ordinal)`` in the order asked for."""
        found = []
        with self._lock:
            for path, ordinal in wanted:
                row = self._one(
                    'SELECT b.start, b."end", b.heading_path, b.parents FROM blocks b JOIN notes n ON n.id = b.note_id'
                    " WHERE n.path = ? AND b.ordinal = ?",
                    (path, ordinal),
                )
                if row is not None:
                    start, end, headings, parents = row
                    document = self.note(path)
                    place = (split_path(headings), split_path(parents), start, end)
                    found.append(ContextBlock(path, *place, document.text[start:end], ordinal, document))
        return found

    def block_keys(self, scope: Scope) -> list[tuple[str, int]]:
        """Returns ``(note path, ordinal)`` of every block in ``scope``, in reading order."""
        where, values = scope_filter(scope, "b")
        return self._all(
            f"SELECT n.path, b.ordinal FROM blocks b JOIN notes n ON n.id = b.note_id WHERE {where}"
            " ORDER BY n.path, b.ordinal",
            values,
        )

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
            'SELECT c.id, n.path, c.heading_path, c.parents, c.context, c.start, c."end", c.text, c.block, c.page,'
            " c.names"
            f" FROM chunks c JOIN notes n ON n.id = c.note_id WHERE c.id IN ({marks})",
            tuple(int(i) for i in ids),
        )
        return {row[0]: _chunk(*row[1:]) for row in rows}

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
            row = self._one("SELECT vector FROM chunks WHERE text_key = ? LIMIT 1", (key,)) or self._one(
                "SELECT vector FROM unfinished_vectors WHERE text_key = ?", (key,)
            )
            if row is not None:
                known[key] = np.frombuffer(row[0], dtype=np.float32)
        return known

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

    def word_beginning(self, start: str) -> str:
        """Returns the word of the notes that ``start`` is, or else the most frequent one that goes on with letters."""
        rows = self._all(
            "SELECT word FROM vocabulary WHERE word >= ? AND word < ? ORDER BY notes DESC, word LIMIT 100",
            (start, f"{start}\U0010ffff"),
        )
        found = [str(word) for (word,) in rows]
        return start if start in found else next((word for word in found if not word[len(start)].isdigit()), "")

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


def _chunk(note: str, headings: str, parents: str, *rest: Any) -> Chunk:
    context, start, end, text, block, page, names = rest
    above = (split_path(headings), split_path(parents))
    return Chunk(note, *above, context, start, end, text, block, page, split_path(names))
