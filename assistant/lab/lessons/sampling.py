"""Sampling: from the model's probabilities to the next token, and where a text comes from chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.models.llama.engine import LlamaEngine
from assistant.models.scheduler import Lease
from assistant.types import Generated, Prompt, Sampling, Token, TokenWatch

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


_LEAST = 1e-30
SYSTEM = "You complete the text that you have begun. Go on with it; do not repeat it."
ASK = "Complete the text."


def beginning(text: str) -> Prompt:
    """Returns the prompt that lets the model go on with ``text`` as its own words."""
    return Prompt(SYSTEM, (), ASK, begun=text)


def next_logits(engine: LlamaEngine, prompt: Prompt, lease: Lease) -> NDArray[np.float64]:
    """Returns the logarithms of the next token's probabilities, ``(vocabulary_size,)``.

    They are the model's logits up to a constant, which no softmax can see.

    Raises:
        Cancelled: The lease was cancelled.
        ModelError: The model failed.
    """
    every = lease.whole(lambda stop: engine.next_token_distribution(prompt, cancel=stop)).astype(np.float64)
    return np.asarray(np.log(np.maximum(every, _LEAST)))


def repeats(
    engine: LlamaEngine, prompt: Prompt, samplings: tuple[Sampling, ...], lease: Lease, max_tokens: int = 24
) -> Iterator[tuple[str, ...]]:
    """Yields the texts written so far, the last one unfinished: one for each of ``samplings``.

    A question of the chat goes first; the text it interrupts is written anew.

    Raises:
        PromptTooLong: The prompt does not fit the model's context.
        ModelError: The model failed.
    """
    done: tuple[str, ...] = ()
    for sampling in samplings:
        text, finish = "", ""
        while finish in ("", "cancelled") and not lease.cancel.is_set():
            lease.give_way()
            text = ""
            events = engine.generate(
                prompt,
                max_tokens=max_tokens,
                cancel=lease.stop,
                sampling=sampling,
                watch=TokenWatch(alternatives=1, keep=False),
            )
            for event in events:
                if isinstance(event, Token):
                    text += event.text
                    yield (*done, text)
                elif isinstance(event, Generated):
                    finish = event.finish
        done = (*done, text)
        yield done


def seeds(sampling: Sampling, times: int, *, same: bool) -> tuple[Sampling, ...]:
    """Returns ``sampling`` so many times, each with a seed of its own or all with the same."""
    return tuple(replace(sampling, seed=sampling.seed + (0 if same else place)) for place in range(times))
