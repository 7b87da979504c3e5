"""Chooses what the model reads: the sections that the found passages lie in, best first, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answering.prompts import render_block
from assistant.documents.roles import proves_nothing
from assistant.index.store import Store
from assistant.types import Chunk, ContextBlock, Document, Hit


def rank_blocks(hits: Sequence[Hit], limit: int) -> list[tuple[str, int]]:
    """Returns ``(note, block)`` of the best blocks, at most ``limit``, in order of their best passage."""
    keys = dict.fromkeys((hit.chunk.note, hit.chunk.block) for hit in hits)
    return list(keys)[:limit]


def choose_blocks(store: Store, hits: Sequence[Hit], limit: int) -> list[ContextBlock]:
    """Returns the best blocks with their texts, at most ``limit``, best first.

    A block counts by its passages that say something: by sources and lists of links nothing is answered.
    """
    notes = {path: store.note(path) for path in {hit.chunk.note for hit in hits}}
    saying = [hit for hit in hits if _says_something(notes[hit.chunk.note], hit.chunk)]
    return store.blocks(rank_blocks(saying or hits, limit))


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
