"""The tables of ``index.db``: the truth of the index. Everything else in ``index/`` is derived from them."""

from __future__ import annotations

FORMAT = 7
"""Number of this layout. A file of an older one is carried over, see ``carrying``; a newer one is refused."""

HEADING_SEPARATOR = "\x1f"
"""Joins a heading path in one column, so that a prefix of the path is a prefix of the column."""

TOKENIZER = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
"""How the word index takes apart what ``words.index_words`` returns: at the blanks, each word cut down to its stem."""

INDEX_WORDS = "index_words"
"""What ``words.index_words`` is called in SQL."""

COLUMN_WEIGHTS = (1.0, 1.0)
"""What a word counts in BM25 where it stands in the headings above a passage, and in the passage itself."""

ELEMENTS = """
CREATE TABLE elements (
    note_id INTEGER NOT NULL REFERENCES notes(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    parent INTEGER NOT NULL,        -- number of the element that holds it, or -1
    level INTEGER NOT NULL,
    body INTEGER NOT NULL,
    label TEXT NOT NULL,
    inline INTEGER NOT NULL,
    box TEXT,                       -- JSON list of four shares of the page
    PRIMARY KEY (note_id, number)
) WITHOUT ROWID
"""

WORDS = f"""
CREATE VIRTUAL TABLE words USING fts5(
    context, text, content='chunks', content_rowid='id', tokenize="{TOKENIZER}"
);
INSERT INTO words(words, rank) VALUES ('rank', 'bm25{COLUMN_WEIGHTS}');
CREATE TRIGGER chunks_added AFTER INSERT ON chunks BEGIN
    INSERT INTO words(rowid, context, text)
    VALUES (new.id, {INDEX_WORDS}(new.context), {INDEX_WORDS}(new.text));
END;
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO words(words, rowid, context, text)
    VALUES ('delete', old.id, {INDEX_WORDS}(old.context), {INDEX_WORDS}(old.text));
END;
"""

SCANNED_PAGES = """
CREATE TABLE scanned_pages (
    note_id INTEGER NOT NULL REFERENCES notes(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    confidence REAL,                -- in [0, 1]; NULL where the text was not recognised yet
    PRIMARY KEY (note_id, number)
) WITHOUT ROWID
"""

TEXT_PICTURES = """
CREATE TABLE text_pictures (
    note_id INTEGER NOT NULL REFERENCES notes(id) ON DELETE CASCADE,
    start INTEGER NOT NULL,         -- -1 where the picture was not read yet
    "end" INTEGER NOT NULL,
    confidence REAL,                -- in [0, 1]; NULL where it was not read yet
    number INTEGER NOT NULL,        -- of one that was not read yet, else 0
    PRIMARY KEY (note_id, start, number)
) WITHOUT ROWID
"""

UNFINISHED_VECTORS = """
CREATE TABLE unfinished_vectors (   -- of notes that a stopped build did not finish
    text_key BLOB PRIMARY KEY,
    vector BLOB NOT NULL
) WITHOUT ROWID
"""

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    page_starts TEXT NOT NULL,      -- JSON list of offsets
    file_sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
);

{ELEMENTS};

{SCANNED_PAGES};

{TEXT_PICTURES};

CREATE TABLE skipped (
    path TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    file_sha256 TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

{UNFINISHED_VECTORS};

CREATE TABLE blocks (
    note_id INTEGER NOT NULL REFERENCES notes(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    heading_path TEXT NOT NULL,
    parents TEXT NOT NULL,
    PRIMARY KEY (note_id, ordinal)
) WITHOUT ROWID;

-- AUTOINCREMENT: an id is never used again, so the vector index can follow by comparing ids.
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    note_id INTEGER NOT NULL REFERENCES notes(id) ON DELETE CASCADE,
    block INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    heading_path TEXT NOT NULL,
    parents TEXT NOT NULL,
    context TEXT NOT NULL,
    text TEXT NOT NULL,
    page INTEGER,
    text_key BLOB NOT NULL,         -- hash of what was embedded: the same text keeps its vector
    vector BLOB NOT NULL,           -- float32, norm 1
    names TEXT NOT NULL DEFAULT ''  -- what it explains under a name of its own
);
CREATE INDEX chunks_by_note ON chunks(note_id);
CREATE INDEX chunks_by_text ON chunks(text_key);

{WORDS}

-- Every word of the notes as written, with the number of notes it stands in; trigrams find it by a misspelling.
CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, notes INTEGER NOT NULL);
CREATE VIRTUAL TABLE vocabulary_trigrams USING fts5(
    word, content='vocabulary', content_rowid='id', tokenize='trigram'
);
CREATE TRIGGER vocabulary_added AFTER INSERT ON vocabulary BEGIN
    INSERT INTO vocabulary_trigrams(rowid, word) VALUES (new.id, new.word);
END;
CREATE TRIGGER vocabulary_removed AFTER DELETE ON vocabulary BEGIN
    INSERT INTO vocabulary_trigrams(vocabulary_trigrams, rowid, word) VALUES ('delete', old.id, old.word);
END;
"""
