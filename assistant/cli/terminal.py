"""Shows answers and passages on the terminal and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from assistant.answering.verdict import verdict
from assistant.documents.formulas import drawn
from assistant.documents.ocr.notices import of_words
from assistant.types import (
    Answer,
    AnswerProgress,
    AnswerState,
    Chunk,
    Citation,
    Event,
    FoundSection,
    SearchResult,
    Sentence,
    Span,
    citation_numbers,
)

if TYPE_CHECKING:
    from rich.console import Console

_QUOTE_CHARS = 240
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """Returns ``text`` with a sign in place of each control character: a note must not steer the terminal."""
    return _CONTROLS.sub("\ufffd", text)


def print_answer(out: Console, question: str, events: Iterable[Event]) -> Answer:
    """Prints an answer sentence by sentence as it is written, then its sources. Returns the answer."""
    progress = AnswerProgress(question)
    with out.status(_status(progress)) as status:
        for event in events:
            before, progress = progress.sentences, progress.after(event)
            if not progress.text:
                status.update(_status(progress))
            elif isinstance(event, Sentence):
                status.stop()
                numbers = citation_numbers(progress.sentences)
                between = progress.text[before[-1].end : event.start] if before else ""
                out.print(visible(between + _marked(event, numbers)), end="", markup=False)
    assert progress.answer is not None, "an answer always ends with Done"
    _print_end(out, progress.answer)
    return progress.answer


def _status(progress: AnswerProgress) -> str:
    if progress.search is None:
        return "Searching your notes"
    if progress.share_read is None:
        return f"Found {len(progress.search.hits)} passages; waiting for the model"
    return f"Reading {int(100 * progress.share_read)} %"


def _marked(sentence: Sentence, numbers: Mapping[Span, int]) -> str:
    if not sentence.supported:
        return f"{drawn(sentence.text)} (?)"
    marks = "".join(f"[{numbers[citation.span]}]" for citation in sentence.citations)
    return f"{drawn(sentence.text)} {marks}" if marks else drawn(sentence.text)


def _body(answer: Answer) -> str:
    """Returns the text of an answer with the numbers of its sources."""
    numbers, done, parts = citation_numbers(answer.sentences), 0, []
    for sentence in answer.sentences:
        parts += [answer.text[done : sentence.start], _marked(sentence, numbers)]
        done = sentence.end
    return "".join(parts)


def _print_end(out: Console, answer: Answer) -> None:
    if answer.abstained:
        out.print(visible(answer.text), markup=False)
        if answer.gap:
            out.print(
                f"Added to your gaps (assistant gaps). To remove it: assistant gaps remove {answer.gap}",
                style="dim",
                markup=False,
            )
        return
    if answer.draft:  # the sentences that were printed are withdrawn
        out.print(visible(f"\n\n{_body(answer)}"), end="", markup=False)
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


def place_of(found: Citation | Chunk | FoundSection) -> str:
    """Returns where something stands: the note, the headings, and the page if there are pages."""
    page = None if isinstance(found, FoundSection) else found.page
    scan = of_words(found.confidence) if isinstance(found, Citation) else ""
    parts = (" > ".join((found.note, *found.heading_path)), f"page {page}" if page else "", scan)
    return visible(", ".join(filter(None, parts)))


def shortened(text: str) -> str:
    """Returns the beginning of a text in one line."""
    flat = visible(" ".join(drawn(text).split()))
    return flat if len(flat) <= _QUOTE_CHARS else flat[:_QUOTE_CHARS].rsplit(" ", 1)[0] + " ..."
