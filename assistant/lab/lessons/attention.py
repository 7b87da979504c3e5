"""Attention: how the tokens of a sentence look at one another inside the model that searches.

    Attention(Q, K, V) = softmax(Q K^T / sqrt(d)) V          (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762)

Each token asks (Q), each token offers (K), and the softmax makes of their agreement weights that sum to 1: how much the
token takes over from each other one (V). A transformer does this in several heads side by side, and in several layers
one after the other. The embedder is a BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805): its tokens look both
ways. The model that writes looks only back, at what is written already.

Many heads do simple things, such as looking at the neighbour, and much goes to the tokens that end the sentence and say
nothing (Clark et al. 2019, https://arxiv.org/abs/1906.04341). A large weight is not an explanation: other weights can
give the same result (Jain and Wallace 2019, https://arxiv.org/abs/1902.10186).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index.embedder import Attentions
from assistant.lab.charts.figures import Grid

MARKS = frozenset({"[CLS]", "[SEP]"})
"""Tokens that stand around every text and mean nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Where a head looks, as shares of its attention, averaged over the tokens of the sentence.

    Attributes:
        layer: From 1.
        head: From 1.
        itself: At the token itself.
        before: At the token before it.
        after: At the token after it.
        marks: At ``[CLS]`` and ``[SEP]``.
    """

    layer: int
    head: int
    itself: float
    before: float
    after: float
    marks: float


def selected(found: Attentions, layer: int = 0, head: int = 0) -> NDArray[np.float32]:
    """Returns the weights of a head, shape (tokens, tokens), rows summing to 1.

    Args:
        found: What the embedder tells.
        layer: From 1; 0 for the average of all.
        head: From 1; 0 for the average of all.
    """
    weights = found.weights[layer - 1 : layer] if layer else found.weights
    chosen = weights[:, head - 1 : head] if head else weights
    return np.asarray(chosen.mean(axis=(0, 1)), dtype=np.float32)


def marks_share(found: Attentions, layer: int = 0, head: int = 0) -> float:
    """Returns which share of the words' attention goes to ``[CLS]`` and ``[SEP]``, in [0, 1]."""
    is_mark = np.array([token in MARKS for token in found.tokens])
    rows = selected(found, layer, head)[~is_mark]
    return float(rows[:, is_mark].sum(axis=1).mean()) if len(rows) else 1.0


def habits(found: Attentions) -> tuple[Habit, ...]:
    """Returns where each head looks, in the order of layers and heads."""
    layers, heads = found.weights.shape[:2]
    return tuple(_habit(found, layer, head) for layer in range(1, layers + 1) for head in range(1, heads + 1))


def _habit(found: Attentions, layer: int, head: int) -> Habit:
    weights, count = selected(found, layer, head), len(found.tokens)
    inner = range(1, count - 1)  # the words: without the marks at both ends

    def share(step: int) -> float:
        return float(np.mean([weights[i, i + step] for i in inner])) if inner else 0.0

    return Habit(layer, head, share(0), share(-1), share(1), marks_share(found, layer, head))


def attention_grid(found: Attentions, layer: int = 0, head: int = 0, *, words_only: bool = False) -> Grid:
    """Returns the picture of a head: who looks (rows) at whom (columns).

    With ``words_only`` the marks are left out, which otherwise outshine the words; the shares stay what they are.
    """
    kept = [i for i, token in enumerate(found.tokens) if not (words_only and token in MARKS)]
    weights = selected(found, layer, head)[np.ix_(kept, kept)]
    every = _apart(found.tokens)
    names = tuple(every[i] for i in kept)
    labels = tuple(
        tuple(f"{row} takes {share:.0%} from {column}" for column, share in zip(names, shares, strict=True))
        for row, shares in zip(names, weights.tolist(), strict=True)
    )
    where = f"{f'layer {layer}' if layer else 'all layers'}, {f'head {head}' if head else 'all heads'}"
    row, column = np.unravel_index(int(weights.argmax()), weights.shape)
    says = (
        f"{where.capitalize()}: the largest weight is {weights.max():.0%}, from {names[row]} to {names[column]}; "
        f"{marks_share(found, layer, head):.0%} of the words' attention goes to [CLS] and [SEP]."
    )
    values = tuple(tuple(shares) for shares in weights.tolist())
    return Grid(f"Who looks at whom: {where}", names, names, values, says, "share", labels)


def _apart(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the tokens, those that occur twice with their place behind them: an axis must tell them apart."""
    return tuple(
        f"{token} ({place})" if tokens.count(token) > 1 else token for place, token in enumerate(tokens, start=1)
    )
