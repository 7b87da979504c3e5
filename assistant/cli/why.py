"""``assistant ask --why``: what an answer rests on, in the words of the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering import explanation
from assistant.cli.render import place_of, shortened, visible
from assistant.types import Answer, Fate, Sentence

if TYPE_CHECKING:
    from rich.console import Console

Numbers = dict[tuple[str, int, int], int]


def print_why(out: Console, answer: Answer) -> None:
    """Prints how sure it was, what was found and read, and what supports each sentence."""
    if sure := explanation.sureness(answer):
        _head(out, "How sure it was")
        out.print(f"  {sure}", markup=False)
    if answer.search.query != answer.question:
        out.print(visible(f"  Your question was searched as: {answer.search.query}"), markup=False)
    _print_found(out, answer)
    _print_sections(out, answer)
    if answer.sentences:
        _head(out, "What supports each sentence")
        spans = [(c.note, c.start, c.end) for c in answer.numbered_citations()]
        numbers = {span: number for number, span in enumerate(spans, start=1)}
        for sentence in answer.sentences:
            _print_support(out, sentence, numbers)


def _print_found(out: Console, answer: Answer) -> None:
    _head(out, f"Found: {len(answer.search.hits)}, the best first")
    for number, hit in enumerate(answer.search.hits, start=1):
        out.print(f"  {number}. {place_of(hit.chunk)}", markup=False)
        near = f"{explanation.how_near(hit, answer.search)}; {explanation.how_found(hit)}"
        out.print(visible(f"     {near}"), style="dim", markup=False)


def _print_sections(out: Console, answer: Answer) -> None:
    sections = explanation.sections_told(answer)
    if sections:
        _head(out, "What the model read, and what was left out")
    for section in sections:
        mark = "+" if section.fate in (Fate.READ, Fate.IN_PART) else "-"
        out.print(f"  {mark} {place_of(section)}", markup=False)
        out.print(f"     {section.words} words, {explanation.what_became(section.fate)}", style="dim", markup=False)


def _print_support(out: Console, sentence: Sentence, numbers: Numbers) -> None:
    cited = {numbers[(c.note, c.start, c.end)]: c.quote for c in sentence.citations}
    out.print(f"  “{shortened(sentence.text)}”", markup=False)
    out.print(visible(f"     {explanation.support(sentence, sorted(cited))}"), style="dim", markup=False)
    for number in sorted(cited):
        out.print(f"     [{number}] {shortened(cited[number])}", style="dim", markup=False)


def _head(out: Console, title: str) -> None:
    out.print(f"\n{title}", style="bold", markup=False)
