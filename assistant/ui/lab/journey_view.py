"""A journey of a question, as the page draws it: plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.answering.observed import Packed, Weighed
from assistant.lab.follow import Journey
from assistant.lab.map_pictures import beginning
from assistant.lab.prompt_parts import Part
from assistant.types import Answer, Block, Choice, Chunk, Citation, SearchResult, Sentence
from assistant.ui.passages import place_view
from assistant.ui.sources import ReadNote

_SHOWN_CHARS = 180


def journey_view(journey: Journey, read: ReadNote) -> dict[str, Any]:
    """Returns how far a question has come. What has not happened yet is None or empty."""
    reading = journey.reading
    return {
        "question": journey.question,
        "search": _search(journey.search, read) if journey.search else None,
        "packed": _packed(journey.packed, journey.looks, read) if journey.packed else None,
        "looks": [_look(look) for look in journey.looks],
        "reading": {"done": reading.tokens_done, "total": reading.tokens_total} if reading else None,
        "choices": choices_view(journey.choices),
        "text": journey.text,
        "sentences": sentences_view(journey.sentences, read),
        "answer": _answer(journey.answer) if journey.answer else None,
        "restarts": journey.restarts,
    }


def choices_view(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """Returns tokens, each with its probability ``p`` and what ``else`` it could have been."""
    return [
        {
            "text": choice.text,
            "p": math.exp(choice.log_probability),
            "else": [{"text": text, "p": math.exp(p)} for text, p in choice.alternatives],
        }
        for choice in choices
    ]


def sentences_view(sentences: Iterable[Sentence], read: ReadNote) -> list[dict[str, Any]]:
    """Returns sentences, each with the words of the notes that support it."""
    return [
        {
            "text": sentence.text,
            "claim": sentence.is_claim,
            "supported": sentence.supported,
            "score": sentence.score,
            "reason": sentence.reason,
            "citations": [_citation(citation, read) for citation in sentence.citations],
        }
        for sentence in sentences
    ]


def parts_view(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Returns the parts of a prompt with their tokens."""
    return [
        {"kind": part.kind, "title": part.title, "tokens": list(part.tokens), "kept": part.from_cache} for part in parts
    ]


def passages_view(chunks: Sequence[Chunk], sentences: Sequence[Sentence], read: ReadNote) -> list[dict[str, Any]]:
    """Returns the passages that were read, each with whether the answer cites it."""
    cited = [citation for sentence in sentences for citation in sentence.citations]
    return [
        _place(chunk.note, chunk.heading_path, chunk.text, read)
        | {
            "key": place,
            "cited": any(c.note == chunk.note and chunk.start <= c.start < chunk.end for c in cited),
        }
        for place, chunk in enumerate(chunks)
    ]


def _search(search: SearchResult, read: ReadNote) -> dict[str, Any]:
    return {
        "corrections": [list(pair) for pair in search.corrections],
        "missing": list(search.missing_words),
        "hits": [
            _place(hit.chunk.note, hit.chunk.heading_path, hit.chunk.text, read)
            | {
                "cosine": hit.cosine,
                "bm25": hit.bm25,
                "score": hit.score,
                "dense": hit.dense_rank,
                "lexical": hit.lexical_rank,
            }
            for hit in search.hits
        ],
    }


def _packed(packed: Packed, looks: Sequence[Weighed], read: ReadNote) -> dict[str, Any]:
    """Each section has a ``state``: ``read``, ``enough``, ``later``, ``long`` or, before it is decided, ``packed``."""
    seen = next((look.blocks for look in reversed(looks) if look.blocks), None)
    decided = bool(looks) and not looks[-1].goes_on
    kept = dict(zip(packed.fitting, packed.ready, strict=True))

    def state(section: Block) -> str:
        if section not in packed.fitting:
            return "long"
        if section not in packed.blocks:
            return "later"
        if seen is not None and section in seen:
            return "read"
        return "enough" if seen is not None and decided else "packed"

    sections = [
        _place(section.note, section.heading_path, section.text, read)
        | {"tokens": size, "state": state(section), "kept": kept.get(section, False)}
        for section, size in zip(packed.sections, packed.sizes, strict=True)
    ]
    return {"budget": packed.budget, "sections": sections, "parts": not set(packed.fitting) <= set(packed.sections)}


def _look(look: Weighed) -> dict[str, Any]:
    return {
        "sections": len(look.blocks),
        "probability": look.probability,
        "threshold": look.threshold,
        "margin": look.margin,
        "cosine": look.evidence.top_cosine,
        "coverage": look.evidence.coverage,
        "stated": look.evidence.stated,
        "goes_on": look.goes_on,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    timings = answer.timings
    return {
        "text": answer.text,
        "state": str(answer.state),
        "abstained": answer.abstained,
        "reason": answer.reason,
        "draft": answer.draft,
        "stopped": answer.stopped,
        "prompt_tokens": timings.prompt_tokens,
        "cached_tokens": timings.cached_tokens,
        "first_token_s": timings.first_token_s,
        "total_s": timings.total_s,
    }


def _citation(citation: Citation, read: ReadNote) -> dict[str, Any]:
    trail = place_view(citation.note, citation.heading_path, read)["trail"]
    return {"trail": trail, "text": citation.quote, "score": citation.score}


def _place(note: str, heading_path: tuple[str, ...], text: str, read: ReadNote) -> dict[str, Any]:
    return {"trail": place_view(note, heading_path, read)["trail"], "text": beginning(text, _SHOWN_CHARS)}
