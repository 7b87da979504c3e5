"""What an answer is decided by, for who looks on: the laboratory shows the very run that production makes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Evidence
from assistant.types import Block, Choice, Event, Fate, FoundSection


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
        margin: log P(Yes) - log P(No) of the model, the highest so far; None at the first look.
        goes_on: More sections are read before anything is decided.
    """

    evidence: Evidence
    blocks: tuple[Block, ...]
    probability: float
    threshold: float
    margin: float | None = None
    goes_on: bool = False


Observed = Event | Packed | Weighed | Choice


def found_sections(
    sections: Sequence[Block], packed: Packed | None, read: Collection[Block]
) -> tuple[FoundSection, ...]:
    """Returns what became of each section that was found; ``packed`` is None where the model was not called."""
    return tuple(
        FoundSection(block.note, block.heading_path, len(block.text.split()), _fate(block, packed, read))
        for block in sections
    )


def _fate(section: Block, packed: Packed | None, read: Collection[Block]) -> Fate:
    if packed is None or not read:
        return Fate.NOT_ASKED
    if section in read:
        return Fate.READ
    if any((part.note, part.ordinal) == (section.note, section.ordinal) for part in read):
        return Fate.IN_PART
    if section not in packed.fitting:
        return Fate.NO_ROOM
    return Fate.NOT_NEEDED if section in packed.blocks else Fate.TOO_SLOW
