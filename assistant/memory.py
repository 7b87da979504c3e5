"""Tells whether the memory was too small: each library says so in its own words."""

from __future__ import annotations

_WORDS = (
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate",
    "failed to map segment",
    "memoryerror",
    "not enough memory",
    "out of memory",
    "std::bad_alloc",
    "unable to allocate",
)
"""Of torch, the loader of shared libraries, ggml, the system, C++ and Python."""


def says_out_of_memory(text: str) -> bool:
    """Returns whether a message of a library, or the last line of a process, says that memory could not be had."""
    said = text.lower()
    return any(words in said for words in _WORDS)


def is_out_of_memory(error: BaseException) -> bool:
    """Returns whether the error, or one it came from or came after, says that memory could not be had."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, MemoryError) or says_out_of_memory(str(at)):
            return True
        at = at.__cause__ or at.__context__
    return False
