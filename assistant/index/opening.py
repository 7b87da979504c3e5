"""Opens ``index.db``. A file of an older format is carried over, one of a newer format is refused."""

from __future__ import annotations

import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from assistant.core.sqlite import connect, is_read_only
from assistant.documents.loading import parse
from assistant.errors import IndexMissing, NotesIndexError
from assistant.index.rows import element_row, join_path, split_offsets
from assistant.index.schema import (
    COLUMN_WEIGHTS,
    ELEMENTS,
    FORMAT,
    INDEX_WORDS,
    SCANNED_PAGES,
    SCHEMA,
    TEXT_PICTURES,
    UNFINISHED_VECTORS,
    WORDS,
)
from assistant.index.words import index_words, words

_UNKNOWN = -1


def open_database(path: Path, *, create: bool) -> sqlite3.Connection:
    """Returns a connection to an index of the present format; a read-only one on a read-only medium.

    Args:
        path: The file.
        create: Make it if it is missing, and replace one that is damaged: it is made from the notes, so nothing of the
            student's is lost.

    Raises:
        IndexMissing: It is damaged, or of an older format on a read-only medium, and ``create`` is false.
        NotesIndexError: A newer version of the program wrote it. It is not touched.
        sqlite3.Error: It cannot be opened or written.
    """
    db = _connected(path)
    found = format_of(db)
    if found > FORMAT:
        db.close()
        raise NotesIndexError(
            f"{path} was written by a newer version of the assistant (format {found}; this version knows {FORMAT}).",
            hint=f'Update the assistant; or move "{path.parent}" away, and then: assistant index build',
        )
    if 0 < found < FORMAT and not is_read_only(path.parent):
        _carry_over(db)
    elif found != FORMAT:
        if not create:
            db.close()
            raise IndexMissing("The index is damaged or of an older version.", hint="assistant index build")
        db = _initialised(_emptied(db, path))
    if not is_read_only(path.parent):
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def format_of(db: sqlite3.Connection) -> int:
    """Returns the format of a file: 0 for an empty one, -1 for one that is no database."""
    try:
        return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.OperationalError:
        raise  # locked, or not to be read: it may be whole
    except sqlite3.DatabaseError:
        return _UNKNOWN


def _emptied(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """Returns a connection to an empty file in place of the one that ``db`` has open."""
    try:
        if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return db
    except sqlite3.DatabaseError:
        pass  # damaged: it goes as well
    db.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    db = connect(path)
    db.create_function(INDEX_WORDS, 1, index_words, deterministic=True)  # the triggers of the tables call it
    return db


def _initialised(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    meta = f"('identity', '{uuid.uuid4().hex}'), ('generation', '0'), ('fingerprint', '')"
    db.executescript(  # in one transaction: without its identity and generation the index would not follow its changes
        f"BEGIN; {SCHEMA}; INSERT INTO meta VALUES {meta}; PRAGMA user_version = {FORMAT}; COMMIT;"
    )
    return db


def _carry_over(db: sqlite3.Connection) -> None:
    """Brings a file to the present format in one transaction: after a kill it is as it was, or carried over."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in _STEPS[format_of(db) - 1 :]:  # asked again: another process may have done it meanwhile
            step(db)
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _weigh_headings_in_full(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO words(words, rank) VALUES ('rank', ?)", (f"bm25{COLUMN_WEIGHTS}",))


def _read_elements(db: sqlite3.Connection) -> None:
    """Reads the stored texts once more, for their elements. No vector is computed.

    Notes with HTML comments, quotes or formulas in brackets may be cut in other places since, so they count as changed.
    """
    db.execute(ELEMENTS)
    db.execute("ALTER TABLE chunks ADD COLUMN names TEXT NOT NULL DEFAULT ''")
    notes = db.execute("SELECT id, path, text, kind, title, page_starts FROM notes").fetchall()
    for note_id, path, text, kind, title, page_starts in notes:
        document = parse(path, text, kind, title, split_offsets(page_starts))
        rows = (element_row(note_id, number, element) for number, element in enumerate(document.elements))
        db.executemany("INSERT INTO elements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        chunks = db.execute('SELECT id, start, "end" FROM chunks WHERE note_id = ?', (note_id,)).fetchall()
        named = [(join_path(document.names(start, end)), id_) for id_, start, end in chunks]
        db.executemany("UPDATE chunks SET names = ? WHERE id = ?", named)
    signs = ("<!--", "\\[", "\n>")
    db.execute(
        "UPDATE notes SET mtime_ns = -1, file_sha256 = '' WHERE kind NOT IN ('pdf', 'text')"
        f" AND ({' OR '.join('instr(text, ?)' for _ in signs)})",
        signs,
    )


def _split_words_anew(db: sqlite3.Connection) -> None:
    """Makes the word index and the vocabulary again, of words as they are taken apart now. No vector is computed."""
    for statement in ("TRIGGER chunks_added", "TRIGGER chunks_removed", "TABLE words"):
        db.execute(f"DROP {statement}")
    for statement in _statements(WORDS):
        db.execute(statement)
    rows = db.execute("SELECT id, note_id, context, text FROM chunks ORDER BY note_id").fetchall()
    counts: Counter[str] = Counter()
    for _, chunks in groupby(rows, key=lambda row: row[1]):
        counts.update({word for _, _, *texts in chunks for text in texts for word in words(text)})
    known = dict(db.execute("SELECT word, notes FROM vocabulary").fetchall())
    db.executemany("DELETE FROM vocabulary WHERE word = ?", [(word,) for word in known if known[word] != counts[word]])
    changed = sorted((word, notes) for word, notes in counts.items() if known.get(word) != notes)
    db.executemany("INSERT INTO vocabulary (word, notes) VALUES (?, ?)", changed)
    db.executemany(
        "INSERT INTO words(rowid, context, text) VALUES (?, ?, ?)",
        [(id_, index_words(context), index_words(text)) for id_, _, context, text in rows],
    )


def _statements(script: str) -> Iterator[str]:
    """Yields the statements of a script one by one: ``executescript`` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _know_scans(db: sqlite3.Connection) -> None:
    """Makes room for scanned pages. Scans were left out until now, so they are looked at again."""
    db.execute(SCANNED_PAGES)
    db.execute("DELETE FROM skipped WHERE reason LIKE 'The PDF contains only images%'")


def _know_pictures(db: sqlite3.Connection) -> None:
    """Makes room for the pictures inside notes. What is read anew has them; it is, since it is read in another way."""
    db.execute(TEXT_PICTURES)


def _know_unfinished(db: sqlite3.Connection) -> None:
    """Makes room for the vectors of notes that are half done, and for the contents of files that cannot be read."""
    db.execute(UNFINISHED_VECTORS)
    db.execute("ALTER TABLE skipped ADD COLUMN file_sha256 TEXT NOT NULL DEFAULT ''")


_STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _weigh_headings_in_full,
    _read_elements,
    _split_words_anew,
    _know_scans,
    _know_pictures,
    _know_unfinished,
)
"""From format 1 to 2, from 2 to 3, and so on. A step that was released is never changed."""
