"""Fills the bank: first from the structure of the notes, at once; then with the model, while it is free."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Protocol

from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator, LeasedGenerator
from assistant.models.scheduler import Lease
from assistant.quiz.bank_store import Bank, Work
from assistant.quiz.choosing import Span
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.gates import PROOF_GATES
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Item, Maker
from assistant.quiz.making.judge import Judge
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import make_items
from assistant.types import ContextBlock, Document

_VERSION = "10"
"""Of the makers and gates. Another one has all notes read anew."""

FIRST = 3
"""Questions that are written before a quiz begins where the bank has none: the next ones while it is answered."""

_PATIENCE_S, _GIVE_UP_S = 10.0, 60.0
"""After so long fewer have to do, and after so long none."""


class ItemMaker(Protocol):
    """Writes items about sections of notes with the model.

    Attributes:
        dropped: For each check, how many items it stopped.
    """

    dropped: Counter[str]

    def plan(self, note: Document) -> Sequence[ContextBlock]:
        """Returns the sections of a note that have something to ask about, the most important first."""

    def make_from(self, block: ContextBlock, rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
        """Yields items that passed the exam, the model's part of it included, as they are made.

        It ends early if ``cancel`` is set.
        """


MakeMaker = Callable[[Generator, Pool, Callable[[Item], Item]], ItemMaker]
"""Returns a maker; it is given what writes, the facts of all notes, and what examines an item."""


@dataclass(frozen=True, slots=True)
class BankProgress:
    """How far the bank is.

    Attributes:
        stage: ``structure``, ``model`` (the model writes), ``first`` (it writes what a quiz waits for) or ``checking``
            (it answers).
        done: Notes, sections while the model writes, or items while it is checking.
    """

    stage: str
    done: int
    total: int
    items: int


@dataclass(frozen=True, slots=True)
class WithModel:
    """What is needed to use the model.

    Attributes:
        generator: Answers the items, and writes more; it must score replies.
        make_maker: Makes what writes items; None to check only.
    """

    generator: Generator
    make_maker: MakeMaker | None = None


class BankBuilder:
    """Brings the bank up to date with the notes, always within a lease.

    So one thread at a time works here. Where another goes first, between two notes or two items, what it has done is
    seen and not done again.

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
        self._preferred: frozenset[str] = frozenset()

    def prefer(self, notes: Collection[str]) -> None:
        """Has the model write about these notes before others: they are being studied. May be called at any time."""
        self._preferred = frozenset(notes)

    def build(
        self,
        notes: Sequence[Document],
        lease: Lease,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
        model: WithModel | None = None,
        *,
        only: Collection[str] | None = None,
    ) -> None:
        """Makes what is missing and takes out what no longer holds. What is done is kept when it is cancelled.

        Args:
            notes: All notes: a wrong option must not be right by any of them.
            lease: Is held; others go first wherever they can.
            on_progress: Is told how far it is.
            model: Without it, only the structure of the notes is used.
            only: Paths of the notes to read now; None for all.

        Raises:
            Cancelled: The lease was cancelled.
            StudyDatabaseError: ``study.db`` cannot be written.
            ModelError: The model failed; all else is done.
        """
        self._bank.keep_notes({note.path for note in notes}, self._clock())
        changed = [note for note in self._changed(notes) if only is None or note.path in only]
        if changed:
            self._structure(notes, changed, lease, on_progress)
        if model is not None:
            self._with_model(notes, Ground(notes), model, lease, on_progress)

    def _changed(self, notes: Sequence[Document]) -> list[Document]:
        """Returns the notes whose structure the bank does not know as it is now."""
        known = self._bank.fingerprints(Maker.STRUCTURE)
        return [note for note in notes if known.get(note.path) != fingerprint(note)]

    def _structure(
        self,
        notes: Sequence[Document],
        changed: Sequence[Document],
        lease: Lease,
        on_progress: Callable[[BankProgress], None],
    ) -> None:
        """Makes what the structure of ``changed`` gives, note after note; a note that is interrupted begins anew."""
        ground = Ground(notes)
        lease.give_way()
        pool = Pool(notes, ground)
        left = {note.path for note in changed}
        self._recheck([item for item in self._bank.items() if item.source.note not in left], ground, lease)
        examiner, count = self._examiner(ground, left)
        for done, note in enumerate(changed):
            on_progress(BankProgress("structure", done, len(changed), count))
            fair = None
            while fair is None and self._changed([note]):  # nobody else has read it meanwhile
                fair = self._read(note, pool, examiner, lease)
                if fair is None:
                    examiner, count = self._examiner(ground, left)
            if fair is not None:
                self._bank.replace(note.path, self._work(note, examiner), fair, self._clock())
                count += len(fair)
            left.remove(note.path)
        on_progress(BankProgress("structure", len(changed), len(changed), count))

    def _examiner(self, ground: Ground, left: Collection[str]) -> tuple[Examiner, int]:
        """Returns an examiner that knows the bank, without what notes are made anew, and how many items those are."""
        known = [item for item in self._bank.items() if item.source.note not in left]
        return Examiner(ground, self._embedder(), known), len(known)

    def _read(self, note: Document, pool: Pool, examiner: Examiner, lease: Lease) -> list[Item] | None:
        """Returns the fair items of one note, or None if others went first: they may have changed the bank."""
        examiner.dropped = Counter()
        reported, fair = self._bank.reported(), []
        for made in make_items(note.path, pool, random.Random(f"{self._seed} {note.path}")):
            if lease.give_way():
                return None
            item = examiner.examine(made)
            if is_fair(item) and item.id not in reported:
                fair.append(item)
        return fair

    def _work(self, note: Document, examiner: Examiner) -> Work:
        return Work(Maker.STRUCTURE, fingerprint(note), examiner.dropped)

    def _recheck(self, items: Iterable[Item], ground: Ground, lease: Lease) -> None:
        """Looks again at items of notes that did not change: what changed elsewhere may make a wrong option right."""
        for item in items:
            lease.give_way()
            if any(not gate(item, ground).passed for gate in PROOF_GATES):
                self._bank.retire([item], self._clock())

    def _with_model(
        self,
        notes: Sequence[Document],
        ground: Ground,
        model: WithModel,
        lease: Lease,
        on_progress: Callable[[BankProgress], None],
    ) -> None:
        """Has the model check what waits for it, and then write more."""
        generator = LeasedGenerator(model.generator, lease)
        lease.give_way()
        items = self._bank.items()
        examiner = Examiner(ground, self._embedder(), items)
        waiting = sorted(self._bank.pending(), key=lambda item: item.source.note not in self._preferred)
        pool = Pool(notes, ground)
        for done, item in enumerate(waiting):
            on_progress(BankProgress("checking", done, len(waiting), len(items)))
            lease.give_way()
            asked = examiner.catch_up(item)
            if is_fair(asked):
                told = Judge(item.source.note, pool).told(item)
                asked = examiner.ask_model(asked, told, generator, lease.cancel)
            if is_fair(asked):
                self._bank.update(asked)
            else:
                self._bank.retire([asked], self._clock())
        if model.make_maker is not None:
            lease.give_way()
            maker = model.make_maker(generator, pool, examiner.examine)
            self._write(notes, maker, lease, on_progress)

    def write_first(
        self,
        notes: Sequence[Document],
        spans: Sequence[Span],
        model: WithModel,
        lease: Lease,
        on_progress: Callable[[BankProgress], None] = lambda _: None,
    ) -> None:
        """Writes the first questions about a topic that a quiz waits for: about its most important sections.

        Args:
            notes: All notes.
            spans: Where the topic is in the notes; none for everywhere.
            model: What writes.
            lease: Is held.
            on_progress: Is told how far it is.

        Raises:
            Cancelled: The lease was cancelled. What is done is kept.
            StudyDatabaseError: ``study.db`` cannot be written.
            ModelError: The model failed.
        """
        if model.make_maker is None:
            return
        ground = Ground(notes)
        examiner = Examiner(ground, self._embedder(), self._bank.items())
        maker = model.make_maker(LeasedGenerator(model.generator, lease), Pool(notes, ground), examiner.examine)
        chosen = [note for note in notes if not spans or any(span.note == note.path for span in spans)]
        plans = [[block for block in maker.plan(note) if _is_within(block, spans)] for note in chosen]
        found, began = 0, time.monotonic()
        for block in _in_turn(plans):
            for item in maker.make_from(block, self._rng(block), lease.cancel):
                found += self._kept(item)
                on_progress(BankProgress("first", found, FIRST, found))
                if found == FIRST or (found and time.monotonic() - began > _PATIENCE_S):
                    return
            lease.give_way()
            if time.monotonic() - began > _GIVE_UP_S:
                return

    def _write(
        self,
        notes: Sequence[Document],
        maker: ItemMaker,
        lease: Lease,
        on_progress: Callable[[BankProgress], None],
    ) -> None:
        """Has the model write about every section that it has not written about, the best of each note first.

        How many sections of a note are done is kept, so that a stopped build goes on where it was.
        """
        known = self._bank.fingerprints(Maker.MODEL)
        written = [note for note in notes if known.get(note.path) != fingerprint(note)]
        done = {note.path: _sections_done(known.get(note.path, ""), fingerprint(note)) for note in written}
        plans = []
        for note in written:
            lease.give_way()
            plans.append((note, maker.plan(note)))
            if not done[note.path]:
                old = [item for item in self._bank.items(note.path) if item.maker is Maker.MODEL]
                self._bank.retire([item for item in old if not self._holds(item, note)], self._clock())
        total, finished = sum(len(plan) for _, plan in plans), sum(done.values())
        while plans:
            note, plan = min(plans, key=lambda pair: (pair[0].path not in self._preferred, done[pair[0].path]))
            number = done[note.path]
            on_progress(BankProgress("model", finished, total, self._bank.counts().items))
            if number < len(plan):
                lease.give_way()
                for item in maker.make_from(plan[number], self._rng(plan[number]), lease.cancel):
                    self._kept(item)
                lease.give_way()  # what was cut short is not finished
                done[note.path], finished = number + 1, finished + 1
            is_whole = done[note.path] >= len(plan)
            mark = fingerprint(note) if is_whole else f"{fingerprint(note)}+{done[note.path]}"
            dropped = self._bank.dropped(note.path, Maker.MODEL) if number else Counter()
            self._bank.finish(note.path, Work(Maker.MODEL, mark, dropped + maker.dropped), self._clock())
            maker.dropped.clear()
            plans = [pair for pair in plans if pair[0] is not note or not is_whole]

    def _kept(self, item: Item) -> bool:
        """Puts an item into the bank if it is fair and the student did not take it out; returns whether it did."""
        if not is_fair(item) or item.id in self._bank.reported():
            return False
        self._bank.add([item], self._clock())
        return True

    def _holds(self, item: Item, note: Document) -> bool:
        return all(note.text[proof.start : proof.end] == proof.quote for proof in item.proofs)

    def _rng(self, block: ContextBlock) -> random.Random:
        return random.Random(f"{self._seed} {block.note} {block.ordinal}")


def _sections_done(mark: str, wanted: str) -> int:
    known, _, count = mark.partition("+")
    return int(count) if known == wanted and count else 0


def _is_within(block: ContextBlock, spans: Sequence[Span]) -> bool:
    return not spans or any(s.note == block.note and s.start < block.end and block.start < s.end for s in spans)


def _in_turn(plans: Sequence[Sequence[ContextBlock]]) -> Iterator[ContextBlock]:
    """Yields the best section of each note, then the second of each, and so on."""
    for row in zip_longest(*plans):
        yield from (block for block in row if block is not None)


def fingerprint(note: Document) -> str:
    """Identifies a note's text and what items are made with."""
    return hashlib.blake2b(f"{_VERSION}\x1f{note.text}".encode(), digest_size=8).hexdigest()
