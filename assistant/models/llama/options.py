"""How an engine runs, and the parts that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.models.integrity import file_key
from assistant.models.llama import probe
from assistant.models.llama.context import ContextOptions, LlamaContext
from assistant.models.llama.kv_cache import BlockCache, StateStore
from assistant.models.llama.library import build_id


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How an engine runs.

    Attributes:
        context_tokens: Room for prompt and answer together; at most what the model was trained for.
        threads: CPU threads for one token at a time; 0 for the number of cores. ``load_engine`` can measure it.
        batch_threads: The same for reading.
        batch_tokens: Tokens read between two ``Reading`` events.
        kv_type: See ``ContextOptions``.
        flash_attention: See ``ContextOptions``.
        cache_memory_bytes: For states of blocks in memory; 0 turns the section cache off.
        cache_folder: Where states of blocks survive the process; None keeps them in memory only.
        cache_disk_bytes: The most they may take there.
        model_key: Identifies the weights, best by their sha256; empty takes path, size and time of change.
    """

    context_tokens: int = 4096
    threads: int = 0
    batch_threads: int = 0
    batch_tokens: int = 256
    kv_type: str = "f16"
    flash_attention: bool = False
    cache_memory_bytes: int = 256 * 2**20
    cache_folder: Path | None = None
    cache_disk_bytes: int = 2 * 2**30
    model_key: str = ""


def context_options(options: EngineOptions) -> ContextOptions:
    """Returns what the engine's context is made of."""
    cores = probe.cores()
    return ContextOptions(
        cells=options.context_tokens,
        batch_tokens=options.batch_tokens,
        threads=options.threads or cores,
        batch_threads=options.batch_threads or cores,
        kv_type=options.kv_type,
        flash_attention=options.flash_attention,
    )


def build_cache(context: LlamaContext, options: EngineOptions) -> BlockCache | None:
    """Returns the section cache, or None where there is no room for it or the model's tokens cannot be moved."""
    if options.cache_memory_bytes == 0 or not context.can_move:
        return None
    model_key = options.model_key or file_key(context.model.path)
    kind = f"kv {options.kv_type}; flash {options.flash_attention}"
    key = f"{model_key}; {build_id()}; {kind}; batch {options.batch_tokens}"
    store = StateStore(options.cache_folder, options.cache_disk_bytes) if options.cache_folder else None
    if store is not None:
        store.trim()  # the budget may be smaller than it was
    return BlockCache(key, options.cache_memory_bytes, store)
