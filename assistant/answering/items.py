"""Items of a list and what is said of them: "Batch - many inputs at once" must not be told of "Real-time"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from assistant.answering.units import Unit, Words
from assistant.index.words import content_words, stem

_BREAK = re.compile(r"(,?\s(?:which|that|because|so that|but|although|while|whereas|and)\s|[;,]\s)")
_SAME_SUBJECT = ("which", "that", "")
"""What may stand between two clauses that speak of the same thing; the empty one is a comma."""


class Items:
    """The items of the lists that were read.

    Args:
        units: The sentences that were read.
        equals: The stems of the notes that are the same word as a stem.
    """

    def __init__(self, units: Sequence[Unit], equals: Callable[[str], frozenset[str]]) -> None:
        self._equals = equals
        labels = (unit.topics[0] for unit in units if len(unit.topics) > 1 and unit.topics[0].stems <= unit.own.stems)
        self._names = _distinct(labels)

    def other_owner(self, body: str, sources: Sequence[Unit]) -> str:
        """Returns the item that the notes say it of, where the sentence says it of another one; otherwise nothing.

        Only what is said of the sentence's own subject is looked at: up to the first "and", "but", "while" or ";".

        Args:
            body: The sentence.
            sources: The sentences of the notes that are thought to support it.
        """
        parts = _BREAK.split(body)
        name = self._begins_with(parts[0])
        if name is None:
            return ""
        marks = takewhile(lambda mark: mark.strip(" ,") in _SAME_SUBJECT, parts[1::2])
        own = [parts[0], *(clause for _, clause in zip(marks, parts[2::2], strict=False))]
        found = (self._owner(Words(clause).stems - self._alike(name.stems), name, sources) for clause in own)
        return next(filter(None, found), "")

    def _owner(self, told: frozenset[str], name: Words, sources: Sequence[Unit]) -> str:
        if len(told) < 2:
            return ""
        shares = {unit: sum(bool(self._equals(s) & unit.own.stems) for s in told) for unit in sources}
        main = max(sources, key=lambda unit: (shares[unit], self._speaks_of(unit, name)))
        owner = main.topics[0] if main.topics else None
        if owner is None or not any(owner.stems == other.stems for other in self._names):
            return ""  # "Use" and "AWS" belong to an item above them, perhaps to the very one that is named
        is_foreign = 2 * shares[main] >= len(told) and not self._speaks_of(main, name)
        return owner.text if is_foreign else ""

    def _begins_with(self, clause: str) -> Words | None:
        """The longest name with which the clause begins."""
        lead = [stem(word) for word in content_words(clause)]
        found = [name for name in self._names if self._is_named(lead[: len(name.stems)], name)]
        return max(found, key=lambda name: len(name.stems), default=None)

    def _is_named(self, lead: Sequence[str], name: Words) -> bool:
        return set(lead) <= self._alike(name.stems) and name.stems <= self._alike(frozenset(lead))

    def _alike(self, stems: Iterable[str]) -> frozenset[str]:
        return frozenset(stems).union(*(self._equals(one) for one in stems))

    def _speaks_of(self, unit: Unit, name: Words) -> bool:
        return all(self._equals(s) & (unit.own.stems | unit.context.stems) for s in name.stems)


def _distinct(labels: Iterable[Words]) -> list[Words]:
    """The labels that one item alone has: "Example" and "Use" name nothing."""
    found = [label for label in labels if label.stems]
    counts = Counter(label.stems for label in found)
    return [label for label in found if counts[label.stems] == 1]
