"""Suites: which there are, what is evaluated, how much of it, and the loop over its cases."""

from __future__ import annotations

import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from assistant.config import Config
from assistant.core.lazy import Lazy
from assistant.errors import UsageError
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row, RunSetting
from assistant.extensions import find_extensions, load_extension, missing_extension
from assistant.index.embedder import Embedder
from assistant.index.inventory import NoteInventory
from assistant.index.retriever import Retriever
from assistant.models.generator import Generator
from assistant.models.llama.engine import LlamaEngine
from assistant.models.llama.library import LlamaModel
from assistant.models.scheduler import Scheduler
from assistant.types import Answer, Event, IndexStatus, Request
from assistant.workspace import Workspace

EXTENSIONS = "assistant.suites"
"""The entry points of further suites: each names a ``Suite``."""


class MeasuredModels(Protocol):
    """The models that are measured."""

    @property
    def embedder(self) -> Lazy[Embedder]:
        """The embedder."""

    @property
    def engine(self) -> Lazy[Generator]:
        """What writes."""

    def local(self) -> LlamaEngine:
        """Returns the model for what looks inside it.

        Raises:
            ModelError: It cannot be loaded, or is on a server.
        """

    def vocabulary(self) -> tuple[str, LlamaModel]:
        """Returns the name of the model that writes, and the model, perhaps without its weights.

        Raises:
            ModelMissing: It is not there.
        """


class MeasuredIndex(Protocol):
    """The workspace's own index."""

    @property
    def retriever(self) -> Lazy[Retriever]:
        """What searches it."""

    def fingerprint(self) -> str:
        """Identifies chunking and embedder."""

    def status(self) -> IndexStatus:
        """Returns its state."""


class MeasuredAnswers(Protocol):
    """What answers."""

    def answer(self, question: str) -> Answer:
        """Returns the answer to a question."""

    def ask(self, question: Request | str) -> Iterator[Event]:
        """Yields the events of an answer."""


class MeasuredSettings(Protocol):
    """The settings."""

    @property
    def now(self) -> Config:
        """As they are now."""


class MeasuredAssistant(Protocol):
    """What is evaluated, and how fast it is measured: an assistant. Its index and progress are left alone."""

    @property
    def workspace(self) -> Workspace:
        """Where it is."""

    @property
    def settings(self) -> MeasuredSettings:
        """The settings."""

    @property
    def models(self) -> MeasuredModels:
        """The models."""

    @property
    def index(self) -> MeasuredIndex:
        """The index."""

    @property
    def notes(self) -> NoteInventory:
        """The notes."""

    @property
    def scheduler(self) -> Scheduler:
        """Who may use the model."""

    @property
    def answers(self) -> MeasuredAnswers:
        """What answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOptions:
    """What was asked for.

    Attributes:
        data: The folder of a suite whose questions do not lie in the repository.
        limit: At most so many cases, every group in its share; 0 for all.
        seed: Of the draw of the cases, and of everything else that is drawn.
        kinds: Only these kinds of cases; empty for all.
        exact: Read every prompt in full, without states of sections that were read before.
        read: What the model reads: ``sections`` or ``passages``.
        maker: Whose quiz items: ``structure`` or ``model``.
        retrieval: Only what the search finds; no model writes.
        now: When the run began, UTC.
        cancel: Set from another thread to stop; what was measured so far is reported.
        on_progress: Called with the numbers of cases done and to be done.
    """

    data: Path | None = None
    limit: int = 0
    seed: int = 0
    kinds: tuple[str, ...] = ()
    exact: bool = False
    read: str = "sections"
    maker: str = "structure"
    retrieval: bool = False
    now: datetime
    cancel: threading.Event
    on_progress: Callable[[int, int], None] = lambda done, total: None

    @property
    def drawn(self) -> dict[str, RunSetting]:
        """Which cases were drawn, for the settings of a report."""
        return {"limit": self.limit, "seed": self.seed, "kinds": list(self.kinds)}


@dataclass(frozen=True, slots=True)
class Suite:
    """A dataset and what is measured on it.

    Attributes:
        says: What it measures, in a line.
        run: Measures. Raises ``UsageError`` where its data are missing or of another form.
        needs_data: Whether its questions lie outside the repository.
        searches: Whether it measures something without the model.
        asks: Whether it measures something with the model.
        in_all: Whether it is among those that judge the program, which ``assistant eval all`` runs.
    """

    name: str
    says: str
    run: Callable[[MeasuredAssistant, SuiteOptions], Report]
    needs_data: bool = True
    searches: bool = True
    asks: bool = True
    in_all: bool = True


class HasKind(Protocol):
    """A case of some kind."""

    @property
    def kind(self) -> str:
        """How it was made."""

    @property
    def id(self) -> str:
        """Unique within its dataset."""


C = TypeVar("C", bound=HasKind)


def of_kinds(cases: Sequence[C], kinds: Sequence[str], name: str) -> list[C]:
    """Returns the cases of these kinds, or all where none is named.

    Raises:
        UsageError: There is none.
    """
    chosen = [case for case in cases if not kinds or case.kind in kinds]
    if not chosen:
        there = ", ".join(sorted({case.kind for case in cases})) or "none at all"
        raise UsageError(f"No case of {name} is of kind {', '.join(kinds)}.", hint=f"Its kinds: {there}.")
    return chosen


def sample(
    cases: Sequence[C], limit: int, seed: int, group_of: Callable[[C], Hashable] = lambda case: case.kind
) -> list[C]:
    """Returns at most ``limit`` cases (0 for all) in their order, every group in its share.

    The same arguments always give the same cases.
    """
    if not 0 < limit < len(cases):
        return list(cases)
    drawn = list(cases)
    random.Random(seed).shuffle(drawn)
    sizes = Counter(map(group_of, cases))
    seen: Counter[Hashable] = Counter()
    places = {}
    for case in drawn:  # the k-th of a group stands where k/size of the sample is drawn
        group = group_of(case)
        places[case.id] = (seen[group] + 0.5) / sizes[group]
        seen[group] += 1
    kept = set(sorted(places, key=places.__getitem__)[:limit])
    return [case for case in cases if case.id in kept]


def run_cases(cases: Sequence[C], evaluate: Callable[[C], Row], options: SuiteOptions) -> tuple[list[Row], bool]:
    """Returns a row per case, and whether it came to all of them.

    A case that crashes is a row too, with the traceback in ``error``: one bad case must not lose an hour of others.
    """
    rows: list[Row] = []
    for case in cases:
        try:
            row = evaluate(case)
        except Exception:  # noqa: BLE001  (see above; the row says what happened, the report counts it)
            row = {"id": case.id, "kind": case.kind, "error": traceback.format_exc()}
        if options.cancel.is_set():
            break
        rows.append(row)
        options.on_progress(len(rows), len(cases))
    return rows, len(rows) == len(cases)


def crashed(rows: Sequence[Row]) -> Metric:
    """Returns the share of the cases that crashed, which are left out of all other figures."""
    return Metric("crashed", mean([float(bool(row["error"])) for row in rows]), 0.0, lower_is_better=True)


def find_suites() -> dict[str, Suite]:
    """Returns the suites there are, by name: the program's own, then those that are registered.

    Raises:
        UsageError: One that is registered cannot be loaded.
    """
    return _own_suites() | {name: load_extension(EXTENSIONS, name) for name in find_extensions(EXTENSIONS)}


def find_suite(name: str) -> Suite:
    """Returns the suite of this name.

    Raises:
        UsageError: There is none, or it cannot be loaded.
    """
    own = _own_suites()
    if name in own:
        return own[name]
    if name not in find_extensions(EXTENSIONS):
        raise missing_extension("suite", EXTENSIONS, name, tuple(own))
    suite: Suite = load_extension(EXTENSIONS, name)
    return suite


def _own_suites() -> dict[str, Suite]:
    # which are made of what this module defines
    from assistant.evaluation import suite_grading, suite_mine, suite_notes, suite_quiz

    return {module.SUITE.name: module.SUITE for module in (suite_notes, suite_quiz, suite_mine, suite_grading)}


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a plan.

    Attributes:
        missing: The folder that is not there, in words; empty if the suite can run.
    """

    suite: Suite
    data: Path | None
    with_model: bool
    missing: str = ""

    @property
    def name(self) -> str:
        """What its report is called."""
        return self.suite.name if self.with_model else f"{self.suite.name}-retrieval"


def plan(data: Path | None, *, with_model: bool) -> Iterator[PlannedRun]:
    """Yields the runs of all suites that judge the program: first what needs no model, then, if asked for, what does.

    Args:
        data: Holds a folder of the suite's name for each suite that needs one.
        with_model: Whether the model is asked at all.
    """
    for asks in (False, True) if with_model else (False,):
        for suite in find_suites().values():
            if not suite.in_all or not (suite.asks if asks else suite.searches):
                continue
            folder = data / suite.name if data is not None and suite.needs_data else None
            missing = ""
            if suite.needs_data and (folder is None or not folder.is_dir()):
                missing = str(folder) if folder else f"--data FOLDER with {suite.name}/"
            yield PlannedRun(suite, folder, asks, missing)
