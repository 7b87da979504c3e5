"""Cards from elsewhere: what a file of cards would bring, bringing it, and taking it back."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from assistant.api.calls import Payload, call
from assistant.api.service import uploaded
from assistant.app.assistant import Assistant
from assistant.cards.card import Card
from assistant.cards.card_rows import FoundCards, TableAdded, add_rows, look_at_rows, take_back
from assistant.cards.card_table import read_cards
from assistant.core.files import safe_name
from assistant.errors import StudyError
from assistant.ui import wording
from assistant.ui.tabs.review.handlers import CardSides, Remark, utc_now

_SHOWN = 5
_KEPT = 8

Kept = TypeVar("Kept")


class CardFileView(Payload):
    """What a file of cards would bring: how many cards, the first of them, and what was not read and why.

    ``file`` stands for it in ``add``; ``scheduled`` of its cards say when they are due.
    """

    file: str
    name: str
    says: str
    new: int
    changed: int
    known: int
    first: list[CardSides]
    remarks: list[str]
    scheduled: int


class CardsAdded(Payload):
    """What was done, in words; ``done`` takes it back with ``undo``."""

    says: str
    done: str


@dataclass(frozen=True, slots=True)
class _ReadFile:
    name: str
    found: FoundCards


class CardImportHandlers:
    """What the Review tab asks for to import cards.

    Args:
        service: The assistant.
        uploads: The folder into which the browser's files were put; files from anywhere else are refused.
        clock: Returns the time, aware of its zone.
    """

    area = "cards"

    def __init__(self, service: Assistant, uploads: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self._service = service
        self._uploads = uploads
        self._clock = clock
        self._lock = threading.Lock()
        self._files: OrderedDict[str, _ReadFile] = OrderedDict()
        self._done: OrderedDict[str, TableAdded] = OrderedDict()

    @call
    def look(self, file: str, name: str) -> CardFileView:
        """Returns what an uploaded file of cards would bring; nothing is made yet."""
        read = self._read(file, name)
        done = look_at_rows(self._service.cards, read.found.rows, self._clock())
        return CardFileView(
            file=self._keep(self._files, read),
            name=read.name,
            says=_says(done),
            new=len(done.added),
            changed=len(done.updated),
            known=done.known,
            first=[_sides(card) for card in (*done.added, *done.updated)[:_SHOWN]],
            remarks=list(read.found.remarks),
            scheduled=sum(row.schedule is not None for row in read.found.rows),
        )

    @call
    def add(self, file: str, keep_schedule: bool = False) -> CardsAdded:
        """Makes the cards of a file that was looked at; with ``keep_schedule`` they are due when it says."""
        read = self._files.get(file)
        if read is None:
            raise StudyError("The file is not known any more.", hint="Choose it again.")
        done = add_rows(self._service.cards, read.found.rows, self._clock(), keep_schedule=keep_schedule)
        return CardsAdded(says=f"{read.name}: {_says(done)}", done=self._keep(self._done, done))

    @call
    def undo(self, done: str) -> Remark:
        """Takes an import back."""
        with self._lock:
            imported = self._done.pop(done, None)
        if imported is None:
            raise StudyError("This import cannot be taken back any more.", hint="Delete single cards in Review.")
        take_back(self._service.cards, imported, self._clock())
        return Remark(says="The import was taken back.")

    def _read(self, file: str, name: str) -> _ReadFile:
        """Returns the cards of an uploaded file, which is read under its own name and not kept."""
        known, arrived = safe_name(name.replace("\\", "/").rpartition("/")[2]), uploaded(self._uploads, file)
        if arrived is None:
            raise StudyError(f"{known} did not arrive.", hint="Choose it again.")
        with tempfile.TemporaryDirectory(prefix="study-cards-") as folder:
            target = Path(folder) / known
            try:
                shutil.move(arrived, target)
            except OSError as error:
                raise StudyError(
                    f"{known[:100]} cannot be taken: {error.strerror or error}.", hint="Check the free space."
                ) from error
            return _ReadFile(known, read_cards(target, self._service.cards.scheduler))

    def _keep(self, kept: OrderedDict[str, Kept], value: Kept) -> str:
        key = secrets.token_hex(8)
        with self._lock:
            kept[key] = value
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        return key


def _sides(card: Card) -> CardSides:
    return CardSides(front=card.front, back=card.back)


def _says(done: TableAdded) -> str:
    parts = [wording.count(len(done.added), "new card")]
    parts += [f"{len(done.updated):,} changed"] if done.updated else []
    parts += [f"{done.known:,} here already"] if done.known else []
    return f"{', '.join(parts)}."
