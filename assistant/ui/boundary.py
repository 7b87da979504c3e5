"""Where errors become sentences: the page never shows a class name or a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ParamSpec

from assistant.errors import AssistantError

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Notice:
    """An error as the student meets it: what happened, and what to do about it (may be empty)."""

    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: AssistantError) -> Notice:
        """Returns the notice that an error becomes."""
        return cls(error.message, error.hint)


UNEXPECTED = Notice(
    "Something went wrong that should not have.", "Your notes are safe. Try again; the terminal window says more."
)


def friendly(handler: Callable[Arguments, Any]) -> Callable[Arguments, Any]:
    """Makes a handler return ``{"error": {"message", "hint"}}`` where it would raise an ``AssistantError``."""

    @functools.wraps(handler)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Any:
        try:
            return handler(*args, **kwargs)
        except AssistantError as error:
            return {"error": asdict(Notice.of(error))}

    return guarded
