"""Fills the bank: first from the structure of the notes, at once; then with the model, while nobody asks anything."""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.errors import Cancelled
from assistant.study.bank.store import Bank, Work
from assistant.study.exam.examiner import Examiner, TextEmbedder, is_fair
from assistant.study.exam.ground import Ground
from assistant.study.exam.model_gate import Comparer
from assistant.study.exam.proof_gates import PROOF_GATES
from assistant.study.items import Item, Maker
from assistant.study.making.pool import Pool
from assistant.study.making.structure import make_items
from assistant.types import Note

_VERSION = "1"
"""Of the makers and gates. Another one has all notes read anew."""


class ItemMaker(Protocol):
    """Writes items about a note with the model.

    Attributes:
        dropped: For each check, how many items it stopped.
    """

    dropped: Counter[str]

    def make(self, note: Note, cancel: threading.Event) -> Iterator[Item]:
        """Yields items that passed the exam, the model's part of it included; ends early if ``cancel`` is set."""


MakeMaker = Callable[[Pool, Callable[[Item], Item]], ItemMaker]
"""Returns a maker for one note; it is given the facts of all notes, and what examines an item."""


@dataclass(frozen=True, slots=True)
class BankProgress:
    """How far the bank is.

    Attributes:
        stage: ``structure``, ``model`` (the model writes) or ``checking`` (the model answers).
        done: Notes, or items while checking.
    """

    stage: str
    done: int
    total: int
    items: int


@dataclass(frozen=True, slots=True)
class WithModel:
    """What is needed to use the model.

    Attributes:
        comparer: Answers the items. In the background, one that lets questions of a person go first.
        make_maker: Makes what writes items; None to check only.
    """

    comparer: Comparer
    make_maker: MakeMaker | None = None


class BankBuilder:
    """Brings the bank up to date with the notes. May be used from several threads.

    Args:
        clock: Returns the time, aware of its zone.
        embedder: Returns what compares options by meaning, or None as long as it is not loaded; that check is then made
            before the model is asked.
        seed: Of everything that is drawn.
    """

    def __init__(
        self,
        bank: Bank,
        clock: Callable[[], datetime],
        *,
        embedder: Callable[[], TextEmbedder | None] = lambda: None,
        seed: int = 0,
    ) -> None:
        self._bank = bank
        self._clock = clock
        self._embedder = embedder
        self._seed = seed
        self._reading = threading.Lock()
        self._asking = threading.Lock()  # apart, since a quiz must not wait for the model

    def build(
        self,
        notes: Sequence[Note],
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
        model: WithModel | None = None,
        *,
        only: Collection[str] | None = None,
    ) -> None:
        """Makes what is missing and takes out what no longer holds. What is done is kept when ``cancel`` is set.

        Args:
            notes: All notes: a wrong option must not be right by any of them.
            cancel: Ends it soon.
            on_progress: Is told how far it is.
            model: Without it, only the structure of the notes is used.
            only: Paths of the notes to read now; None for all.

        Raises:
            StudyDatabaseError: ``study.db`` cannot be written.
            ModelError: The model failed; all else is done.
        """
        with self._reading:
            self._read(notes, cancel, on_progress, only)
        if model is not None and not cancel.is_set():
            with self._asking, contextlib.suppress(Cancelled):
                self._with_model(notes, Ground(notes), model, cancel, on_progress)

    def _read(
        self,
        notes: Sequence[Note],
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None],
        only: Collection[str] | None,
    ) -> None:
        """Makes what the structure of new and changed notes gives."""
        self._bank.keep_notes({note.path for note in notes}, self._clock())
        known = self._bank.fingerprints(Maker.STRUCTURE)
        changed = [n for n in notes if known.get(n.path) != fingerprint(n) and (only is None or n.path in only)]
        if changed:
            self._structure(notes, changed, cancel, on_progress)

    def _structure(
        self,
        notes: Sequence[Note],
        changed: Sequence[Note],
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None],
    ) -> None:
        ground = Ground(notes)
        pool = Pool(notes, ground)
        anew = {note.path for note in changed}
        kept = self._recheck([item for item in self._bank.items() if item.source.note not in anew], ground)
        reported = self._bank.reported()
        examiner = Examiner(ground, self._embedder(), kept)
        count = len(kept)
        for done, note in enumerate(changed):
            on_progress(BankProgress("structure", done, len(changed), count))
            if cancel.is_set():
                return
            examiner.dropped = Counter()
            made = make_items(note.path, pool, random.Random(f"{self._seed} {note.path}"))
            fair = [item for item in map(examiner.examine, made) if is_fair(item) and item.id not in reported]
            work = Work(Maker.STRUCTURE, fingerprint(note), examiner.dropped)
            self._bank.replace(note.path, work, fair, self._clock())
            count += len(fair)
        on_progress(BankProgress("structure", len(changed), len(changed), count))

    def _recheck(self, items: Iterable[Item], ground: Ground) -> list[Item]:
        """Looks again at items of notes that did not change: what changed elsewhere may make a wrong option right."""
        kept: list[Item] = []
        failed: list[Item] = []
        for item in items:
            fails = any(not gate(item, ground).passed for gate in PROOF_GATES)
            (failed if fails else kept).append(item)
        self._bank.retire(failed, self._clock())
        return kept

    def _with_model(
        self,
        notes: Sequence[Note],
        ground: Ground,
        model: WithModel,
        cancel: threading.Event,
        on_progress: Callable[[BankProgress], None],
    ) -> None:
        items = self._bank.items()
        examiner = Examiner(ground, self._embedder(), items)
        waiting = self._bank.pending()
        for done, item in enumerate(waiting):
            on_progress(BankProgress("checking", done, len(waiting), len(items)))
            asked = examiner.catch_up(item)
            asked = examiner.ask_model(asked, model.comparer, cancel) if is_fair(asked) else asked
            if is_fair(asked):
                self._bank.update(asked)
            else:
                self._bank.retire([asked], self._clock())
        if model.make_maker is None:
            return
        known = self._bank.fingerprints(Maker.MODEL)
        written = [note for note in notes if known.get(note.path) != fingerprint(note)]
        pool = Pool(notes, ground)
        for done, note in enumerate(written):
            on_progress(BankProgress("model", done, len(written), self._bank.counts().items))
            self._write(note, model.make_maker(pool, examiner.examine), cancel)

    def _write(self, note: Note, maker: ItemMaker, cancel: threading.Event) -> None:
        reported = self._bank.reported()
        self._bank.retire([item for item in self._bank.items(note.path) if item.maker is Maker.MODEL], self._clock())
        for item in maker.make(note, cancel):
            if is_fair(item) and item.id not in reported:
                self._bank.add([item], self._clock())
        if not cancel.is_set():
            self._bank.finish(note.path, Work(Maker.MODEL, fingerprint(note), maker.dropped), self._clock())


def fingerprint(note: Note) -> str:
    """Identifies a note's text and what items are made with."""
    return hashlib.blake2b(f"{_VERSION}\x1f{note.text}".encode(), digest_size=8).hexdigest()
