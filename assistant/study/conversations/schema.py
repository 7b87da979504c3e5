"""The tables of ``conversations.db``. A released script is never changed: a new one is added behind it.

The file is apart from ``study.db`` so that a conversation can be deleted for good: nothing in it is ever copied.
"""

_CONVERSATIONS_1 = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,           -- the same as it is searched
    named INTEGER NOT NULL,         -- the student gave it its name
    started_at TEXT NOT NULL,       -- times are ISO 8601 in UTC with microseconds, so that they sort as text
    changed_at TEXT NOT NULL
);
CREATE INDEX conversations_changed ON conversations (changed_at);
CREATE TABLE turns (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL,
    folded TEXT NOT NULL,           -- the words of question and answer as they are searched
    record TEXT NOT NULL            -- JSON object
);
CREATE INDEX turns_conversation ON turns (conversation, asked_at);
"""

MIGRATIONS = (_CONVERSATIONS_1,)
"""Number k brings a file of format k to format k + 1."""
