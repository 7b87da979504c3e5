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
    """Returns whether the error, or one it came from or came after, says that memory could not be had."""
    at: BaseException | None = error
    while at is not None:
        said = str(at).lower()
        if isinstance(at, MemoryError) or any(words in said for words in _WORDS):
            return True
        at = at.__cause__ or at.__context__
    return False
