"""How many threads to use and how many tokens to read at a time: measured on this machine with this model, once.

llama.cpp's threads wait for one another by spinning, so one more than there are free cores makes everything several
times slower, and the number that is best cannot be told from the number of cores.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from assistant.core.files import write_whole
from assistant.core.json_form import JsonForm
from assistant.models.llama.context import ContextOptions, LlamaContext
from assistant.models.llama.library import LlamaModel, build_id

_BATCH_TOKENS, _SINGLE_TOKENS = 64, 6
_BATCHES = (64, 128, 256, 512)
_USUAL_BATCH = 256
_WORTH_IT = 1.05
"""Another batch than the usual one has to be so much faster: what was computed in other batches is not used again."""

_FORMAT = 2
"""Of what is measured; a choice of an older kind is made again."""
_LOOK_S, _BUSY_PERCENT = 0.3, 25.0


@dataclass(frozen=True, slots=True)
class ThreadChoice:
    """The threads to use, and what was measured with them.

    Attributes:
        threads: For writing, one token at a time.
        batch_threads: For reading a prompt.
        decode_tokens_per_s: Speed of writing.
        prefill_tokens_per_s: Speed of reading.
        batch_tokens: How many tokens to read at a time.
    """

    threads: int
    batch_threads: int
    decode_tokens_per_s: float
    prefill_tokens_per_s: float
    batch_tokens: int = _USUAL_BATCH


_CHOICES = JsonForm[dict[str, ThreadChoice]](dict[str, ThreadChoice])


def candidates(physical: int | None = None, logical: int | None = None) -> tuple[int, ...]:
    """Returns the numbers of threads worth trying: one, half of the cores, all of them, and all hardware threads.

    Args:
        physical: Cores; None asks the machine.
        logical: Hardware threads that this process may use; None asks the machine.
    """
    logical = logical or _usable_threads()
    physical = min(physical or cores(), logical)
    return tuple(sorted({1, max(1, physical // 2), max(1, physical - 1), physical, logical}))


def cores() -> int:
    """Returns the number of cores that this process may use: what to take where nothing was measured."""
    logical = _usable_threads()
    return min(psutil.cpu_count(logical=False) or logical, logical)


def probe_threads(model: LlamaModel, threads: Iterable[int] | None = None) -> ThreadChoice:
    """Returns the fastest numbers of threads for writing and for reading; it takes a second or two per candidate.

    Args:
        model: Measured as it is loaded.
        threads: What to try; None for ``candidates()``.

    Raises:
        ModelError: A small context does not fit into memory.
    """
    options = ContextOptions(cells=256, batch_tokens=_BATCH_TOKENS)
    tokens = _sample(model, _BATCH_TOKENS)
    with LlamaContext(model, options) as context:
        _measure(context, tokens)  # the first run reads the weights from disk
        measured = {}
        for count in threads or candidates():
            context.set_threads(count, count)
            measured[count] = _measure(context, tokens)
    threads_for_one = max(measured, key=lambda count: measured[count][0])
    threads_for_many = max(measured, key=lambda count: measured[count][1])
    return ThreadChoice(threads_for_one, threads_for_many, measured[threads_for_one][0], measured[threads_for_many][1])


def probe_batch(model: LlamaModel, threads: int) -> int:
    """Returns how many tokens at a time are read fastest; takes as long as reading a thousand tokens.

    Raises:
        ModelError: A small context does not fit into memory.
    """
    speeds = {}
    tokens = _sample(model, max(_BATCHES))
    for size in _BATCHES:
        options = ContextOptions(cells=size, batch_tokens=size, threads=threads, batch_threads=threads)
        with LlamaContext(model, options) as context:
            context.decode(tokens[:1], 0, 0)  # the first call makes the buffers
            context.remove(0)
            speeds[size] = size / _seconds(lambda: context.decode(tokens[:size], 0, 0))  # noqa: B023 (called at once)
    return pick_batch(speeds)


def pick_batch(speeds: Mapping[int, float]) -> int:
    """Returns the fastest size, or the usual one if no other is clearly faster."""
    best = max(speeds, key=speeds.__getitem__)
    return best if speeds[best] > _WORTH_IT * speeds.get(_USUAL_BATCH, 0.0) else _USUAL_BATCH


def is_busy() -> bool:
    """Returns whether other work takes a good part of the processor now; takes 0.3 s."""
    return psutil.cpu_percent(interval=_LOOK_S) > _BUSY_PERCENT


def recall(model: LlamaModel, name: str, path: Path, busy: Callable[[], bool] = is_busy) -> ThreadChoice:
    """Returns the choice remembered in ``path`` for this machine and model, or measures and remembers it.

    A busy machine would say that few threads are best, for ever: then all cores are taken, and nothing is remembered.

    Raises:
        ModelError: A small context does not fit into memory.
    """
    key = machine_key(name)
    choice = load_choice(path, key)
    if choice is not None:
        return choice
    if busy():
        count = min(cores(), _usable_threads())
        return ThreadChoice(count, count, 0.0, 0.0)
    choice = probe_threads(model)
    choice = replace(choice, batch_tokens=probe_batch(model, choice.batch_threads))
    save_choice(path, key, choice)
    return choice


def machine_key(model_name: str) -> str:
    """Returns what a choice is valid for: processor, number of hardware threads, llama.cpp build, model, and probe."""
    return f"{_processor()}; {_usable_threads()} threads; {build_id()}; {model_name}; probe {_FORMAT}"


def load_choice(path: Path, key: str) -> ThreadChoice | None:
    """Returns the choice stored for ``key``, or None if there is none or the file cannot be read."""
    return _read(path).get(key)


def save_choice(path: Path, key: str, choice: ThreadChoice) -> bool:
    """Stores a choice beside those of other models, and returns whether the folder could be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, _CHOICES.write(_read(path) | {key: choice}, indent=1).encode())
    except OSError:
        return False
    return True


def _sample(model: LlamaModel, count: int) -> tuple[int, ...]:
    return model.tokenize("The quick brown fox jumps over the lazy dog. " * count, special=False)[:count]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _measure(context: LlamaContext, tokens: tuple[int, ...]) -> tuple[float, float]:
    """Returns tokens per second, one at a time and in a batch."""
    start = time.perf_counter()
    context.decode(tokens, 0, 0)
    context.logits()
    middle = time.perf_counter()
    for i in range(_SINGLE_TOKENS):
        context.decode(tokens[i : i + 1], len(tokens) + i, 0)
        context.logits()
    end = time.perf_counter()
    context.remove(0)
    return _SINGLE_TOKENS / (end - middle), len(tokens) / (middle - start)


def _read(path: Path) -> dict[str, ThreadChoice]:
    try:
        return _CHOICES.read(path.read_bytes())
    except (OSError, ValueError):
        return {}  # they are measured again


def _usable_threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
