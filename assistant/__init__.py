"""A local study assistant: it answers questions from a folder of notes, with citations, on a laptop.

What programs of your own may rely on is listed in ``__all__``; docs/guide/python.md shows how it is used. Each of it is
imported when it is first asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant import errors
    from assistant.app.assistant import Assistant
    from assistant.types import Answer, AnswerProgress, Citation, Document, Request, Scope

__version__ = "0.1.0"

__all__ = ["Answer", "AnswerProgress", "Assistant", "Citation", "Document", "Request", "Scope", "errors"]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return importlib.import_module("assistant.errors")
    if name in __all__:
        home = "assistant.app.assistant" if name == "Assistant" else "assistant.types"
        return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
