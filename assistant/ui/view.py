"""An exchange as the page receives it: plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from assistant.answering import explanation
from assistant.errors import NotesError
from assistant.study.card_json import anchor_json
from assistant.study.items import Anchor
from assistant.types import Answer, Fate, Hit, Note, Retrieved, Scope, Sentence
from assistant.ui import wording
from assistant.ui.exchange import Exchange, Phase, anchored
from assistant.ui.nodes import plain_text, to_json
from assistant.ui.render import citation_numbers, render_answer, span_of
from assistant.ui.sources import Passage, cited_passages, found_passages, trail

_NEAREST = 3
_QUOTED_CHARS = 160
_PHASE_TEXT = {
    Phase.WAITING: "Waiting for the answer before this one…",
    Phase.WARMING: "The model is still warming up, which takes a little after each start. Your question is next.",
    Phase.SEARCHING: "Looking through your notes…",
    Phase.WRITING: "Writing…",
}


class ExchangeView:
    """Renders one exchange again and again while it grows; what did not change is not computed again.

    Args:
        read: From a note's path to the note.
    """

    def __init__(self, read: Callable[[str], Note]) -> None:
        self._read = lru_cache(maxsize=32)(read)
        self._shown: tuple[Retrieved | None, tuple[Sentence, ...], Answer | None] | None = None
        self._sources: dict[str, Any] = {}

    def render(self, exchange: Exchange) -> dict[str, Any]:
        """Returns what the page shows of the exchange.

        Keys: ``id``, ``question``, ``phase``, ``status`` (a line while it works), ``progress`` (0 to 1, or None),
        ``body`` (a tree), ``quotes`` (lines of the notes that stand below it: ``n``, ``body``), ``cites`` (number ->
        quote), ``sources``, ``corrections``, ``badge``, ``nearest``, ``missing``, ``why``, ``stopped``, ``truncated``,
        ``error``, ``spoken``, ``unread`` (how many notes were not indexed yet), ``study`` (``topic``, ``back``,
        ``anchor``: what a quiz or a card of it begins with; or None), ``gap`` (id of the gap it was noted as, or
        nothing), ``keep`` (``question`` and ``proofs``: what is kept if the answer is right; or None).
        """
        sentences = anchored(exchange.text, exchange.sentences)
        body = [to_json(node) for node in render_answer(exchange.text, sentences)]
        answer = exchange.answer
        return {
            "id": exchange.id,
            "question": exchange.question,
            "phase": exchange.phase.value,
            "status": _status(exchange),
            "progress": _progress(exchange),
            "body": [] if answer is not None and answer.abstained else body,
            "quotes": _quotes(answer),
            "cites": self._cites(_with_quotes(exchange)),
            "sources": self._sources_of(exchange),
            "stopped": exchange.stopped,
            "unread": exchange.unread,
            "error": asdict(exchange.notice) if exchange.notice else None,
            **self._search_words(exchange),
            **self._verdict(answer),
        }

    def _cites(self, sentences: Sequence[Sentence]) -> dict[str, Any]:
        citations = {span_of(c): c for sentence in sentences for c in sentence.citations}
        return {
            str(number): {
                "quote": citations[span].quote,
                "trail": self._trail(citations[span].note, citations[span].heading_path),
                "page": citations[span].page,
            }
            for span, number in citation_numbers(sentences).items()
        }

    def _sources_of(self, exchange: Exchange) -> dict[str, Any]:
        shown = (exchange.retrieved, exchange.sentences, exchange.answer)
        if self._shown is None or any(now is not then for now, then in zip(shown, self._shown, strict=True)):
            self._shown, self._sources = shown, self._render_sources(exchange)
        return self._sources

    def _render_sources(self, exchange: Exchange) -> dict[str, Any]:
        retrieved = exchange.retrieved
        if retrieved is None:
            return {"cited": [], "found": []}
        proven = _with_quotes(exchange)
        cited = cited_passages(proven, self._read)
        abstained = exchange.answer is not None and exchange.answer.abstained
        blocks = () if abstained else retrieved.blocks  # nothing is read where nothing is answered
        found = found_passages(retrieved.search.hits, blocks, proven, self._read)
        return {"cited": [_card(card) for card in cited], "found": [_card(card) for card in found]}

    def _search_words(self, exchange: Exchange) -> dict[str, Any]:
        search = exchange.retrieved.search if exchange.retrieved else None
        return {
            "corrections": wording.corrections(search.corrections) if search else "",
        }

    def _verdict(self, answer: Answer | None) -> dict[str, Any]:
        """Returns what can only be said of a finished answer."""
        if answer is None:
            empty = {"nearest": [], "missing": [], "truncated": False, "spoken": "", "gap": ""}
            return {"badge": None, "why": None, "study": None, "keep": None, **empty}
        said = "" if answer.abstained else plain_text(render_answer(answer.text, ()))
        badge = wording.badge(answer) if answer.abstained or answer.sentences else None
        spoken = f"{badge['word']}. {badge['detail'] if answer.abstained else ''}" if badge else ""
        return {
            "badge": badge,
            "nearest": self._nearest(answer.search.hits) if answer.abstained else [],
            "missing": _unsaid_words(answer, badge["detail"]) if answer.abstained and badge else [],
            "why": self._why(answer),
            "truncated": answer.truncated,
            "spoken": f"{said} {spoken}".strip(),
            "study": _study(answer, said),
            "gap": answer.gap,
            "keep": _keep(answer),
        }

    def _nearest(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
        """Returns the nearest sections, each once, with the passage to show for it."""
        nearest: dict[tuple[str, ...], str] = {}
        for hit in hits:
            where = tuple(self._trail(hit.chunk.note, hit.chunk.heading_path))
            nearest.setdefault(where, f"{hit.chunk.note}:{hit.chunk.start}-{hit.chunk.end}")
        return [{"trail": list(where), "key": key} for where, key in list(nearest.items())[:_NEAREST]]

    def _why(self, answer: Answer) -> dict[str, Any]:
        numbers = citation_numbers(answer.sentences)
        sure = {"says": explanation.sureness(answer), "share": answer.evidence, "enough": answer.threshold}
        return {
            "query": answer.search.query if answer.search.query != answer.question else "",
            "sure": sure if sure["says"] else None,
            "found": [
                self._place(hit.chunk.note, hit.chunk.heading_path)
                | {"says": explanation.how_near(hit, answer.search), "ranks": explanation.how_found(hit)}
                for hit in answer.search.hits
            ],
            "sections": [
                self._place(section.note, section.heading_path)
                | {
                    "says": explanation.what_became(section.fate),
                    "words": wording.count(section.words, "word"),
                    "read": section.fate in (Fate.READ, Fate.IN_PART),
                }
                for section in explanation.sections_told(answer)
            ],
            "support": [_support(sentence, numbers) for sentence in answer.sentences],
        }

    def _place(self, note: str, heading_path: tuple[str, ...]) -> dict[str, Any]:
        return {"trail": self._trail(note, heading_path)}

    def _trail(self, note: str, heading_path: tuple[str, ...]) -> list[str]:
        try:
            return list(trail(self._read(note), heading_path))
        except NotesError:
            return [note, *heading_path]


def _with_quotes(exchange: Exchange) -> tuple[Sentence, ...]:
    """Returns the sentences and, as if one more sentence cited them, the lines quoted below: their numbers follow."""
    answer = exchange.answer
    if answer is None or not answer.quotes:
        return exchange.sentences
    return (*exchange.sentences, Sentence("", 0, 0, supported=True, score=0.0, citations=answer.quotes, is_claim=False))


def _quotes(answer: Answer | None) -> list[dict[str, Any]]:
    numbered = answer.numbered_quotes() if answer is not None else ()
    return [
        {"n": number, "item": q.item, "body": [to_json(node) for node in render_answer(q.quote, ())]}
        for number, q in numbered
    ]


def _study(answer: Answer, said: str) -> dict[str, Any] | None:
    """Returns what a quiz on an answer is about, and the card it makes; None for one that cites nothing."""
    citations = answer.numbered_citations()
    if answer.abstained or not citations:
        return None
    best = max(citations, key=lambda citation: citation.score)
    anchor = Anchor(best.note, best.heading_path, best.start, best.end, best.quote)
    return {"topic": str(Scope(best.note, best.heading_path)), "back": said.strip(), "anchor": anchor_json(anchor)}


def _keep(answer: Answer) -> dict[str, Any] | None:
    """Returns what is kept of an answer that the student says is right; None for one that cites nothing."""
    citations = () if answer.abstained else answer.numbered_citations()
    anchors = [Anchor(c.note, c.heading_path, c.start, c.end, c.quote) for c in citations]
    question = answer.search.query or answer.question
    return {"question": question, "proofs": [anchor_json(anchor) for anchor in anchors]} if anchors else None


def _unsaid_words(answer: Answer, reason: str) -> list[str]:
    """Returns the words that the notes lack and that the reason does not name already; none if nothing was searched."""
    missing = answer.search.missing_words if answer.search.hits else ()
    return [] if all(f"“{word}”".casefold() in reason.casefold() for word in missing) else list(missing)


def _support(sentence: Sentence, numbers: Mapping[tuple[str, int, int], int]) -> dict[str, Any]:
    """Returns a sentence, what is said of its support, and beside it the very words that support it."""
    quotes = {numbers[span_of(citation)]: citation.quote for citation in sentence.citations}
    return {
        "text": _short(sentence.text),
        "says": explanation.support(sentence, sorted(quotes)),
        "quotes": [{"n": n, "quote": " ".join(quotes[n].split())} for n in sorted(quotes)],
    }


def _short(sentence: str) -> str:
    """Returns the visible words of a sentence, shortened."""
    words = " ".join(plain_text(render_answer(sentence, ())).split())
    return words if len(words) <= _QUOTED_CHARS else words[: _QUOTED_CHARS - 1].rstrip() + "…"


def _card(passage: Passage) -> dict[str, Any]:
    return {
        "key": passage.key,
        "note": passage.note,
        "trail": list(passage.trail),
        "page": passage.page,
        "numbers": list(passage.numbers),
        "body": [to_json(node) for node in passage.body],
        "starts": passage.starts,
        "ends": passage.ends,
        "how": explanation.how_found(passage.hit) if passage.hit else "",
        "read": passage.read,
        "start": passage.start,
        "end": passage.end,
        "gone": passage.gone,
    }


def _status(exchange: Exchange) -> str:
    if exchange.phase is Phase.READING and exchange.retrieved is not None:
        return wording.reading(exchange.reading, exchange.retrieved.blocks)
    return _PHASE_TEXT.get(exchange.phase, "")


def _progress(exchange: Exchange) -> float | None:
    progress = exchange.reading
    if exchange.phase is not Phase.READING or progress is None or progress.tokens_total <= 0:
        return None
    return round(min(1.0, progress.tokens_done / progress.tokens_total), 3)
