"""The suites of ``assistant eval run``, one per module."""

from __future__ import annotations

from assistant.errors import UsageError
from assistant.evaluation.running import Suite
from assistant.evaluation.suites import notes, quiz, rgb, squad

SUITES: dict[str, Suite] = {module.SUITE.name: module.SUITE for module in (notes, squad, rgb, quiz)}


def find_suite(name: str) -> Suite:
    """Returns the suite of this name.

    Raises:
        UsageError: There is none.
    """
    if name not in SUITES:
        raise UsageError(f"There is no suite {name!r}.", hint=f"One of: {', '.join(SUITES)}")
    return SUITES[name]
