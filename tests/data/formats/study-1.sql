-- study.db as format 1 was released: never to be changed.
CREATE TABLE cards (
    id TEXT PRIMARY KEY,
    front TEXT NOT NULL,
    back TEXT NOT NULL,
    origin TEXT NOT NULL,
    source TEXT NOT NULL,
    topic TEXT NOT NULL,            -- JSON list of headings
    tags TEXT NOT NULL,             -- JSON list
    anchor TEXT,                    -- JSON object
    anchor_state TEXT NOT NULL,
    passage TEXT,                   -- JSON object
    suspended INTEGER NOT NULL,
    created_at TEXT NOT NULL,       -- times are ISO 8601 in UTC with microseconds, so that they sort as text
    changed_at TEXT NOT NULL,
    deleted_at TEXT,
    due_at TEXT NOT NULL,
    phase TEXT NOT NULL,
    step INTEGER,
    stability REAL,
    difficulty REAL,
    reviewed_at TEXT,
    lapses INTEGER NOT NULL
);
CREATE INDEX cards_due ON cards (phase, due_at);
CREATE INDEX cards_source ON cards (origin, source);
CREATE TABLE reviews (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    card TEXT NOT NULL REFERENCES cards (id),
    place INTEGER NOT NULL,
    at TEXT NOT NULL,
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
    before TEXT NOT NULL,           -- JSON object: the schedule that the answer found
    phase TEXT NOT NULL,            -- of it
    cram INTEGER NOT NULL,
    took_ms INTEGER,
    suspended INTEGER NOT NULL,
    undone_at TEXT,
    imported INTEGER NOT NULL       -- given on another computer: not to be taken back here
);
CREATE INDEX reviews_card ON reviews (card, place);
CREATE INDEX reviews_at ON reviews (at);

CREATE TABLE items (
    id TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    maker TEXT NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,           -- JSON object
    pending INTEGER NOT NULL,       -- the model still has to be asked
    made_at TEXT NOT NULL,
    gone_at TEXT                    -- its note changed, or it failed a later check; kept for the answers given to it
);
CREATE INDEX items_note ON items (note, maker);
CREATE TABLE item_sources (
    note TEXT NOT NULL,
    maker TEXT NOT NULL,
    fingerprint TEXT NOT NULL,      -- of the note's text and the maker
    dropped TEXT NOT NULL,          -- JSON object: name of a check -> items that it stopped
    made_at TEXT NOT NULL,
    PRIMARY KEY (note, maker)
);
CREATE TABLE item_reports (
    item TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    question TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE quizzes (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL,           -- JSON object
    started_at TEXT NOT NULL,
    finished_at TEXT
);
CREATE TABLE quiz_answers (
    quiz TEXT NOT NULL,
    number INTEGER NOT NULL,
    item TEXT NOT NULL,
    note TEXT NOT NULL,
    heading_path TEXT NOT NULL,     -- JSON list
    given TEXT NOT NULL,
    share REAL NOT NULL,
    is_right INTEGER NOT NULL,
    at TEXT NOT NULL,
    took_ms INTEGER NOT NULL,
    appeal TEXT NOT NULL,           -- why the student had it count as right; empty if not
    contrasted INTEGER NOT NULL,    -- a question has told both things apart since
    PRIMARY KEY (quiz, number)
);
CREATE INDEX quiz_answers_item ON quiz_answers (item, at);
PRAGMA user_version = 1;
