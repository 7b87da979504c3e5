"""Chooses what the model reads: the sections that the found passages lie in, best first, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.answering.prompts import render_block
from assistant.documents.roles import proves_nothing
from assistant.index.store import Store
from assistant.types import Chunk, ContextBlock, Document, Hit


def choose_blocks(store: Store, hits: Sequence[Hit], limit: int) -> list[ContextBlock]:
    """Returns the best blocks with their texts, at most ``limit``, in order of their best passage.

    A block counts by its passages that say something: by sources and lists of links nothing is answered. Only as many
    notes are read as are needed.
    """
    saying = (hit for hit in hits if _says_something(store.note(hit.chunk.note), hit.chunk))
    return store.blocks(_first_blocks(saying, limit) or _first_blocks(hits, limit))


def _first_blocks(hits: Iterable[Hit], limit: int) -> list[tuple[str, int]]:
    found: dict[tuple[str, int], None] = {}
    for hit in hits:
        found[hit.chunk.note, hit.chunk.block] = None
        if len(found) == limit:
            break
    return list(found)


def _says_something(note: Document, chunk: Chunk) -> bool:
    said = note.sentences(chunk.start, chunk.end)
    return not said or any(not proves_nothing(note, sentence) for sentence in said)


def pack(
    blocks: Sequence[ContextBlock], hits: Sequence[Hit], budget_tokens: int, count_tokens: Callable[[str], int]
) -> tuple[ContextBlock, ...]:
    """Returns the blocks that fit the budget together, best first. Nothing is ever cut in the middle.

    A block that does not fit is passed over for the next one. Where not even the best fits, its best passages are read
    in its place, each as a block of its own.
    """
    chosen, left = _fitting(blocks, budget_tokens, count_tokens)
    if chosen or not blocks:
        return tuple(chosen)
    passages = [
        replace(blocks[0], note=c.note, heading_path=c.heading_path, parents=c.parents, start=c.start, end=c.end,
                text=c.text, ordinal=c.block)
        for c in (hit.chunk for hit in hits)
    ]  # fmt: skip
    return tuple(_fitting(passages, left, count_tokens)[0])


def without_slow(blocks: Sequence[ContextBlock], ready: Sequence[bool], most: int = 1) -> tuple[ContextBlock, ...]:
    """Returns the blocks that the model has read before, and the ``most`` best ones of the others.

    Reading a section anew takes a laptop about 8 s, and the student waits; one section alone holds the answer nearly as
    often as three (21 against 22 of 24 questions, see docs/decisions/), unless several things are compared.
    """
    first_new = [i for i, is_ready in enumerate(ready) if not is_ready][:most]
    return tuple(block for i, block in enumerate(blocks) if ready[i] or i in first_new)


def _fitting(
    blocks: Sequence[ContextBlock], budget: int, count_tokens: Callable[[str], int]
) -> tuple[list[ContextBlock], int]:
    chosen: list[ContextBlock] = []
    for block in blocks:
        size = count_tokens(render_block(block))
        if size <= budget:
            chosen.append(block)
            budget -= size
    return chosen, budget
