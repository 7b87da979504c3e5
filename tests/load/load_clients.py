"""Tabs without a browser: each asks about its own subject, takes quizzes on it and uploads notes, by turns."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from load_workspace import Subject

from assistant.errors import AssistantError
from tools.airgap.page_client import PageClient

WRITING = '\\"phase\\": \\"writing\\"'
"""In what the page receives, where JSON stands in a string: words are there."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a client did; times are seconds since the load began.

    Attributes:
        first: When the first word of an answer was seen; None for other things, and where none was written.
    """

    client: str
    what: str
    began: float
    ended: float
    first: float | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(slots=True)
class Records:
    """What all clients did and what went wrong. Filled from several threads."""

    clock: Callable[[], float]
    acts: list[Act] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    declined: int = 0

    def of(self, what: str) -> list[Act]:
        return [act for act in list(self.acts) if act.what == what]


class Client(threading.Thread):
    """One tab. What it does next is drawn by chance, the same in every run; or it only asks."""

    def __init__(
        self,
        number: int,
        address: str,
        own: Subject,
        strangers: list[Subject],
        records: Records,
        *,
        only_asks: bool = False,
    ) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self._number, self._own, self._strangers, self._records = number, own, strangers, records
        self._page = PageClient(address, timeout_s=600)
        self._choose = random.Random(number)
        self._asked: list[str] = []
        self._uploads = 0
        self._weights = (1, 0, 0) if only_asks else (6, 3, 1)
        self._first: float | None = None
        self.enough = threading.Event()

    def run(self) -> None:
        acts = {"ask": self._ask, "quiz": self._quiz, "upload": self._upload}
        while not self.enough.is_set():
            [what] = self._choose.choices(list(acts), self._weights)
            began, self._first = self._records.clock(), None
            try:
                acts[what]()
            except AssistantError as error:
                self._records.faults.append(f"{self.name}, {what}: {error.message}")
                self.enough.wait(1)
            self._records.acts.append(Act(self.name, what, began, self._records.clock(), self._first))

    def _ask(self) -> None:
        question = self._choose.choice(self._own.questions)
        self._asked.append(question)
        turns = self._page.ask(question, on_change=self._look).turns
        self._records.mixed += [f"{self.name}: {fault}" for fault in faults_of(turns, self._asked, self._own)]
        self._records.mixed += [
            f"{self.name}: a stranger's words: {name}"
            for name in (other.name for other in self._strangers)
            if name in json.dumps(turns[-1:])
        ]
        self._records.declined += bool(turns) and not turns[-1]["body"]

    def _look(self, changed: str) -> None:
        if self._first is None and WRITING in changed:
            self._first = self._records.clock()

    def _quiz(self) -> None:
        topic = self._own.note
        quiz = self._checked(self._page.call("quiz/start", {"topic": topic, "count": 3, "kinds": ["cloze", "choice"]}))
        mine = (quiz["id"], quiz["topic"])
        while (posed := quiz["question"]) is not None and not quiz["over"]:
            given = {"quiz": quiz["id"], "number": posed["number"], "response": 0 if posed["options"] else "granite"}
            quiz = self._checked(self._page.call("quiz/answer", given))
            if (quiz["id"], quiz["topic"]) != mine:
                self._records.mixed.append(f"{self.name}: quiz {mine} goes on as {quiz['id'], quiz['topic']}")

    def _upload(self) -> None:
        self._uploads += 1
        name = f"{self._own.name.lower()} addition {self._uploads}.md"
        text = f"# Addition {self._uploads} to the {self._own.name} {self._own.kind}\n\nIt was painted again.\n"
        added = self._checked(self._page.call("library/add", {"files": [self._page.upload(name, text.encode())]}))
        if added["added"] != [name]:
            self._records.mixed.append(f"{self.name}: {name} became {added['added']}")

    def _checked(self, reply: dict[str, Any]) -> dict[str, Any]:
        if "error" in reply:
            raise AssistantError(reply["error"]["message"])
        return reply


def faults_of(turns: list[dict[str, Any]], asked: list[str], own: Subject) -> list[str]:
    """Returns what shows that an answer belongs to another question: the words, the conversation, or the source."""
    if [turn["question"] for turn in turns] != asked:
        return [f"asked {asked}, and the conversation shows {[turn['question'] for turn in turns]}"]
    last = turns[-1]
    if last["phase"] != "done":
        return [f"{last['question']} ended as {last['phase']}: {last['error']}"]
    shown = json.dumps(last["cites"])
    return [f"{last['question']} cites another note: {shown[:200]}"] if last["cites"] and own.name not in shown else []


class Pulse(threading.Thread):
    """Asks for the status line twice a second, and for the app's memory every other time."""

    def __init__(self, address: str, memory_mb: Callable[[], float], records: Records) -> None:
        super().__init__(name="pulse", daemon=True)
        self._page, self._memory_mb, self._records = PageClient(address), memory_mb, records
        self.memory: list[tuple[float, float]] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.wait(0.5):
            began = time.perf_counter()
            try:
                self._page.status()
            except AssistantError as error:
                self._records.faults.append(f"the status line: {error.message}")
            at = self._records.clock()
            self._records.acts.append(Act("pulse", "status", at - (time.perf_counter() - began), at))
            self.memory.append((at, self._memory_mb()))
