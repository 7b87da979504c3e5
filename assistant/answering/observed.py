"""What an answer is decided by, for who looks on: the laboratory shows the very run that production makes."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.answering.evidence import Evidence
from assistant.types import Block, Choice, Event


@dataclass(frozen=True, slots=True)
class Packed:
    """Event: what of the sections found is read.

    Attributes:
        sections: What was found, best first.
        sizes: Tokens of each of ``sections``.
        budget: Tokens that they may have together.
        fitting: What fits together, best first.
        ready: For each of ``fitting``, whether its state is kept, so that it costs nothing to read.
        blocks: What is read at most: ``fitting`` without what would take long.
    """

    sections: tuple[Block, ...]
    sizes: tuple[int, ...]
    budget: int
    fitting: tuple[Block, ...]
    ready: tuple[bool, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Event: how sure it is that the notes hold the answer.

    Attributes:
        evidence: What the search says.
        blocks: What the model has read; nothing at the first look.
        probability: That the notes hold the answer, in (0, 1).
        threshold: Below it the assistant abstains.
        margin: log P(Yes) - log P(No) of the model; None at the first look.
        goes_on: More sections are read before anything is decided.
    """

    evidence: Evidence
    blocks: tuple[Block, ...]
    probability: float
    threshold: float
    margin: float | None = None
    goes_on: bool = False


Observed = Event | Packed | Weighed | Choice
