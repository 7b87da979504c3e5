"""A prompt as the model reads it: tokens, in the pieces that never merge, and which of them cost nothing.

    [chat template + instructions][section][section]...[question + where the answer begins]

Reading is what costs most, and the sections of the notes hardly change. So the attention keys and values of a section
are computed once and kept; at question time they are moved to their place and only the question is computed (Gim et al.
2023, Prompt Cache, https://arxiv.org/abs/2311.04934).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.models.engine import LlamaEngine
from assistant.types import Block, Prompt


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a prompt.

    Attributes:
        kind: ``instructions``, ``notes`` or ``question``.
        title: For notes, the way to the section.
        tokens: Their texts; control tokens by name.
        from_cache: It was read before, and its state was kept.
    """

    kind: str
    title: str
    tokens: tuple[str, ...]
    from_cache: bool = False


def prompt_parts(
    engine: LlamaEngine, prompt: Prompt, blocks: Sequence[Block], from_cache: Sequence[bool]
) -> tuple[Part, ...]:
    """Returns the parts of ``prompt``, whose notes are ``blocks``, in order.

    Args:
        engine: What reads it.
        prompt: As it is given to ``engine.generate``.
        blocks: The sections behind ``prompt.blocks``.
        from_cache: For each of them, whether its state was kept when the prompt came.
    """
    read = engine.tokenize(prompt)
    shown = engine.model.shown

    def part(kind: str, title: str, tokens: Sequence[int], kept: bool = False) -> Part:
        return Part(kind, title, tuple(map(shown, tokens)), kept)

    notes = (
        part("notes", " > ".join((block.note, *block.heading_path)), tokens, kept)
        for block, tokens, kept in zip(blocks, read.blocks, from_cache, strict=False)
    )
    return (
        part("instructions", "Chat template and instructions", read.prefix),
        *notes,
        part("question", "The question, and where the answer begins", read.tail),
    )
