"""The same prompt several times: where the text comes from chance, and where it does not.

A draw needs random numbers. They follow from a seed, so that the same seed gives the same text; another seed gives
another one, unless the temperature is 0: then nothing is drawn, and no seed matters.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.models.engine import LlamaEngine
from assistant.types import Generated, Prompt, Sampling, Token, Watch

_LEAST = 1e-30
SYSTEM = "You complete the text that you have begun. Go on with it; do not repeat it."
ASK = "Complete the text."


def beginning(text: str) -> Prompt:
    """Returns the prompt that lets the model go on with ``text`` as its own words."""
    return Prompt(SYSTEM, (), ASK, begun=text)


def next_logits(engine: LlamaEngine, prompt: Prompt, cancel: threading.Event) -> NDArray[np.float64]:
    """Returns the logarithms of the next token's probabilities, ``(vocabulary_size,)``.

    They are the model's logits up to a constant, which no softmax can see.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    every = engine.next_token_distribution(prompt, cancel=cancel).astype(np.float64)
    return np.asarray(np.log(np.maximum(every, _LEAST)))


def repeats(
    engine: LlamaEngine, prompt: Prompt, samplings: tuple[Sampling, ...], cancel: threading.Event, max_tokens: int = 24
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
        while finish in ("", "cancelled") and not cancel.is_set():
            text = ""
            events = engine.generate(
                prompt, max_tokens=max_tokens, cancel=cancel, sampling=sampling, watch=Watch(alternatives=1, keep=False)
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
