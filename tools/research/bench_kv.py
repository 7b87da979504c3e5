"""Would other types of keys and values pay, or flash attention? They are not in use; it is measured here."""

from __future__ import annotations

import gc
import statistics
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assistant.evaluation.bench_answers import QUESTIONS, Figure, full_prompt
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.llama.context import Floats
from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.types import Generated, Prompt

_VARIANTS = {"f16": ("f16", False), "f16, flash attention": ("f16", True), "q8_0, flash attention": ("q8_0", True)}
_DECODED = 32


def measure_kv(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Types of keys and values, and flash attention: speed, size, and how far the next token moves.

    A distance is the total variation between two distributions of the next token, in [0, 1]; mean of the prompts.
    """
    engine = assistant.models.local()
    prompts = [full_prompt(assistant, question) for question in QUESTIONS[:3]]
    base: _Measured | None = None
    for name, (kv_type, flash) in _VARIANTS.items():
        options = replace(engine.options, kv_type=kv_type, flash_attention=flash, cache_folder=None)
        with load_engine(engine.model.path, engine.name, options) as variant:
            found = _Measured(variant, prompts)
        gc.collect()
        base = base or found
        yield Figure(f"kv {name}: size of a token", found.bytes_per_token / 1000, "kB")
        yield Figure(f"kv {name}: reading against f16", base.reading_s / found.reading_s, "x")
        yield Figure(f"kv {name}: writing against f16", found.tokens_per_s / base.tokens_per_s, "x")
        yield Figure(f"kv {name}: distance from f16, both exact", _distance(found.exact, base.exact), "")
        yield Figure(f"kv {name}: distance of moved sections from exact", _distance(found.moved, found.exact), "")
        same = [float(a.argmax() == b.argmax()) for a, b in zip(found.moved, base.exact, strict=True)]
        yield Figure(f"kv {name}: moved sections, same token as exact f16", statistics.mean(same), "")


class _Measured:
    """One engine, measured.

    Attributes:
        reading_s: Seconds to read the prompts in full, median.
        tokens_per_s: Of writing behind the first prompt.
        bytes_per_token: Of a kept state.
        exact: Distributions of the next token behind each prompt, read in full.
        moved: The same, with sections computed apart and moved.
    """

    def __init__(self, engine: LlamaEngine, prompts: list[Prompt]) -> None:
        cancel = threading.Event()
        costs = []
        self.exact, self.moved = [], []
        for prompt in prompts:
            events = engine.generate(prompt, max_tokens=1, cancel=cancel, exact=True)
            costs.append(next(event for event in events if isinstance(event, Generated)))
            self.exact.append(engine.next_token_distribution(prompt, cancel=cancel, exact=True))
        for prompt in prompts:
            self.moved.append(engine.next_token_distribution(prompt, cancel=cancel))
        self.reading_s = statistics.median(cost.first_token_s for cost in costs)
        self.tokens_per_s = engine.bare_decode_speed(prompts[0], _DECODED)
        kept = {block for prompt in prompts for block in prompt.blocks}
        status = engine.cache_status()
        self.bytes_per_token = status.memory_bytes / max(1, sum(map(engine.count_tokens, kept)))


def _distance(one: list[Floats], other: list[Floats]) -> float:
    return float(np.mean([np.abs(a - b).sum() / 2 for a, b in zip(one, other, strict=True)]))
