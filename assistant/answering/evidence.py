"""Decides whether the notes hold the answer, before a word is written.

Two looks. The first costs nothing: how near the best passage is, how many of the question's words the sections have,
and whether they say what the question takes for granted. It settles the clear cases without the model. The second asks
the model, after it has read the sections, for its own probability of Yes and No to "do the notes contain the answer?";
together with the first it settles the others. A prompted refusal is no substitute: small models answer from general
knowledge instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.attribution import Attributor
from assistant.answering.plan import Wanted, wanted
from assistant.documents.naming import called
from assistant.index.words import STOPWORDS, content_words, fold, is_unbroken, language_of, stem, words
from assistant.types import ContextBlock, Evidence, SearchResult


@dataclass(frozen=True, slots=True)
class Gate:
    """A logistic model: probability = 1 / (1 + exp(-(bias + weights x evidence))).

    ``tools.research.fit_gate`` fits it; docs/decisions/0005 says on what, and how well it separates.
    """

    bias: float
    top_cosine: float
    coverage: float
    stated: float
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
            + self.coverage * evidence.coverage
            + self.stated * evidence.stated
            + self.model_margin * model_margin
        )
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))


FIRST_GATE = Gate(bias=-3.314, top_cosine=3.379, coverage=1.726, stated=0.869)
FULL_GATE = Gate(bias=-4.142, top_cosine=2.206, coverage=1.053, stated=0.479, model_margin=1.262)
"""Fitted by ``tools.research.fit_gate``; docs/decisions/0005 says on what."""

FITTED_ON = frozenset({"qwen2.5-coder-1.5b"})
"""The models whose Yes and No the full gate was fitted on."""


def gate_of(model: str) -> Gate:
    """Returns what decides after the sections were read: for a model that it was not fitted on, the first look alone.

    How sure of Yes a model ever is differs: smollm2-135m never reaches the threshold and would decline everything.

    Args:
        model: Its name in the catalogue, or its file.
    """
    return FULL_GATE if model in FITTED_ON else FIRST_GATE


_NAME = re.compile(r"(?<=\w[ -])[A-Z][a-z]{3,}|\b(?:1\d|20)\d\d\b")
_MIN_SUPPORT = 0.68
"""As of a sentence of an answer."""

CLEARLY_ABSENT = 0.15
"""Below this probability the first look decides alone and the model is not called."""


def weigh(search: SearchResult, blocks: Sequence[ContextBlock], question: str) -> Evidence:
    """Returns the evidence that a search gives for ``question``."""
    asked = content_words(question)
    if not search.hits or not asked:
        top = max((hit.cosine for hit in search.hits), default=0.0)
        return Evidence(top, coverage=0.0 if asked else 1.0, stated=0.0)
    meant = {word: said for typed, said in search.corrections for word in words(typed)}
    read = {
        stem(word) for block in blocks for word in words(" ".join((*called(block), *block.heading_path, block.text)))
    }
    read |= {char for word in read if is_unbroken(word) for char in word}
    present = sum(stem(meant.get(word, word)) in read for word in asked)
    top = max(hit.cosine for hit in search.hits)
    return Evidence(top, present / len(asked), float(_is_stated(question, blocks)))


def names_unknown(question: str, search: SearchResult) -> bool:
    """Returns whether a question names something, and none of its names stands in the notes: "the Durbin-Watson test".

    A word with a capital inside the question is a name, and a year is one. Abbreviations are none, since notes may
    write them out, and German writes every noun so. One name of a comparison is enough to answer something.
    """
    found = [word for word in _NAME.findall(question) if fold(word) not in STOPWORDS]
    written = re.findall(r"[^\W\d_]+", question)
    if not found or wanted(question) is Wanted.COMPARISON or language_of(question) == "de":
        return False
    if 2 * sum(word[0].isupper() for word in written) > len(written):  # a title, or shouted
        return False
    unknown = {stem(fold(word)) for word in search.missing_words}
    return all(stem(fold(name)) in unknown for name in found)


def _is_stated(question: str, blocks: Sequence[ContextBlock]) -> bool:
    statement = question.rstrip("?!. \n") + "."
    told = Attributor(blocks, statement, _MIN_SUPPORT).attribute(statement, 0, len(statement))
    return told.supported and told.is_claim


def yes_margin(log_probabilities: Sequence[float]) -> float:
    """Returns log P(Yes) - log P(No) from the log-probabilities of `` Yes``, `` No``, ``Yes`` and ``No``."""
    spaced_yes, spaced_no, yes, no = log_probabilities
    return _log_add(spaced_yes, yes) - _log_add(spaced_no, no)


def _log_add(a: float, b: float) -> float:
    high = max(a, b)
    return high + math.log(math.exp(a - high) + math.exp(b - high))
