"""What tokens cost: providers charge for those they read and those they write, at two prices per million.

    cost = (tokens read x price in + tokens written x price out) / 1,000,000

A price per token is the usual one for hosted models: it follows the work, which is one pass through the network for
each token (Kaplan et al. 2020, https://arxiv.org/abs/2001.08361, section 2.1: about 2 operations for each parameter
and token). A model on your own computer costs none of this, but its time follows the same count.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import UsageError


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in any currency."""

    read: float
    written: float

    def __post_init__(self) -> None:
        for name, value in (("tokens read", self.read), ("tokens written", self.written)):
            if not 0 <= value < float("inf"):
                raise UsageError(f"A price of {value} for {name} is not possible.", hint="Use a number from 0 on.")


@dataclass(frozen=True, slots=True)
class Bill:
    """What one request costs, and how it fits the model.

    Attributes:
        read: Tokens of the text.
        written: Tokens of the answer.
        cost: In the currency of the price.
        share: Share of the context that text and answer fill; above 1 they do not fit.
        fits: How many such texts fit the context together, with room for one answer.
    """

    read: int
    written: int
    cost: float
    share: float
    fits: int


def bill(read: int, written: int, price: Price, context_tokens: int) -> Bill:
    """Returns what a request costs that reads and writes so many tokens.

    Raises:
        UsageError: The answer's length is negative.
    """
    if written < 0:
        raise UsageError(f"An answer of {written} tokens is not possible.", hint="Use a number from 0 on.")
    cost = (read * price.read + written * price.written) / 1_000_000
    fits = max(0, context_tokens - written) // read if read else 0
    return Bill(read, written, cost, (read + written) / context_tokens, fits)
