"""An exchange as the page receives it: plain dictionaries, lists, strings and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from assistant.answering import verdict as explanation
from assistant.documents.ocr.notices import of_words
from assistant.errors import NotesError
from assistant.quiz.item import ANCHOR, Anchor
from assistant.types import (
    Answer,
    AnswerPhase,
    AnswerProgress,
    Document,
    Fate,
    Hit,
    Retrieved,
    Scope,
    Sentence,
    citation_numbers,
)
from assistant.ui import wording
from assistant.ui.nodes import plain_text, to_json
from assistant.ui.render import render_answer
from assistant.ui.tabs.chat.exchange import Exchange
from assistant.ui.tabs.chat.sources import Passage, cited_passages, found_passages, trail

_NEAREST = 3
_QUOTED_CHARS = 160
_PHASE_TEXT = {
    AnswerPhase.WAITING: "Waiting for the answer before this one…",
    AnswerPhase.WARMING: "The model is still warming up, which takes a little after each start. Your question is next.",
    AnswerPhase.SEARCHING: "Looking through your notes…",
    AnswerPhase.WRITING: "Writing…",
}


class ExchangeView:
    """Renders one exchange again and again while it grows; what did not change is not computed again.

    Args:
        read: From a note's path to the note.
    """

    def __init__(self, read: Callable[[str], Document]) -> None:
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
        progress = exchange.progress
        body = [to_json(node) for node in render_answer(progress.said, progress.said_sentences)]
        answer = progress.answer
        return {
            "id": exchange.id,
            "question": progress.question,
            "phase": exchange.phase.value,
            "status": _status(exchange),
            "progress": None if (share := progress.share_read) is None else round(share, 3),
            "body": [] if answer is not None and answer.abstained else body,
            "quotes": _quotes(answer),
            "cites": self._cites(_with_quotes(progress)),
            "sources": self._sources_of(progress),
            "stopped": progress.stopped,
            "unread": exchange.unread,
            "error": exchange.notice.model_dump() if exchange.notice else None,
            "corrections": wording.corrections(progress.search.corrections) if progress.search else "",
            **self._verdict(answer),
        }

    def _cites(self, sentences: Sequence[Sentence]) -> dict[str, Any]:
        citations = {c.span: c for sentence in sentences for c in sentence.citations}
        return {
            str(number): {
                "quote": citations[span].quote,
                "trail": self._trail(citations[span].note, citations[span].heading_path),
                "page": citations[span].page,
                "scan": of_words(citations[span].confidence),
            }
            for span, number in citation_numbers(sentences).items()
        }

    def _sources_of(self, progress: AnswerProgress) -> dict[str, Any]:
        shown = (progress.found, progress.sentences, progress.answer)
        if self._shown is None or any(now is not then for now, then in zip(shown, self._shown, strict=True)):
            self._shown, self._sources = shown, self._render_sources(progress)
        return self._sources

    def _render_sources(self, progress: AnswerProgress) -> dict[str, Any]:
        if progress.found is None:
            return {"cited": [], "found": []}
        proven = _with_quotes(progress)
        cited = cited_passages(proven, self._read)
        abstained = progress.answer is not None and progress.answer.abstained
        blocks = () if abstained else progress.found.blocks  # nothing is read where nothing is answered
        found = found_passages(progress.found.search.hits, blocks, proven, self._read)
        return {"cited": [_card(card) for card in cited], "found": [_card(card) for card in found]}

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
            "understood": explanation.understood(answer),
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


def _with_quotes(progress: AnswerProgress) -> tuple[Sentence, ...]:
    """Returns the sentences and, as if one more sentence cited them, the lines quoted below: their numbers follow."""
    answer, sentences = progress.answer, progress.said_sentences
    if answer is None or not answer.quotes:
        return sentences
    return (*sentences, Sentence("", 0, 0, supported=True, score=0.0, citations=answer.quotes, is_claim=False))


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
    return {"topic": str(Scope(best.note, best.heading_path)), "back": said.strip(), "anchor": ANCHOR.columns(anchor)}


def _keep(answer: Answer) -> dict[str, Any] | None:
    """Returns what is kept of an answer that the student says is right; None for one that cites nothing."""
    citations = () if answer.abstained else answer.numbered_citations()
    anchors = [Anchor(c.note, c.heading_path, c.start, c.end, c.quote) for c in citations]
    question = answer.search.query or answer.question
    return {"question": question, "proofs": [ANCHOR.columns(anchor) for anchor in anchors]} if anchors else None


def _unsaid_words(answer: Answer, reason: str) -> list[str]:
    """Returns the words that the notes lack and that the reason does not name already; none if nothing was searched."""
    missing = answer.search.missing_words if answer.search.hits else ()
    return [] if all(f"“{word}”".casefold() in reason.casefold() for word in missing) else list(missing)


def _support(sentence: Sentence, numbers: Mapping[tuple[str, int, int], int]) -> dict[str, Any]:
    """Returns a sentence, what is said of its support, and beside it the very words that support it."""
    quotes = {numbers[citation.span]: citation.quote for citation in sentence.citations}
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
        "scan": passage.scan,
        "numbers": list(passage.numbers),
        "body": [to_json(node) for node in passage.body],
        "starts": passage.starts,
        "ends": passage.ends,
        "how": explanation.how_found(passage.hit) if passage.hit else "",
        "read": passage.read,
        "start": passage.start,
        "end": passage.end,
        "gone": passage.gone,
        "spans": [list(span) for span in passage.spans],
    }


def _status(exchange: Exchange) -> str:
    if exchange.phase is AnswerPhase.READING and exchange.progress.found is not None:
        return wording.reading(exchange.progress.share_read, exchange.progress.found.blocks)
    if exchange.phase is AnswerPhase.WAITING and exchange.progress.ahead > 1:
        return f"Waiting for the {exchange.progress.ahead} answers before this one…"
    return _PHASE_TEXT.get(exchange.phase, "")
