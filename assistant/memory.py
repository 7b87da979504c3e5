"""Tells whether the memory was too small: each library says so in its own words."""

from __future__ import annotations

_WORDS = (
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate",
    "failed to map segment",
    "not enough memory",
    "out of memory",
    "std::bad_alloc",
    "unable to allocate",
)
"""Of torch, the loader of shared libraries, ggml, the system and C++."""


def is_out_of_memory(error: BaseException) -> bool:
    """Returns whether the error, or what it came from, says that memory could not be had."""
    while True:
        said = str(error).lower()
        if isinstance(error, MemoryError) or any(words in said for words in _WORDS):
            return True
        if error.__cause__ is None:
            return False
        error = error.__cause__
