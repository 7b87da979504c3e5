"""What the tests of the command line share: notes, an answer from them, and what a command leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOTES = {
    "inference.md": (
        "# Inference\n\n## Kinds\n\n"
        "- **Batch inference** - processes many inputs at once :key:\n"
        "- **Real-time inference** - handles each input as it arrives\n"
    ),
    "animals/Über Katzen.md": "# Pets\n\n## Cats\n\nCats purr at night. They chase 3 [red]mice[/red].\n",
}
ANSWER = "Batch inference processes many inputs at once. Real-time inference handles each input as it arrives."
QUESTION = "How does batch inference differ from real-time inference of inputs?"
MODEL = "qwen2.5-coder-1.5b"
"""The stand-in's name: that of the model whose Yes and No count."""

YES, NO = (-9.0, -9.0, -0.1, -5.0), (-9.0, -9.0, -5.0, -0.1)


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout; fails if anything stands beside it."""
        return json.loads(self.out)


Command = Callable[..., Result]
