"""How a suite is run: what is evaluated, how much of it, and the loop over its cases."""

from __future__ import annotations

import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from assistant.config import Config
from assistant.errors import UsageError
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.search import Retriever
from assistant.models.engine import LlamaEngine
from assistant.models.llama import LlamaModel
from assistant.workspace import Workspace


class Subject(Protocol):
    """What is evaluated: the models and settings of an assistant. Its index and progress are left alone."""

    workspace: Workspace
    config: Config

    def embedder(self) -> SentenceTransformerEmbedder:
        """Returns the embedder."""

    def engine(self) -> LlamaEngine:
        """Returns the engine."""

    def fingerprint(self) -> str:
        """Identifies chunking and embedder."""

    def retriever(self) -> Retriever:
        """Returns what searches the workspace's own notes."""

    def vocabulary(self) -> tuple[str, LlamaModel]:
        """Returns the name of the model that writes, and the model, perhaps without its weights.

        Raises:
            ModelMissing: It is not there.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
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
    def drawn(self) -> dict[str, object]:
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
        own: Whether it is about the student's own notes and questions, and not one of those that judge the program.
    """

    name: str
    says: str
    run: Callable[[Subject, Options], Report]
    needs_data: bool = True
    searches: bool = True
    asks: bool = True
    own: bool = False


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


def run_cases(cases: Sequence[C], evaluate: Callable[[C], Row], options: Options) -> tuple[list[Row], bool]:
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
