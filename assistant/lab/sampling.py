"""From the model's probabilities to the next token: top-k, top-p, temperature, and a draw.

The model gives each token of its vocabulary a logit z; the softmax makes them probabilities:

    p_i = exp(z_i) / sum_j exp(z_j)

Three dials change them before one token is drawn. In the order in which production applies them:

    top-k        keep the k most probable tokens                      (Fan et al. 2018, https://arxiv.org/abs/1805.04833)
    top-p        of these keep the fewest that together have at least probability p: the nucleus
                                                                 (Holtzman et al. 2020, https://arxiv.org/abs/1904.09751)
    temperature  p_i = exp(z_i / T) / sum_j exp(z_j / T)              (Ackley, Hinton, Sejnowski 1985)

T below 1 sharpens, T above 1 flattens, and T = 0 stands for the limit: always the most probable token ("greedy"). The
draw uses random numbers that follow from a *seed*: the same seed gives the same draw.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.types import Sampling

Floats = NDArray[np.float64]


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> Floats:
    """Returns the probabilities of ``logits``, shape (n,), at a temperature above 0; minus infinity becomes 0."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    weights = np.exp(scaled - scaled.max())  # subtracting the largest changes nothing and cannot overflow
    return np.asarray(weights / weights.sum())


def top_k(logits: NDArray[np.floating], k: int) -> Floats:
    """Returns ``logits`` with all but the ``k`` largest at minus infinity; k of 0 keeps all."""
    kept = np.asarray(logits, dtype=np.float64).copy()
    if 0 < k < kept.size:
        kept[np.argsort(-kept, kind="stable")[k:]] = -np.inf
    return kept


def top_p(logits: NDArray[np.floating], p: float) -> Floats:
    """Returns ``logits`` with all outside the nucleus at minus infinity; p of 1 keeps all, p of 0 one."""
    kept = np.asarray(logits, dtype=np.float64).copy()
    if p < 1:
        probabilities = softmax(kept)
        order = np.argsort(-probabilities, kind="stable")
        nucleus = int(np.searchsorted(np.cumsum(probabilities[order]), p)) + 1
        kept[order[nucleus:]] = -np.inf
    return kept


def sampling_probabilities(logits: NDArray[np.floating], sampling: Sampling) -> Floats:
    """Returns with which probability each token is drawn, shape (n,); they sum to 1.

    ``tests/reference`` holds this against the sampler that writes the answers.
    """
    if sampling.temperature == 0:
        greedy = np.zeros(len(logits))
        greedy[int(np.argmax(logits))] = 1.0
        return greedy
    return softmax(top_p(top_k(logits, sampling.top_k), sampling.top_p), sampling.temperature)


def entropy_bits(probabilities: NDArray[np.floating]) -> float:
    """Returns how open the choice is: 0 for a certain token, 1 for the toss of a coin (Shannon 1948)."""
    some = np.asarray(probabilities, dtype=np.float64)
    some = some[some > 0]
    return float(-(some * np.log2(some)).sum() + 0.0)
