"""What the lesson on tokens asks for. No Gradio here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from assistant.errors import UsageError
from assistant.lab.interactive import figure_json
from assistant.lab.token_cost import Price, bill
from assistant.lab.token_examples import EXAMPLES, Splitter, density_chart, premium_chart
from assistant.lab.tokens import UNKNOWN, Split, embedder_split, generator_split
from assistant.ui.boundary import friendly
from assistant.wiring_lab import Laboratory

LONGEST_CHARS = 20_000
DRAWN_PIECES = 1_500
"""More would make the page slow; all are counted."""

Request = Mapping[str, Any]


class TokensDesk:
    """Cuts texts into tokens. Every method returns what JSON can carry, errors included."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.tokens_examples, self.tokens_split, self.tokens_bill, self.tokens_chart)

    @friendly
    def tokens_examples(self, _: object = None) -> dict[str, Any]:
        """Returns ``examples`` (``name``, ``text``) and the size of the model's ``context``."""
        examples = [{"name": example.name, "text": example.text} for example in EXAMPLES]
        return {"examples": examples, "context": self._context()}

    @friendly
    def tokens_split(self, request: Request) -> dict[str, Any]:
        """Returns the text as the ``writer`` and as the ``searcher`` reads it. Request: ``text``."""
        text = _checked(request)
        writer, searcher = (splitter(text) for splitter in self._splitters())
        return {"writer": split_view(writer), "searcher": split_view(searcher)}

    @friendly
    def tokens_bill(self, request: Request) -> dict[str, Any]:
        """Returns a ``Bill``. Request: ``read`` and ``written`` (tokens), ``price_read``, ``price_written``."""
        price = Price(_number(request, "price_read"), _number(request, "price_written"))
        read, written = int(_number(request, "read")), int(_number(request, "written"))
        return asdict(bill(read, written, price, self._context())) | {"context": self._context()}

    @friendly
    def tokens_chart(self, request: Request) -> dict[str, Any]:
        """Returns a ``figure``. Request: ``text``, and ``of``: ``premium`` or ``density``."""
        splitters = self._splitters()
        of_text = request.get("of") == "density"
        chart = density_chart(_checked(request), splitters) if of_text else premium_chart(splitters)
        return {"figure": figure_json(chart)}

    def _splitters(self) -> tuple[Splitter, Splitter]:
        name, model = self._lab.vocabulary()
        embedder = self._lab.embedder()
        return (
            lambda text: generator_split(model, text, name),
            lambda text: embedder_split(embedder, text, self._lab.config.model.embedder),
        )

    def _context(self) -> int:
        _, model = self._lab.vocabulary()
        return min(self._lab.config.model.context_tokens, model.trained_context)


def split_view(split: Split) -> dict[str, Any]:
    """Returns a split as the page draws it; ``left`` is how many pieces are counted and not drawn."""
    pieces = [
        {
            "id": piece.id,
            "token": piece.token,
            "runs": piece.runs,
            "bytes": piece.data.hex(" ").upper(),
            "inside": piece.inside,
            "unknown": piece.token == UNKNOWN,
        }
        for piece in split.pieces[:DRAWN_PIECES]
    ]
    return {
        "name": split.name,
        "count": split.count,
        "chars_per_token": split.chars_per_token,
        "unknown": split.unknown,
        "pieces": pieces,
        "left": max(0, len(split.pieces) - DRAWN_PIECES),
    }


def _checked(request: Request) -> str:
    text = str(request.get("text", ""))
    if len(text) > LONGEST_CHARS:
        message = f"The text has {len(text):,} characters; the page shows at most {LONGEST_CHARS:,}."
        raise UsageError(message, hint="Use a shorter one, or the terminal: assistant lab tokens - < FILE")
    return text


def _number(request: Request, key: str) -> float:
    try:
        return float(request[key])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{request.get(key)!r} is no number.", hint="Use digits and a point, such as 2.50.") from error
