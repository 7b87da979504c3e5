"""The process: whether its memory was too small, and the switches with which dependencies are told not to call home."""

from __future__ import annotations

from collections.abc import MutableMapping

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


SWITCHES = {
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "ORT_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Gradio's statistics and look for updates; the hub's client, with which transformers and sentence-transformers report
and fetch; the tracing of langchain, a dependency of the text splitters; the statistics of onnxruntime, which it begins
to send when it is imported, on every system since 1.32. The other dependencies have nothing to switch
off: ``docs/reliability.md`` lists what was looked at."""


def silence(environ: MutableMapping[str, str]) -> None:
    """Puts the switches into an environment, over whatever it says.

    Args:
        environ: ``os.environ``, or what a child process is to be given.
    """
    environ.update(SWITCHES)
