"""Looks the formulas of a sentence up in what was read: words that are all in the notes can make a formula that is not.

"τ = R_eq / C_D" is made of symbols of the notes and covers any line that names them. Two formulas are the same where
they have the same values (see ``documents.equality``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from assistant.answering.units import Unit
from assistant.documents.equations import Equation, formulas_of
from assistant.documents.labels import FORMULA

NO_FORMULA = "your notes do not have this formula"

_FEWEST_SYMBOLS = 2
_BARE = re.compile(r"(?:\S+\s*=\s*)?\S*\\[A-Za-z]+[^$]*?(?=[.,;]?\s*$)")
"""LaTeX to the end of a sentence that a model did not mark as a formula."""


class KnownFormulas:
    """The formulas of the sentences that were read."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units = units

    def fault(self, text: str) -> str:
        """Returns why a formula of a sentence is none of the notes, or an empty string.

        A formula relates at least two symbols; one that cannot be read is not judged.
        """
        said = [one for one in _formulas(text) if "=" in one.relations and len(one.symbols) >= _FEWEST_SYMBOLS]
        return NO_FORMULA if any(not any(own.same(one) for own in self._own) for one in said) else ""

    @cached_property
    def _own(self) -> list[Equation]:
        return [one for unit in self._units for one in _formulas(unit.text) if one.relations]


def _formulas(text: str) -> list[Equation]:
    return formulas_of(text if FORMULA.search(text) else _BARE.sub(lambda found: f"${found[0].strip()}$", text))
