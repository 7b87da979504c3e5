"""Reads and writes conversations in ``conversations.db``."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.errors import NoSuchConversation
from assistant.study.card_json import read_time, text, time_text
from assistant.study.conversations.records import (
    Conversation,
    KeptTurn,
    Listed,
    clean,
    read_turn,
    read_turn_anyway,
    title_of,
    turn_json,
)
from assistant.study.conversations.schema import MIGRATIONS
from assistant.study.conversations.words import excerpt, folded, wanted
from assistant.study.database import StudyDatabase

HINT = "assistant conversations"

_HEAD = ("id", "title", "named", "started_at", "changed_at")
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
        return [_listed(row) for row in self._db.rows(f"{_LISTED} ORDER BY c.changed_at DESC, c.id")]

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
        return [replace(_listed(row), excerpt=self._excerpt(row["id"], words)) for row in rows]

    def load(self, id_: str) -> Conversation:
        """Returns a conversation with all its turns.

        Raises:
            NoSuchConversation: There is none.
        """
        for row in self._db.rows("SELECT * FROM conversations WHERE id = ?", [id_]):
            return Conversation(
                row["id"],
                row["title"],
                bool(row["named"]),
                read_time(row["started_at"]),
                read_time(row["changed_at"]),
                tuple(map(read_turn_anyway, self._records(id_))),
            )
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
            at = time_text(turn.asked_at)
            _put_head(db, {"id": id_, "title": title_of(turn.question), "named": 0, "started_at": at, "changed_at": at})
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

    def dump(self) -> list[dict[str, Any]]:
        """Returns everything as plain JSON values."""
        found = self._db.rows("SELECT * FROM conversations ORDER BY started_at, id")
        heads = [{key: row[key] for key in _HEAD} for row in found]
        return [row | {"named": bool(row["named"]), "turns": self._records(row["id"])} for row in heads]

    def merge(self, records: Sequence[dict[str, Any]]) -> int:
        """Takes what another ``dump`` gave and returns how many conversations were new.

        A name that the student gave wins, and of two such names the one of the conversation that was changed last; a
        turn that has an end wins over the same one without.

        Raises:
            KeyError, TypeError, ValueError: A record is no conversation; nothing was taken.
        """
        theirs = [(_read_head(record), [read_turn(turn) for turn in record["turns"]]) for record in records]
        known = {listed.id for listed in self.all()}
        with self._db.transaction() as db:
            for head, turns in theirs:
                _put_head(db, head)
                for turn in turns:
                    _merge_turn(db, head["id"], turn)
        return len({head["id"] for head, _ in theirs} - known)

    def close(self) -> None:
        """Closes the file. The object is of no use afterwards."""
        self._db.close()

    def _records(self, id_: str) -> list[dict[str, Any]]:
        rows = self._db.rows("SELECT record FROM turns WHERE conversation = ? ORDER BY asked_at, number", [id_])
        return [json.loads(row["record"]) for row in rows]

    def _excerpt(self, id_: str, words: tuple[str, ...]) -> str:
        for turn in map(read_turn_anyway, self._records(id_)):
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


def _listed(row: sqlite3.Row) -> Listed:
    return Listed(row["id"], row["title"], read_time(row["started_at"]), read_time(row["changed_at"]), row["turns"])


def _values(turn: KeptTurn) -> tuple[str, str]:
    words = folded(f"{turn.question}\n{turn.said}")
    return clean(words), json.dumps(turn_json(turn))


def _put_head(db: sqlite3.Connection, head: dict[str, Any]) -> None:
    """Writes what is known of a conversation. A name of the student's stands before one of the first question."""
    title = clean(str(head["title"]))
    db.execute(
        """
        INSERT INTO conversations (id, title, folded, named, started_at, changed_at)
        VALUES (:id, :title, :folded, :named, :started_at, :changed_at) ON CONFLICT (id) DO UPDATE SET
            title = iif(excluded.named AND (NOT named OR excluded.changed_at > changed_at), excluded.title, title),
            folded = iif(excluded.named AND (NOT named OR excluded.changed_at > changed_at), excluded.folded, folded),
            named = max(named, excluded.named),
            started_at = min(started_at, excluded.started_at),
            changed_at = max(changed_at, excluded.changed_at)
        """,
        head | {"title": title, "folded": folded(title)},
    )


def _insert(db: sqlite3.Connection, id_: str, turn: KeptTurn) -> None:
    db.execute(
        "INSERT OR IGNORE INTO turns (id, conversation, asked_at, folded, record) VALUES (?, ?, ?, ?, ?)",
        (turn.id, id_, time_text(turn.asked_at), *_values(turn)),
    )


def _merge_turn(db: sqlite3.Connection, id_: str, turn: KeptTurn) -> None:
    ours = db.execute("SELECT record FROM turns WHERE id = ?", (turn.id,)).fetchone()
    if ours is None:
        _insert(db, id_, turn)
    elif turn.ended and not json.loads(ours["record"]).get("ended"):
        db.execute("UPDATE turns SET folded = ?, record = ? WHERE id = ?", (*_values(turn), turn.id))


def _read_head(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": text(record["id"]),
        "title": text(record["title"]),
        "named": bool(record["named"]),
        "started_at": time_text(read_time(text(record["started_at"]))),
        "changed_at": time_text(read_time(text(record["changed_at"]))),
    }
