"""What the word index holds: its tokens, its size, its vocabulary. Read from SQLite itself, through ``fts5vocab``.

https://sqlite.org/fts5.html#the_fts5vocab_virtual_table_module
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.index.rows import wrapped
from assistant.index.schema import TOKENIZER
from assistant.index.store import Store
from assistant.index.words import index_words


@dataclass(frozen=True, slots=True)
class WordTotals:
    """The size of the word index: passages, and tokens of all of them with their headings."""

    passages: int
    tokens: int


def index_tokens(texts: Sequence[str]) -> list[list[str]]:
    """Returns, for each text, its tokens in order as the word index sees them: folded and cut down to their stems."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute(f'CREATE VIRTUAL TABLE texts USING fts5(text, tokenize="{TOKENIZER}")')
        db.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab(texts, instance)")
        db.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(map(index_words, texts)))
        found: list[list[str]] = [[] for _ in texts]
        for text, token in db.execute('SELECT doc, term FROM tokens ORDER BY doc, "offset"'):
            found[text].append(token)
    return found


def word_totals(store: Store) -> WordTotals:
    """Returns how large the word index is. Goes through all its terms: keep it for a generation of the index.

    Raises:
        NotesIndexError: The index cannot be read.
    """
    with _reading(store) as db:
        db.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
        tokens = db.execute("SELECT coalesce(sum(cnt), 0) FROM temp.terms").fetchone()[0]
        passages = db.execute("SELECT count(*) FROM chunks").fetchone()[0]
    return WordTotals(int(passages), int(tokens))


def vocabulary(store: Store) -> list[tuple[str, int]]:
    """Returns ``(word, notes it stands in)`` for every word of the notes as written, most frequent first.

    Raises:
        NotesIndexError: The index cannot be read.
    """
    with _reading(store) as db:
        rows = db.execute("SELECT word, notes FROM vocabulary ORDER BY notes DESC, word").fetchall()
    return [(str(word), int(notes)) for word, notes in rows]


@contextlib.contextmanager
def _reading(store: Store) -> Iterator[sqlite3.Connection]:
    """Gives a connection of its own that cannot write: long reading does not keep a question waiting."""
    with wrapped(store.path), contextlib.closing(sqlite3.connect(f"{store.path.as_uri()}?mode=ro", uri=True)) as db:
        yield db
