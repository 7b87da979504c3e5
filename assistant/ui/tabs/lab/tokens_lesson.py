"""What the lesson on tokens asks for. No Gradio here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from assistant.api.calls import Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.tokens import (
    EXAMPLES,
    UNKNOWN,
    Price,
    Split,
    Splitter,
    bill,
    density_chart,
    embedder_split,
    generator_split,
    premium_chart,
)
from assistant.ui.tabs.lab.view import Picture

LONGEST_CHARS = 20_000
DRAWN_PIECES = 1_500
"""More would make the page slow; all are counted."""


class ExampleText(Payload):
    """A text to begin with."""

    name: str
    text: str


class TokenStart(Payload):
    """Texts to begin with, and how many tokens the model that writes can read (``context``)."""

    examples: list[ExampleText]
    context: int


class PieceView(Payload):
    """A token; ``runs`` are its stretches of the text, ``bytes`` what it is made of."""

    id: int | None
    token: str
    runs: Any
    bytes: str
    inside: str
    unknown: bool


class SplitView(Payload):
    """A text in tokens; ``left`` is how many are counted and not drawn."""

    name: str
    count: int
    chars_per_token: float
    unknown: int
    pieces: list[PieceView]
    left: int


class ReadTwice(Payload):
    """A text as the model that writes and as the model that searches reads it."""

    writer: SplitView
    searcher: SplitView


class BillView(Payload):
    """What one request costs, which share of the context it fills, and how many such texts fit together."""

    read: int
    written: int
    cost: float
    share: float
    fits: int
    context: int


class TokenHandlers:
    """Cuts texts into tokens."""

    area = "lab/tokens"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab

    @call
    def examples(self) -> TokenStart:
        """Returns what the lesson begins with."""
        examples = [ExampleText(name=example.name, text=example.text) for example in EXAMPLES]
        return TokenStart(examples=examples, context=self._context())

    @call
    def split(self, text: str = "") -> ReadTwice:
        """Returns the text as the two models read it."""
        writer, searcher = (splitter(_checked(text)) for splitter in self._splitters())
        return ReadTwice(writer=split_view(writer), searcher=split_view(searcher))

    @call
    def bill(self, read: Whole, written: Whole, price_read: str | float, price_written: str | float) -> BillView:
        """Returns what tokens cost that are read and written, at prices as they were typed."""
        price = Price(_number(price_read), _number(price_written))
        return BillView(**asdict(bill(read, written, price, self._context())), context=self._context())

    @call
    def chart(self, of: Literal["premium", "density"], text: str = "") -> Picture:
        """Returns what a language costs, or what parts of the text do."""
        splitters = self._splitters()
        chart = density_chart(_checked(text), splitters) if of == "density" else premium_chart(splitters)
        return Picture(figure=figure_json(chart))

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


def split_view(split: Split) -> SplitView:
    """Returns a split as the page draws it."""
    pieces = [
        PieceView(
            id=piece.id,
            token=piece.token,
            runs=piece.runs,
            bytes=piece.data.hex(" ").upper(),
            inside=piece.inside,
            unknown=piece.token == UNKNOWN,
        )
        for piece in split.pieces[:DRAWN_PIECES]
    ]
    return SplitView(
        name=split.name,
        count=split.count,
        chars_per_token=split.chars_per_token,
        unknown=split.unknown,
        pieces=pieces,
        left=max(0, len(split.pieces) - DRAWN_PIECES),
    )


def _checked(text: str) -> str:
    if len(text) > LONGEST_CHARS:
        message = f"The text has {len(text):,} characters; the page shows at most {LONGEST_CHARS:,}."
        raise UsageError(message, hint="Use a shorter one, or the terminal: assistant lab tokens - < FILE")
    return text


def _number(typed: str | float) -> float:
    try:
        return float(typed)
    except ValueError as error:
        raise UsageError(f"{typed!r} is not a number.", hint="Use digits and a point, such as 2.50.") from error
