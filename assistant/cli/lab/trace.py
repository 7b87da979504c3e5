"""``assistant lab trace``: one question followed from its search to the cited answer, token by token."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from assistant.lab.follow import Journey
    from assistant.lab.rewriting import Draft
    from assistant.types import Sentence
    from assistant.wiring import StudyAssistant

_STOPPING = "Stopping. Press Ctrl-C again to end at once."


@app.command("trace")
def trace(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What to ask your notes.")],
    no_notes: Annotated[
        bool, typer.Option("--no-notes", help="Answer without reading any notes, and compare.")
    ] = False,
    system: Annotated[str, typer.Option(help="Other instructions for the model.", show_default=False)] = "",
    weigh: Annotated[bool, typer.Option("--weigh", help="Take each passage away once, and see what falls.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw how sure the model was of each token.")] = None,
) -> None:
    """Follow a question: what is found, packed and read, how each token is chosen, and what supports each sentence."""
    from assistant.lab.answer_pictures import certainty_chart
    from assistant.lab.png import write_png

    cancel = threading.Event()
    with opened(context) as assistant:
        build_if_needed(assistant)
        with interrupt_sets(cancel, _STOPPING), assistant.lab.undisturbed():
            journey = _followed(assistant, question, cancel)
            draft = _rewritten(assistant, journey, no_notes, system, cancel) if no_notes or system else None
            falls = list(_weighed(assistant, journey, cancel)) if weigh and journey.choices else []
    if png is not None:
        write_png(certainty_chart(draft.choices if draft else journey.choices), png)
    if as_json:
        typer.echo(json.dumps(_as_json(journey, draft, falls), ensure_ascii=False))
    else:
        _print(journey, draft, falls)


def _followed(assistant: StudyAssistant, question: str, cancel: threading.Event) -> Journey:
    from assistant.answering.answer import Request
    from assistant.lab.follow import Journey, follow

    journey = Journey(question)
    for journey in follow(assistant.lab.answerer(), Request(question, cancel=cancel)):  # noqa: B007  (the last one)
        pass
    return journey


def _rewritten(
    assistant: StudyAssistant, journey: Journey, no_notes: bool, system: str, cancel: threading.Event
) -> Draft:
    from assistant.answering.prompts import SYSTEM
    from assistant.lab.rewriting import Draft, Setting, write

    attributor = assistant.lab.answerer().attributor(journey.packed.fitting if journey.packed else (), journey.question)
    setting = Setting(() if no_notes else journey.read, system or SYSTEM)
    draft = Draft()
    for draft in write(assistant.engine(), journey.question, setting, attributor, cancel):  # noqa: B007
        pass
    return draft


def _weighed(assistant: StudyAssistant, journey: Journey, cancel: threading.Event) -> Iterator[dict[str, Any]]:
    """Yields each passage with the fall of log P for a token of the answer when it is taken away."""
    from assistant.lab.leave_one_out import dictate, effects, passages, without_passage

    tokens = [choice.token for choice in journey.choices]
    for chunk in passages(assistant.retriever().store, journey.read):
        left = without_passage(journey.read, chunk)
        told = list(dictate(assistant.engine(), journey.question, left, tokens, cancel))[-1:]
        if not told or len(told[0]) < len(tokens):
            return  # stopped
        found = effects(journey.sentences, journey.starts, journey.choices, told[0])
        fall = sum(effect.effect for effect in found) / len(tokens)
        yield {"trail": [chunk.note, *chunk.heading_path], "text": chunk.text, "fall": fall}


def _as_json(journey: Journey, draft: Draft | None, falls: list[dict[str, Any]]) -> dict[str, Any]:
    from assistant.lab.journey_json import draft_json, journey_json

    return journey_json(journey) | {"rewritten": draft_json(draft) if draft else None, "without": falls}


def _print(journey: Journey, draft: Draft | None, falls: list[dict[str, Any]]) -> None:
    out = console()
    for hit in journey.search.hits if journey.search else ():
        where = " > ".join((hit.chunk.note, *hit.chunk.heading_path))
        out.print(f"{hit.score:+6.2f}  cosine {hit.cosine:.2f}  BM25 {hit.bm25:5.2f}  {where}", markup=False)
    if journey.packed is not None:
        out.print(f"\nRoom for {journey.packed.budget} tokens of notes:", markup=False)
        for section, size in zip(journey.packed.sections, journey.packed.sizes, strict=True):
            state = "read" if section in journey.read else "fits" if section in journey.packed.fitting else "cut"
            out.print(f"  {size:>5}  {state}  {' > '.join((section.note, *section.heading_path))}", markup=False)
    for look in journey.looks:
        who = f"after reading {len(look.blocks)} sections" if look.blocks else "before reading"
        out.print(f"The notes hold the answer, {who}: {look.probability:.0%}", markup=False)
    _print_tokens(journey.choices)
    _print_sentences(journey.sentences)
    if journey.answer is not None and journey.answer.abstained:
        out.print(f"\n{journey.answer.text}", markup=False)
    if draft is not None:
        out.print("\nWritten again:", style="bold", markup=False)
        _print_sentences(draft.sentences)
    for one in falls:
        out.print(f"{one['fall']:+6.2f} a token without  {' > '.join(one['trail'])}", markup=False)


def _print_tokens(choices: Any) -> None:
    from assistant.lab.answer_pictures import visible

    out = console()
    if choices:
        out.print("\nToken by token, with what else it could have been:", markup=False)
    for choice in choices:
        others = "  ".join(f"{visible(t)} {math.exp(p):.0%}" for t, p in choice.alternatives if t != choice.text)
        out.print(f"  {math.exp(choice.log_probability):>4.0%}  {visible(choice.text)}    {others}", markup=False)


def _print_sentences(sentences: tuple[Sentence, ...]) -> None:
    out = console()
    for sentence in sentences:
        mark = " " if not sentence.is_claim else "+" if sentence.supported else "-"
        out.print(f"\n{mark} {sentence.text}", markup=False)
        for citation in sentence.citations:
            out.print(f"    {citation.note}: {citation.quote}", markup=False)
        if sentence.reason:
            out.print(f"    {sentence.reason}", markup=False)
