"""Reads, searches and writes conversations in ``conversations.db``."""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.conversations.records import (
    CONVERSATION,
    LISTED,
    TURN,
    Conversation,
    KeptTurn,
    Listed,
    clean,
    read_turn_anyway,
    title_of,
)
from assistant.core.json_form import time_text
from assistant.errors import NoSuchConversation
from assistant.study.database import StudyDatabase

_AROUND = 45


def folded(text: str) -> str:
    """Returns ``text`` without case and accents, with single blanks."""
    return " ".join("".join(map(_fold, text)).split())


def wanted(query: str) -> tuple[str, ...]:
    """Returns the words, and phrases in quotation marks, that a query asks for; each once."""
    found: list[str] = []
    for place, part in enumerate(folded(query).replace("“", '"').replace("”", '"').split('"')):
        found += [part.strip()] if place % 2 else part.split()
    return tuple(dict.fromkeys(word for word in found if word))


def excerpt(text: str, words: tuple[str, ...], around: int = _AROUND) -> str:
    """Returns the place of ``text`` where one of ``words`` stands first, with a little around it, or nothing."""
    plain = " ".join(text.split())
    places = [(number, _fold(char)) for number, char in enumerate(plain)]
    offsets = [number for number, fold in places for _ in fold]  # one character may become two
    spelled = "".join(fold for _, fold in places)
    found = min((at for word in words if (at := spelled.find(word)) >= 0), default=-1)
    if found < 0:
        return ""
    start, end = max(0, offsets[found] - around), min(len(plain), offsets[found] + 2 * around)
    if start:
        start = plain.find(" ", start, offsets[found]) + 1 or start
    if end < len(plain):
        end = max(plain.rfind(" ", offsets[found] + 1, end), offsets[found] + around)
    return f"{'…' if start else ''}{plain[start:end].strip()}{'…' if end < len(plain) else ''}"


def _fold(char: str) -> str:
    if char.isascii():
        return char.lower()
    return "".join(part for part in unicodedata.normalize("NFKD", char.casefold()) if not unicodedata.combining(part))


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


HINT = "assistant conversations"

_LISTED = """
SELECT c.id, c.title, c.started_at, c.changed_at,
    (SELECT count(*) FROM turns t WHERE t.conversation = c.id) AS turns
FROM conversations c
"""
_HOLDS = """
(instr(c.folded, ?) OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.id AND instr(t.folded, ?)))
"""


class ConversationStore:
    """Conversations in one file. May be used from several threads, and by several processes.

    Args:
        file: Made if it is missing.

    Raises:
        StudyDatabaseError: It cannot be opened.
    """

    def __init__(self, file: Path) -> None:
        self._db = StudyDatabase(file, MIGRATIONS, erases=True)

    # -- reading -----------------------------------------------------------------------------------------------

    def all(self) -> list[Listed]:
        """Returns all conversations, the last asked in first."""
        return [self._listed(row) for row in self._db.rows(f"{_LISTED} ORDER BY c.changed_at DESC, c.id")]

    def search(self, query: str) -> list[Listed]:
        """Returns the conversations that hold every word of ``query`` in their names, questions or answers.

        A part of a word is enough; words in quotation marks stand side by side. Case and accents do not count. An empty
        query finds all.
        """
        words = wanted(query)
        if not words:
            return self.all()
        holds = " AND ".join([_HOLDS] * len(words))
        values = [word for word in words for _ in range(2)]
        rows = self._db.rows(f"{_LISTED} WHERE {holds} ORDER BY c.changed_at DESC, c.id", values)
        return [replace(self._listed(row), excerpt=self._excerpt(row["id"], words)) for row in rows]

    def load(self, id_: str) -> Conversation:
        """Returns a conversation with all its turns.

        Raises:
            NoSuchConversation: There is none.
        """
        for row in self._db.rows("SELECT * FROM conversations WHERE id = ?", [id_]):
            return CONVERSATION.row({**dict(row), "turns": self._turns(id_)}, refuse=self._db.damaged)
        raise NoSuchConversation(f"There is no conversation {id_!r}.", hint=HINT)

    def find(self, id_: str) -> str:
        """Returns the whole id of which ``id_`` is the beginning.

        Raises:
            NoSuchConversation: There is none, or several begin so.
        """
        found = [row["id"] for row in self._db.rows("SELECT id FROM conversations ORDER BY id")]
        found = [known for known in found if id_ and known.startswith(id_.lower())]
        if len(found) == 1:
            return str(found[0])
        fault = "No conversation" if not found else f"Each of {', '.join(found)}"
        raise NoSuchConversation(f"{fault} has an id that begins with {id_!r}.", hint=HINT)

    # -- writing -----------------------------------------------------------------------------------------------

    def put(self, id_: str, turn: KeptTurn) -> None:
        """Adds a question to a conversation, which is begun with it if it is a new one."""
        with self._db.transaction() as db:
            _put_head(db, Conversation(id_, title_of(turn.question), False, turn.asked_at, turn.asked_at, ()))
            _insert(db, id_, turn)

    def end(self, turn: KeptTurn) -> None:
        """Writes what came of a question. Does nothing if it was deleted meanwhile: what is gone stays gone."""
        values = _values(turn)
        with self._db.transaction() as db:
            db.execute("UPDATE turns SET folded = ?, record = ? WHERE id = ?", (*values, turn.id))

    def rename(self, id_: str, title: str) -> None:
        """Gives a conversation a name; an empty one gives it back its first question.

        Raises:
            NoSuchConversation: There is none.
        """
        plain = clean(" ".join(title.split()))
        turns = self.load(id_).turns
        name = plain or clean(title_of(turns[0].question if turns else ""))
        with self._db.transaction() as db:
            values = (name, folded(name), bool(plain), id_)
            db.execute("UPDATE conversations SET title = ?, folded = ?, named = ? WHERE id = ?", values)

    def delete(self, ids: Sequence[str]) -> int:
        """Deletes conversations for good, out of the file too, and returns how many there were.

        Raises:
            StudyDatabaseError: The file cannot be written, or another program uses it all the time.
        """
        with self._db.transaction() as db:
            gone = [db.execute("DELETE FROM conversations WHERE id = ?", (id_,)).rowcount for id_ in ids]
        self._db.erase()
        return sum(gone)

    # -- export and import -------------------------------------------------------------------------------------

    def everything(self) -> list[Conversation]:
        """Returns all conversations with their turns, oldest first."""
        return [self.load(row["id"]) for row in self._db.rows("SELECT id FROM conversations ORDER BY started_at, id")]

    def merge(self, theirs: Sequence[Conversation]) -> int:
        """Takes conversations of another computer and returns how many were new.

        A name that the student gave wins, and of two such names the one of the conversation that was changed last; a
        turn that has an end wins over the same one without.
        """
        known = {listed.id for listed in self.all()}
        with self._db.transaction() as db:
            for conversation in theirs:
                _put_head(db, conversation)
                for turn in conversation.turns:
                    self._merge_turn(db, conversation.id, turn)
        return len({conversation.id for conversation in theirs} - known)

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        self._db.close()

    def _turns(self, id_: str) -> tuple[KeptTurn, ...]:
        rows = self._db.rows("SELECT record FROM turns WHERE conversation = ? ORDER BY asked_at, number", [id_])
        return tuple(read_turn_anyway(row["record"], self._db.damaged) for row in rows)

    def _listed(self, row: sqlite3.Row) -> Listed:
        return LISTED.row(dict(row), refuse=self._db.damaged)

    def _merge_turn(self, db: sqlite3.Connection, id_: str, turn: KeptTurn) -> None:
        ours = db.execute("SELECT record FROM turns WHERE id = ?", (turn.id,)).fetchone()
        if ours is None:
            _insert(db, id_, turn)
        elif turn.ended and not read_turn_anyway(ours["record"], self._db.damaged).ended:
            db.execute("UPDATE turns SET folded = ?, record = ? WHERE id = ?", (*_values(turn), turn.id))

    def _excerpt(self, id_: str, words: tuple[str, ...]) -> str:
        for turn in self._turns(id_):
            for said in (turn.question, turn.said):
                if found := excerpt(said, words):
                    return found
        return ""


@contextlib.contextmanager
def opened(file: Path) -> Iterator[ConversationStore]:
    """Gives the conversations of a file and closes it afterwards.

    Raises:
        StudyDatabaseError: It cannot be opened.
    """
    store = ConversationStore(file)
    try:
        yield store
    finally:
        store.close()


def _values(turn: KeptTurn) -> tuple[str, str]:
    words = folded(f"{turn.question}\n{turn.said}")
    return clean(words), TURN.write(turn)


def _put_head(db: sqlite3.Connection, head: Conversation) -> None:
    """Writes what is known of a conversation. A name of the student's stands before one of the first question."""
    title = clean(head.title)
    db.execute(
        """
        INSERT INTO conversations (id, title, folded, named, started_at, changed_at)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
            title = iif(excluded.named AND (NOT named OR excluded.changed_at > changed_at), excluded.title, title),
            folded = iif(excluded.named AND (NOT named OR excluded.changed_at > changed_at), excluded.folded, folded),
            named = max(named, excluded.named),
            started_at = min(started_at, excluded.started_at),
            changed_at = max(changed_at, excluded.changed_at)
        """,
        (head.id, title, folded(title), head.named, time_text(head.started_at), time_text(head.changed_at)),
    )


def _insert(db: sqlite3.Connection, id_: str, turn: KeptTurn) -> None:
    db.execute(
        "INSERT OR IGNORE INTO turns (id, conversation, asked_at, folded, record) VALUES (?, ?, ?, ?, ?)",
        (turn.id, id_, time_text(turn.asked_at), *_values(turn)),
    )
