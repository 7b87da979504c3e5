"""Shows answers and passages on the terminal and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.answering.verdict import verdict
from assistant.types import (
    Answer,
    AnswerState,
    Chunk,
    Citation,
    Done,
    Event,
    FoundSection,
    Hit,
    Reading,
    Retrieved,
    SearchResult,
    Sentence,
)

if TYPE_CHECKING:
    from rich.console import Console

_QUOTE_CHARS = 240
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """Returns ``text`` with a sign in place of each control character: a note must not steer the terminal."""
    return _CONTROLS.sub("\ufffd", text)


def print_answer(out: Console, events: Iterator[Event]) -> Answer:
    """Prints an answer sentence by sentence as it is written, then its sources. Returns the answer."""
    numbers: dict[tuple[str, int, int], int] = {}
    written = ""
    with out.status("Searching your notes") as status:
        for event in events:
            if isinstance(event, Retrieved):
                status.update(f"Found {len(event.search.hits)} passages; waiting for the model")
            elif isinstance(event, Reading):
                share = 100 * event.tokens_done // max(1, event.tokens_total)
                status.update(f"Reading {share} %")
            elif isinstance(event, Sentence):
                status.stop()
                out.print(visible(_spaced(written, event) + _marked(event, numbers)), end="", markup=False)
                written = event.text
            elif isinstance(event, Done):
                status.stop()
                _print_end(out, event.answer, numbers)
                return event.answer
    raise AssertionError("an answer always ends with Done")


def _spaced(before: str, sentence: Sentence) -> str:
    """What stands between two sentences: a list item begins a line."""
    if not before:
        return ""
    return "\n" if sentence.text.startswith(("-", "*", "#")) or sentence.text[:2].rstrip(".").isdigit() else " "


def _marked(sentence: Sentence, numbers: dict[tuple[str, int, int], int]) -> str:
    if not sentence.supported:
        return f"{sentence.text} (?)"
    marks = []
    for citation in sentence.citations:
        key = (citation.note, citation.start, citation.end)
        marks.append(f"[{numbers.setdefault(key, len(numbers) + 1)}]")
    return " ".join((sentence.text, "".join(marks))) if marks else sentence.text


def _print_end(out: Console, answer: Answer, numbers: dict[tuple[str, int, int], int]) -> None:
    if answer.abstained:
        out.print(visible(answer.text), markup=False)
        if answer.gap:
            out.print(
                f"Added to your gaps (assistant gaps). To take it off: assistant gaps remove {answer.gap}",
                style="dim",
                markup=False,
            )
        return
    if answer.draft:  # the sentences that were printed are withdrawn
        numbers.clear()
        lines = [_marked(sentence, numbers) for sentence in answer.sentences]
        out.print(visible("\n\n" + "\n".join(lines)), end="", markup=False)
    out.print()
    for number, citation in enumerate(answer.numbered_citations(), start=1):
        _print_source(out, number, citation)
    if answer.quotes:
        out.print("\nAlso in your notes:", markup=False)
    for number, citation in answer.numbered_quotes():
        _print_source(out, number, citation)
    found = verdict(answer)
    marked = " Marked with (?)." if answer.state is AnswerState.PARTLY else ""
    more = " The answer reached its length limit." if answer.truncated else ""
    out.print(visible(f"\n{found.word}. {found.reason}{marked}{more}"), markup=False)
    timings = answer.timings
    out.print(
        f"First word after {timings.first_token_s:.1f} s, all of it after {timings.total_s:.1f} s.",
        style="dim",
        markup=False,
    )


def _print_source(out: Console, number: int, citation: Citation) -> None:
    out.print(f"\n[{number}] {place_of(citation)}", style="bold", markup=False)
    out.print(f"    {shortened(citation.told)}", style="dim", markup=False)


def print_hits(out: Console, found: SearchResult) -> None:
    """Prints passages with their places and scores."""
    for typed, meant in found.corrections:
        out.print(f"Searched for {meant!r} instead of {typed!r}.", style="dim", markup=False)
    if found.missing_words:
        out.print(visible(f"Not in your notes: {', '.join(found.missing_words)}."), style="dim", markup=False)
    if not found.hits:
        out.print("There was nothing to search: no passage of this part of your notes is indexed.")
    for number, hit in enumerate(found.hits, start=1):
        chunk = hit.chunk
        place = " > ".join((chunk.note, *chunk.heading_path, *chunk.parents))
        page = f", page {chunk.page}" if chunk.page else ""
        out.print(visible(f"\n{number}. {place}{page}"), style="bold", markup=False)
        out.print(f"   meaning {hit.cosine:.2f}, words {hit.bm25:.1f}", style="dim", markup=False)
        out.print(f"   {shortened(chunk.text)}", markup=False)


def answer_json(answer: Answer, load_s: float) -> dict[str, Any]:
    """Returns the documented JSON of an answer; see docs/guide/cli.md."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "state": answer.state.value,
        "reason": verdict(answer).reason,
        "gap": answer.gap,
        "sentences": [
            {
                "text": s.text,
                "supported": s.supported,
                "score": round(s.score, 4),
                "citations": [citation_json(c) for c in s.citations],
            }
            for s in answer.sentences
        ],
        "quotes": [citation_json(quote) for quote in answer.quotes],
        "hits": [hit_json(hit) for hit in answer.search.hits],
        "timings": {
            "load_s": round(load_s, 3),
            "retrieve_s": round(answer.timings.retrieve_s, 4),
            "first_token_s": round(answer.timings.first_token_s, 3),
            "total_s": round(answer.timings.total_s, 3),
            "prompt_tokens": answer.timings.prompt_tokens,
            "cached_tokens": answer.timings.cached_tokens,
            "output_tokens": answer.timings.output_tokens,
        },
        "model": answer.model,
        "fingerprint": answer.fingerprint,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """Returns a citation: where it stands, and the exact words."""
    return {
        "note": citation.note,
        "heading_path": list(citation.heading_path),
        "start": citation.start,
        "end": citation.end,
        "item": citation.item,
        "quote": citation.quote,
        "score": round(citation.score, 4),
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """Returns a found passage: where it stands, its score and its ranks in both searches."""
    return {
        "note": hit.chunk.note,
        "heading_path": list(hit.chunk.heading_path),
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "score": round(hit.score, 4),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
    }


def place_of(found: Citation | Chunk | FoundSection) -> str:
    """Returns where something stands: the note, the headings, and the page if there are pages."""
    page = None if isinstance(found, FoundSection) else found.page
    return visible(" > ".join((found.note, *found.heading_path)) + (f", page {page}" if page else ""))


def shortened(text: str) -> str:
    """Returns the beginning of a text in one line."""
    flat = visible(" ".join(text.split()))
    return flat if len(flat) <= _QUOTE_CHARS else flat[:_QUOTE_CHARS].rsplit(" ", 1)[0] + " ..."
