"""Causal citation: take a passage away and see how much less probable the same answer becomes.

    effect of passage i on sentence s  =  log P(s | all that was read)  -  log P(s | all but passage i)

    log P(s | context) = sum over its tokens t of  log P(t | context, the tokens before t)

The model is made to write the very same tokens, and only their probabilities are compared. A large positive effect says
that the model wrote the sentence because of the passage; about zero says that it would have written it anyway. Overlap
of words, by which citations are made, cannot tell these two apart. This is the leave-one-out measure that Cohen-Wang et
al. 2024 (ContextCite, https://arxiv.org/abs/2409.00729) approximate with fewer runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.prompts import answer_prompt, aside_evidence
from assistant.index.store import Store
from assistant.models.llama.engine import LlamaEngine
from assistant.models.scheduler import Lease
from assistant.types import Chunk, ContextBlock, Scope, Sentence, TokenChoice, TokenWatch


@dataclass(frozen=True, slots=True)
class Effect:
    """What taking a passage away does to a sentence. Natural logarithms.

    Attributes:
        with_it: log P of the sentence's tokens, with everything that was read.
        without: The same without the passage.
        tokens: How many tokens the sentence has.
    """

    sentence: str
    with_it: float
    without: float
    tokens: int

    @property
    def effect(self) -> float:
        """By how much the passage raises the log-probability of the sentence."""
        return self.with_it - self.without


def passages(store: Store, blocks: Sequence[ContextBlock]) -> tuple[Chunk, ...]:
    """Returns the passages that ``blocks`` are made of, in the order in which they are read."""
    found: list[Chunk] = []
    for block in blocks:
        ids = store.chunk_ids(Scope(block.note)).tolist()
        inside = (c for c in store.chunks(ids).values() if block.start <= c.start and c.end <= block.end)
        found += sorted(inside, key=lambda chunk: chunk.start)
    return tuple(found)


def without_passage(blocks: Sequence[ContextBlock], passage: Chunk) -> tuple[ContextBlock, ...]:
    """Returns ``blocks`` without the text of ``passage``; a block of which nothing is left is left out."""
    kept = []
    for block in blocks:
        low, high = passage.start - block.start, passage.end - block.start
        if block.note == passage.note and low >= 0 and high <= len(block.text):
            block = replace(block, text=block.text[:low] + block.text[high:], document=None)
        if block.text.strip():
            kept.append(block)
    return tuple(kept)


def dictate(
    engine: LlamaEngine, question: str, blocks: Sequence[ContextBlock], tokens: Sequence[int], lease: Lease
) -> Iterator[tuple[TokenChoice, ...]]:
    """Makes the model answer with ``tokens`` after reading ``blocks``; yields what it thought of each, up to now.

    The prompt is the chat's, and its question aside is asked too: so all is computed in the same steps and rounded in
    the same way. Questions of the chat go first; then it begins anew. The last tuple has all tokens unless the lease
    is cancelled.
    """
    told: tuple[TokenChoice, ...] = ()
    prompt, aside = answer_prompt(question, blocks), aside_evidence(question)
    watch = TokenWatch(alternatives=1, dictated=tuple(tokens), keep=False)
    while len(told) < len(tokens) and not lease.cancel.is_set():
        lease.give_way()
        told = ()
        for event in engine.generate(prompt, max_tokens=len(tokens), cancel=lease.stop, aside=aside, watch=watch):
            if isinstance(event, TokenChoice):
                told = (*told, event)
            yield told


def effects(
    sentences: Sequence[Sentence], starts: Sequence[int], before: Sequence[TokenChoice], after: Sequence[TokenChoice]
) -> tuple[Effect, ...]:
    """Returns the effect on each sentence.

    Args:
        sentences: Of the answer, with their offsets in its text.
        starts: Where in the text each token begins.
        before: The tokens with their probabilities, as the answer was written.
        after: The same tokens with their probabilities without the passage.
    """
    found = []
    for place, sentence in enumerate(sentences):
        begins = sentence.start if place else 0
        ends = sentences[place + 1].start if place + 1 < len(sentences) else float("inf")
        inside = [i for i, start in enumerate(starts) if begins <= start < ends and i < len(after)]
        with_it, without = (sum(told[i].log_probability for i in inside) for told in (before, after))
        found.append(Effect(sentence.text, with_it, without, len(inside)))
    return tuple(found)
