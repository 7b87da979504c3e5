"""Would prompt lookup pay? Drafts are copied from the prompt, checked in one batch, and kept as far as they are right.

A trial on paper: greedy decoding accepts a drafted token exactly where it is the one that would have come anyway, so
what would be accepted can be counted on a finished answer, and what a batch costs can be measured by itself. (Saxena
2023, "Prompt Lookup Decoding"; Leviathan et al. 2023 for the acceptance rule.)
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.answering.prompts import answer_prompt
from assistant.evaluation.bench_answers import QUESTIONS, Figure
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.llama.context import ContextOptions, LlamaContext
from assistant.models.llama.library import LlamaModel
from assistant.types import Prompt

_LONGEST_MATCH, _SHORTEST_MATCH = 3, 2
_DRAFTS = (1, 3, 7)
_ROUNDS = 3
_TEXT = "The quick brown fox jumps over the lazy dog. "


def measure_lookup(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """What a small batch costs here, and how much faster answers would be written with drafts from the notes."""
    engine = assistant.models.local()
    costs = batch_costs(engine.model, engine.options.threads, max(_DRAFTS) + 1)
    for size in (2, 4, 8):
        yield Figure(f"a batch of {size} tokens, in single tokens", costs[size], "x")
    for length in _DRAFTS:
        gains = []
        for question in QUESTIONS:
            answer = assistant.answers.answer(question)
            if answer.abstained:
                continue
            prompt = engine.tokenize(answer_prompt(question, answer.blocks))
            written = engine.tokenize(Prompt("", (answer.text,), "")).blocks[0]
            gains.append(speedup(prompt.tokens, written, length, costs))
        yield Figure(f"prompt lookup, drafts of {length}: expected speed", statistics.mean(gains), "x")


def draft(context: Sequence[int], length: int) -> tuple[int, ...]:
    """Returns the at most ``length`` tokens that followed the last earlier occurrence of the context's end."""
    for size in range(_LONGEST_MATCH, _SHORTEST_MATCH - 1, -1):
        end = tuple(context[-size:])
        for start in range(len(context) - size - 1, -1, -1):
            if tuple(context[start : start + size]) == end:
                return tuple(context[start + size : start + size + length])
    return ()


def speedup(prompt: Sequence[int], answer: Sequence[int], length: int, costs: Mapping[int, float]) -> float:
    """Returns how many times faster ``answer`` would be written with drafts of ``length`` tokens; below 1 is slower.

    Args:
        prompt: What stands before the answer; drafts come from here and from the answer so far.
        answer: The greedy answer, in tokens.
        length: The longest draft.
        costs: Time of a batch of so many tokens, in units of a single token; needs 1 to ``length`` + 1.
    """
    context, at, spent = list(prompt), 0, 0.0
    while at < len(answer):
        guess = draft(context, min(length, len(answer) - at - 1))
        right = 0
        while right < len(guess) and guess[right] == answer[at + right]:
            right += 1
        spent += costs[1 + len(guess)]
        context += answer[at : at + right + 1]
        at += right + 1
    return len(answer) / spent if spent else 1.0


def batch_costs(model: LlamaModel, threads: int, largest: int) -> dict[int, float]:
    """Returns for each size up to ``largest`` what a batch costs, in units of a single token, as medians.

    Raises:
        ModelError: A small context does not fit into memory.
    """
    options = ContextOptions(cells=512, batch_tokens=256, threads=threads, batch_threads=threads)
    tokens = model.tokenize(_TEXT * (256 + largest), special=False)[: 256 + largest]
    times: dict[int, list[float]] = {size: [] for size in range(1, largest + 1)}
    with LlamaContext(model, options) as context:
        context.decode(tokens[:256], 0, 0)
        for size in list(times) * _ROUNDS:
            times[size].append(_seconds(lambda: context.decode(tokens[256 : 256 + size], 256, 0)))  # noqa: B023
            context.remove(0, 256)
    return {size: statistics.median(found) / statistics.median(times[1]) for size, found in times.items()}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
