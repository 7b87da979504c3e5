"""How strongly the words of the notes support a sentence, and whether they say it of that item of a list."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import astuple, dataclass

from assistant.answering.units import NEGATIONS, Unit, Words
from assistant.index.words import STOPWORDS, content_words, stem, words

_BREAK = re.compile(r"(,?\s(?:which|that|because|so that|but|although|while|whereas|and)\s|[;,]\s)")
_SEVERAL = re.compile(r"[,/&:]|\s(?:and|or|vs\.?|versus)\s")
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
        items = [unit for unit in units if len(unit.topics) > 1 and unit.topics[0].stems <= unit.own.stems]
        self._labels = [unit.topics[0] for unit in items if unit.topics[0].stems]
        self._names = _distinct(self._labels)
        lists = {unit.topics[0].stems: _list_of(unit) for unit in items}
        self._lists = {name.stems: lists[name.stems] for name in self._names}

    def other_owner(self, body: str, sources: Sequence[Unit]) -> str:
        """Returns the item that the notes say it of, where the sentence says it of another one; otherwise nothing.

        Only what is said of the sentence's own subject is looked at: up to the first "but", "while" or ";", or an "and"
        behind which another item is named.

        Args:
            body: The sentence.
            sources: The sentences of the notes that are thought to support it.
        """
        parts = _BREAK.split(body)
        name = self._begins_with(parts[0], self._names)
        if name is None:
            return ""
        found = (
            self._owner(Words(told).stems - self._alike(name.stems), name, sources) for told in self._of(name, parts)
        )
        return next(filter(None, found), "")

    def _of(self, name: Words, parts: Sequence[str]) -> list[str]:
        """The clauses that speak of the item with which the first one begins; what "and" joins is one of them."""
        clauses = [parts[0]]
        for mark, clause in zip(parts[1::2], parts[2::2], strict=False):
            joined = mark.strip(" ,")
            if joined in _SAME_SUBJECT:
                clauses.append(clause)
            elif joined == "and" and not self._names_another(clause, name):
                clauses[-1] += f" {clause}"
            else:
                break
        return clauses

    def _names_another(self, clause: str, name: Words) -> bool:
        first = self._begins_with(clause, self._labels)
        if first is not None and first.stems != name.stems:
            return True
        said = self._alike(Words(clause).stems)
        return any(other.stems <= said and not other.stems <= name.stems for other in self._names)

    def _owner(self, told: frozenset[str], name: Words, sources: Sequence[Unit]) -> str:
        if len(told) < 2:
            return ""
        shares = {unit: sum(bool(self._equals(s) & unit.own.stems) for s in told) for unit in sources}
        main = max(sources, key=lambda unit: (shares[unit], self._speaks_of(unit, name)))
        owner = self._item_of(main, name)
        is_foreign = owner is not None and 2 * shares[main] >= len(told) and not self._speaks_of(main, name)
        return owner.text if owner and is_foreign else ""

    def _item_of(self, unit: Unit, name: Words) -> Words | None:
        """The item that a unit stands in, if what is said of it cannot be said of ``name``.

        "Use" and "AWS" are no names: they belong to the item above them. What holds of it may hold of something else in
        the notes too (text-to-speech reads aloud, and so does a service), but not of its neighbour in the list.
        """
        label, *above = unit.topics or (Words(""),)
        if label.stems in self._lists:
            return label
        in_list = [item for item in above if item.stems in self._lists]
        return next((item for item in in_list if self._lists[item.stems] == self._lists[name.stems]), None)

    def _begins_with(self, clause: str, names: Iterable[Words]) -> Words | None:
        """The longest of the names with which the clause begins."""
        lead = [stem(word) for word in content_words(clause)]
        found = [name for name in names if self._is_named(lead[: len(name.stems)], name)]
        return max(found, key=lambda name: len(name.stems), default=None)

    def _is_named(self, lead: Sequence[str], name: Words) -> bool:
        return set(lead) <= self._alike(name.stems) and name.stems <= self._alike(frozenset(lead))

    def _alike(self, stems: Iterable[str]) -> frozenset[str]:
        return frozenset(stems).union(*(self._equals(one) for one in stems))

    def _speaks_of(self, unit: Unit, name: Words) -> bool:
        """Whether a unit is about ``name``. Below "Bias, fairness and fit" not all that is said is said of bias."""
        around = unit.context.text
        for heading in unit.heading_path:
            if self._is_one_of_several(name, heading):
                around = around.replace(heading, " ", 1)
        return all(self._equals(s) & (unit.own.stems | Words(around).stems) for s in name.stems)

    def _is_one_of_several(self, name: Words, heading: str) -> bool:
        parts = [Words(part).stems for part in _SEVERAL.split(heading)]
        others = [part for part in parts if not name.stems <= part]
        return len(others) < len(parts) and any(other.stems <= part for part in others for other in self._names)


def _list_of(unit: Unit) -> tuple[str, tuple[str, ...]]:
    return unit.block.note, unit.heading_path


def _distinct(labels: Sequence[Words]) -> list[Words]:
    """The labels that one item alone has: "Example" and "Use" name nothing."""
    counts = Counter(label.stems for label in labels)
    return [label for label in labels if counts[label.stems] == 1]


_STRETCH = 1.5
"""Length of the stretch of the notes that is looked at, in lengths of the sentence."""

_SHORTEST = 4
_ECHO = 0.5
_LETTER = re.compile(r"\b([A-Za-z])-(?=[A-Za-z]{2})")


@dataclass(frozen=True, slots=True)
class Signs:
    """What is seen of a sentence beside the notes.

    Attributes:
        together: Share of its content words that stand in one stretch of the notes half as long again as itself.
        covered: Share of them that stands in at most three sentences of the notes.
        strange_numbers: How many of its numbers stand nowhere in what was read, at most 2.
        length: Natural logarithm of its number of content words: the longer, the less is left to chance.
    """

    together: float
    covered: float
    strange_numbers: float
    length: float


@dataclass(frozen=True, slots=True)
class SupportModel:
    """A logistic model of how probable it is that people find a sentence supported."""

    bias: float
    together: float
    covered: float
    strange_numbers: float
    length: float

    def probability(self, signs: Signs) -> float:
        """Returns the probability, in (0, 1)."""
        weights = astuple(self)[1:]
        return 1 / (1 + math.exp(-self.bias - sum(w * s for w, s in zip(weights, astuple(signs), strict=True))))


SUPPORT = SupportModel(bias=-4.53, together=3.65, covered=1.03, strange_numbers=-1.08, length=0.83)
"""Fitted by ``tools.research.fit_support`` on 1,198 claims (AttributionBench dev); each of the four sources counts the
same."""

MIN_PROBABILITY = 0.5
"""From here on a sentence counts as supported; chosen with each source left out of the fitting in turn."""


def in_order(text: str) -> list[str]:
    """Returns the stems of the content words of ``text``, numbers included, in order."""
    found = (w for w in words(_LETTER.sub(r"\1", text)) if w not in STOPWORDS and w not in NEGATIONS)
    return [stem(w) for w in found if len(w) > 1 or w.isdigit()]


def together(
    claim: Sequence[str],
    read: Sequence[Sequence[str]],
    equals: Callable[[str], frozenset[str]],
    echoed: Collection[str] = (),
) -> float:
    """Returns the share of the sentence's content words that stand in one stretch of the notes, in [0, 1].

    Args:
        claim: The stems of the sentence, in order.
        read: The stems of each block that was read, in order.
        equals: The stems of the notes that are the same word as a stem of the sentence.
        echoed: Stems that only repeat the question: what they ask for cannot stand in the notes, so they count half.
    """
    wanted = list(dict.fromkeys(claim))
    meant: dict[str, list[str]] = {}
    for one in wanted:
        for other in equals(one):
            meant.setdefault(other, []).append(one)
    width = max(_SHORTEST, int(_STRETCH * len(claim)))
    places = [[(at, one) for at, word in enumerate(block) for one in meant.get(word, ())] for block in read]
    total = sum(_ECHO if one in echoed else 1 for one in wanted)
    return max((_densest(found, width) for found in places), default=0) / max(1, total)


def _densest(found: Sequence[tuple[int, str]], width: int) -> int:
    """The most different words within ``width`` places."""
    inside: Counter[str] = Counter()
    most = first = 0
    for at, word in found:
        inside[word] += 1
        while found[first][0] <= at - width:
            inside[found[first][1]] -= 1
            inside += Counter()
            first += 1
        most = max(most, len(inside))
    return most
