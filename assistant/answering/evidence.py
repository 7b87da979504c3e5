"""Decides whether the notes hold the answer, before a word is written.

Two looks. The first costs nothing: what the search found, against the rest of the notes and against the words of the
question. It settles the clear cases without the model. The second asks the model, after it has read the sections, for
its own probability of Yes and No to "do the notes contain the answer?"; together with the first it settles the others.
A prompted refusal is no substitute: small models answer from general knowledge instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.index.words import content_words, stem, words
from assistant.types import Block, SearchResult


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the notes holding the answer.

    Attributes:
        top_cosine: Of the best passage by meaning, in [-1, 1].
        contrast: By how many standard deviations that exceeds the question's cosine to the notes at large.
        coverage: Share of the question's content words that stand in the sections to be read, in [0, 1].
        missing: Share of the question's content words that stand nowhere in the notes, in [0, 1].
    """

    top_cosine: float
    contrast: float
    coverage: float
    missing: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A logistic model: probability = 1 / (1 + exp(-(bias + weights x evidence))).

    ``assistant.evaluation.gate`` fits it; docs/decisions/0005 says on what, and how well it separates.
    """

    bias: float
    top_cosine: float
    contrast: float
    coverage: float
    missing: float
    model_margin: float = 0.0

    def probability(self, evidence: Evidence, model_margin: float = 0.0) -> float:
        """Returns the probability that the notes hold the answer, in (0, 1).

        Args:
            evidence: What the search says.
            model_margin: log P(Yes) - log P(No) of the model, where this gate uses it.
        """
        total = (
            self.bias
            + self.top_cosine * evidence.top_cosine
            + self.contrast * evidence.contrast
            + self.coverage * evidence.coverage
            + self.missing * evidence.missing
            + self.model_margin * model_margin
        )
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


FIRST_GATE = Gate(bias=-3.94, top_cosine=3.032, contrast=0.182, coverage=3.018, missing=-0.513)
FULL_GATE = Gate(bias=-4.487, top_cosine=1.404, contrast=0.151, coverage=2.562, missing=0.224, model_margin=1.263)
"""Fitted on 480 questions over three sets of notes; see docs/decisions/0005."""

CLEARLY_ABSENT = 0.15
"""Below this probability the first look decides alone and the model is not called."""


def weigh(search: SearchResult, blocks: Sequence[Block], question: str) -> Evidence:
    """Returns the evidence that a search gives for ``question``."""
    asked = content_words(question)
    if not search.hits or not asked:
        top = max((hit.cosine for hit in search.hits), default=0.0)
        return Evidence(top, 0.0, 0.0 if asked else 1.0, 0.0)
    meant = dict(search.corrections)
    read = {stem(word) for block in blocks for word in words(" ".join((*block.heading_path, block.text)))}
    present = sum(stem(meant.get(word, word)) in read for word in asked)
    mean, spread = search.background
    top = max(hit.cosine for hit in search.hits)
    return Evidence(top, (top - mean) / spread, present / len(asked), len(search.missing_words) / len(asked))


def yes_margin(log_probabilities: Sequence[float]) -> float:
    """Returns log P(Yes) - log P(No) from the log-probabilities of `` Yes``, `` No``, ``Yes`` and ``No``."""
    spaced_yes, spaced_no, yes, no = log_probabilities
    return _log_add(spaced_yes, yes) - _log_add(spaced_no, no)


def _log_add(a: float, b: float) -> float:
    high = max(a, b)
    return high + math.log(math.exp(a - high) + math.exp(b - high))
