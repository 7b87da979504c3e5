"""What could come next: the most probable tokens as the model gives them, and what the dials leave of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.lab.answer_pictures import visible
from assistant.lab.figures import Chart, Series
from assistant.lab.sampling import entropy_bits, sampling_probabilities, softmax
from assistant.models.llama import LlamaModel
from assistant.types import Sampling

SHOWN = 12
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that could come next.

    Attributes:
        before: Its probability as the model gives it.
        after: The probability with which it is drawn.
    """

    text: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class NextToken:
    """The next token, before and after the dials.

    Attributes:
        candidates: The most probable ones.
        kept: How many tokens can be drawn at all.
        bits_before: How open the choice is, in bits.
        bits_after: The same behind the dials.
    """

    candidates: tuple[Candidate, ...]
    kept: int
    vocabulary: int
    bits_before: float
    bits_after: float


def next_token(logits: NDArray[np.floating], sampling: Sampling, model: LlamaModel, shown: int = SHOWN) -> NextToken:
    """Returns what the dials of ``sampling`` make of ``logits``, shape (vocabulary,)."""
    before, after = softmax(logits), sampling_probabilities(logits, sampling)
    best = np.argsort(-before, kind="stable")[:shown].tolist()
    candidates = tuple(Candidate(model.shown(i), float(before[i]), float(after[i])) for i in best)
    kept = int(np.count_nonzero(after > _LEAST))
    return NextToken(candidates, kept, len(before), entropy_bits(before), entropy_bits(after))


def next_token_chart(found: NextToken) -> Chart:
    """Returns the picture: a pair of bars for each of the most probable tokens."""
    names = tuple(visible(candidate.text) for candidate in found.candidates)
    before = Series("as the model gives it", names, tuple(c.before for c in found.candidates), mark="bar")
    after = Series("behind your settings", names, tuple(c.after for c in found.candidates), mark="bar")
    return Chart("What could come next", "next token", "probability", (before, after), says(found))


def says(found: NextToken) -> str:
    """Returns the picture in words."""
    first = found.candidates[0]
    many = "1 token" if found.kept == 1 else f"{found.kept:,} tokens"
    return (
        f"Of {found.vocabulary:,} tokens {many} can be drawn. The first, {visible(first.text)}, has {first.before:.1%} "
        f"from the model and {first.after:.1%} behind your settings. The choice has {found.bits_before:.2f} bits "
        f"before and {found.bits_after:.2f} after."
    )
