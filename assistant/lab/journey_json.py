"""A journey of a question as plain values, for a file, a slide or a program of your own.

Probabilities are given as such, p = exp(log p); places in the notes are offsets into the note's text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from assistant.lab.follow import Journey
from assistant.lab.rewriting import Draft
from assistant.types import Block, Choice, Hit, Sentence


def journey_json(journey: Journey) -> dict[str, Any]:
    """Returns all that was seen on the way; what did not happen is None or empty."""
    packed, answer = journey.packed, journey.answer
    return {
        "question": journey.question,
        "hits": [_hit(hit) for hit in journey.search.hits] if journey.search else [],
        "budget_tokens": packed.budget if packed else None,
        "sections": [
            _block(section) | {"tokens": size, "fits": section in packed.fitting, "read": section in journey.read}
            for section, size in zip(packed.sections, packed.sizes, strict=True)
        ]
        if packed
        else [],
        "looks": [
            {"sections": len(look.blocks), "probability": look.probability, "margin": look.margin}
            for look in journey.looks
        ],
        "tokens": tokens_json(journey.choices),
        "sentences": sentences_json(journey.sentences),
        "text": journey.text,
        "state": str(answer.state) if answer else None,
        "prompt_tokens": answer.timings.prompt_tokens if answer else None,
        "cached_tokens": answer.timings.cached_tokens if answer else None,
    }


def draft_json(draft: Draft) -> dict[str, Any]:
    """Returns what was written under other conditions."""
    return {
        "text": draft.text,
        "tokens": tokens_json(draft.choices),
        "sentences": sentences_json(draft.sentences),
        "finish": draft.finish,
    }


def tokens_json(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """Returns tokens, each with its probability and the most probable ones in its place."""
    return [
        {
            "token": choice.token,
            "text": choice.text,
            "p": math.exp(choice.log_probability),
            "alternatives": [[text, math.exp(p)] for text, p in choice.alternatives],
        }
        for choice in choices
    ]


def sentences_json(sentences: Iterable[Sentence]) -> list[dict[str, Any]]:
    """Returns sentences, each with what supports it."""
    return [
        {
            "text": sentence.text,
            "claim": sentence.is_claim,
            "supported": sentence.supported,
            "reason": sentence.reason,
            "citations": [
                {"note": c.note, "start": c.start, "end": c.end, "quote": c.quote} for c in sentence.citations
            ],
        }
        for sentence in sentences
    ]


def _hit(hit: Hit) -> dict[str, Any]:
    chunk = hit.chunk
    ranks = {"dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}
    return {
        "note": chunk.note,
        "heading_path": list(chunk.heading_path),
        "start": chunk.start,
        "end": chunk.end,
        "score": hit.score,
        "cosine": hit.cosine,
        "bm25": hit.bm25,
    } | ranks


def _block(block: Block) -> dict[str, Any]:
    return {"note": block.note, "heading_path": list(block.heading_path), "start": block.start, "end": block.end}
