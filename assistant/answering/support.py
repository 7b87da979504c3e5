"""How strongly the words of the notes support a sentence, as one figure fitted to human judgments.

Words that stand close together in the notes support more than the same words far apart. The weights are fitted by
``assistant.evaluation.support_fit`` on the development part of AttributionBench (https://arxiv.org/abs/2402.15089).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple, dataclass

from assistant.answering.units import NEGATIONS
from assistant.index.words import STOPWORDS, stem, words

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
        strange_numbers: How many of its numbers stand nowhere in what was read, at most 2.
        length: Natural logarithm of its number of content words: the longer, the less is left to chance.
    """

    together: float
    strange_numbers: float
    length: float


@dataclass(frozen=True, slots=True)
class SupportModel:
    """A logistic model of how probable it is that people find a sentence supported."""

    bias: float
    together: float
    strange_numbers: float
    length: float

    def probability(self, signs: Signs) -> float:
        """Returns the probability, in (0, 1)."""
        weights = astuple(self)[1:]
        return 1 / (1 + math.exp(-self.bias - sum(w * s for w, s in zip(weights, astuple(signs), strict=True))))


SUPPORT = SupportModel(bias=-3.02, together=3.82, strange_numbers=-1.05, length=0.44)
"""Fitted by ``assistant.evaluation.support_fit`` on 1,198 claims (AttributionBench dev, four sources)."""

MIN_PROBABILITY = 0.55
"""From here on a sentence counts as supported. At 0.5 the errors of both kinds balance; a wrong highlight is worse than
none, and at 0.55 as many of the accepted claims are right (76 of 100) as where 68 % of the words had to be found."""


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
