"""The suites of ``assistant eval run``, one per module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError
from assistant.evaluation.running import Suite
from assistant.evaluation.suites import aif, attribution, chunking, cranfield, mine, notes, quiz, rgb, squad

SUITES: dict[str, Suite] = {
    module.SUITE.name: module.SUITE for module in (notes, squad, chunking, cranfield, aif, rgb, attribution, quiz, mine)
}


def find_suite(name: str) -> Suite:
    """Returns the suite of this name.

    Raises:
        UsageError: There is none.
    """
    if name not in SUITES:
        raise UsageError(f"There is no suite {name!r}.", hint=f"One of: {', '.join(SUITES)}")
    return SUITES[name]


@dataclass(frozen=True, slots=True)
class Step:
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


def plan(data: Path | None, *, with_model: bool) -> Iterator[Step]:
    """Yields the runs of all suites that judge the program: first what needs no model, then, if asked for, what does.

    Args:
        data: Holds a folder of the suite's name for each suite that needs one.
        with_model: Whether the model is asked at all.
    """
    for asks in (False, True) if with_model else (False,):
        for suite in SUITES.values():
            if suite.own or not (suite.asks if asks else suite.searches):
                continue
            folder = data / suite.name if data is not None and suite.needs_data else None
            missing = ""
            if suite.needs_data and (folder is None or not folder.is_dir()):
                missing = str(folder) if folder else f"--data FOLDER with {suite.name}/"
            yield Step(suite, folder, asks, missing)
