"""Keeps conversations while they go on: a thread of its own writes, so that no answer ever waits for the disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.conversations.records import Conversation, KeptTurn, Listed
from assistant.conversations.store import ConversationStore
from assistant.errors import StudyDatabaseError
from assistant.study.transfer import ProgressPart

LOG = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""How long a reader waits for what is still to be written, and the end of the program likewise."""

UNENDED_S = 2.0
"""How long ``load`` waits for an answer that is being written: a page that is loaded anew has just left it."""

RETRY_S = 2.0
"""After this time a write that failed is tried again, as long as the program runs."""

Write = Callable[[ConversationStore], None]


class Keeper:
    """The conversations of a workspace. May be used from several threads.

    ``begin`` and ``end`` return at once and never fail; what could not be written yet is in ``fault``, is kept in
    memory, and is tried again. All other calls see what was begun and ended before.

    Args:
        file: ``conversations.db``; made when something is kept first.
        is_on: Whether new questions are kept.
    """

    def __init__(self, file: Path, is_on: Callable[[], bool]) -> None:
        self._file = file
        self._is_on = is_on
        self._opening = threading.Lock()
        self._store: ConversationStore | None = None
        self._waiting: deque[Write] = deque()
        self._changed = threading.Condition()
        self._unended: dict[str, str] = {}  # turn -> its conversation
        self._thread: threading.Thread | None = None
        self._ending = False
        self._tries = 0
        self.fault = ""

    @property
    def is_on(self) -> bool:
        """Whether new questions are kept."""
        return self._is_on()

    # -- while a question is answered ---------------------------------------------------------------------------

    def begin(self, conversation: str, turn: KeptTurn) -> None:
        """Keeps a question, before it is answered."""
        with self._changed:
            self._unended[turn.id] = conversation
        self._write(lambda store: store.put(conversation, turn))

    def end(self, turn: KeptTurn) -> None:
        """Keeps what came of a question that was begun."""
        self._write(lambda store: store.end(turn))
        with self._changed:
            self._unended.pop(turn.id, None)
            self._changed.notify_all()

    # -- what is kept -------------------------------------------------------------------------------------------

    def all(self, query: str = "") -> list[Listed]:
        """Returns the conversations, the last asked in first; see ``ConversationStore.search`` for ``query``.

        Raises:
            StudyDatabaseError: They cannot be read.
        """
        store = self._reading()
        return store.search(query) if store else []

    def load(self, id_: str) -> Conversation:
        """Returns a conversation; an answer that is being written in it is given a moment to end.

        Raises:
            NoSuchConversation: There is none.
            StudyDatabaseError: It cannot be read.
        """
        with self._changed:
            self._changed.wait_for(lambda: id_ not in self._unended.values(), UNENDED_S)
        return self.store().load(id_)

    def rename(self, id_: str, title: str) -> None:
        """Gives a conversation a name; an empty one gives it back its first question.

        Raises:
            NoSuchConversation: There is none.
            StudyDatabaseError: It cannot be written.
        """
        self.store().rename(id_, title)

    def delete(self, ids: Sequence[str]) -> int:
        """Deletes conversations for good, and returns how many there were.

        Raises:
            StudyDatabaseError: The file cannot be written.
        """
        store = self._reading()
        return store.delete(ids) if store else 0

    def part(self) -> ProgressPart[Conversation]:
        """Returns what takes the conversations out and in with the progress."""
        return ProgressPart(
            Conversation, self._everything, lambda records: self.store().merge(records) if records else 0
        )

    def _everything(self) -> list[Conversation]:
        store = self._reading()
        return store.everything() if store else []

    def store(self) -> ConversationStore:
        """Returns the conversations as they are on disk, made if need be, once all that was ended is written.

        Raises:
            StudyDatabaseError: They cannot be opened.
        """
        self._settle()
        return self._opened()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self._settle()
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)
        if self._waiting:
            LOG.warning("The last questions were not kept: %s", self.fault or f"{self._file} is busy")
        with self._opening:
            if self._store is not None and not (self._thread and self._thread.is_alive()):
                self._store.close()
            self._store = None

    def _reading(self) -> ConversationStore | None:
        """Returns the conversations, or None where none were ever kept: looking does not make a file."""
        self._settle()
        return self._opened() if self._file.is_file() else None

    def _opened(self) -> ConversationStore:
        with self._opening:
            if self._store is None:
                self._store = ConversationStore(self._file)
            return self._store

    # -- the thread that writes ---------------------------------------------------------------------------------

    def _write(self, write: Write) -> None:
        with self._changed:
            self._waiting.append(write)
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="conversations", daemon=True)
                self._thread.start()

    def _settle(self) -> None:
        """Waits until all is written that came before, or its writing failed once more."""
        with self._changed:
            last, tries = (self._waiting[-1] if self._waiting else None), self._tries
            self._changed.notify_all()  # what failed is tried now
            if last is not None:
                self._changed.wait_for(lambda: last not in self._waiting or self._tries > tries, PATIENCE_S)

    def _work(self) -> None:
        while (write := self._next()) is not None:
            fault = self._try(write)
            with self._changed:
                self.fault = fault
                if fault:
                    self._tries += 1
                    self._changed.notify_all()
                    self._changed.wait(RETRY_S)
                    if self._ending:
                        return
                else:
                    self._waiting.popleft()
                    self._changed.notify_all()

    def _next(self) -> Write | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            return self._waiting[0] if self._waiting else None

    def _try(self, write: Write) -> str:
        """Returns why it failed, or nothing."""
        try:
            write(self._opened())
        except StudyDatabaseError as error:
            return f"{error.message} {error.hint}".strip()
        except ValueError:
            LOG.exception("A question cannot be kept.")
        return ""
