"""``assistant lab chunks``: a note cut in several ways, and what that does to finding."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from assistant.lab.chunk_trial import Outcome
    from assistant.lab.cutting import Cut, Settings
    from assistant.wiring import StudyAssistant

_QUESTIONS = 60


@app.command("chunks")
def chunks(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Path of a note, as `assistant notes list` shows it.")],
    splitter: Annotated[str, typer.Option(help="ours, recursive, sentences or tokens.")] = "ours",
    size: Annotated[int | None, typer.Option(help="Most tokens of a chunk. Default: as in use.")] = None,
    overlap: Annotated[int, typer.Option(help="Tokens that a chunk shares with the one before.")] = 0,
    measure: Annotated[bool, typer.Option("--measure", help="Ask the quiz bank's questions of a copy.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, max=10, help="Chunks that are looked at.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the sizes, or what was measured, to this file.")] = None,
) -> None:
    """Cut a note into chunks, in the way in use or another, and measure what that does to finding."""
    from assistant.lab.chunk_charts import size_chart, trial_chart
    from assistant.lab.cutting import Settings, cut
    from assistant.lab.png import write_png

    with opened(context) as assistant:
        settings = Settings(splitter, size or assistant.config.chunking.chunk_size_tokens, overlap)
        found, embedder = assistant.note(note), assistant.embedder()
        _, cuts = cut(found, settings, embedder, assistant.config.chunking)
        outcomes = _measured(assistant, note, settings) if measure else ()
        window = embedder.window_tokens
    if png is not None:
        write_png(trial_chart(outcomes, k) if measure else size_chart(cuts, settings, window), png)
    if as_json:
        shown = {"note": note, "chunks": [_as_json(piece) for piece in cuts]}
        trial = {"k": k, "measured": [_outcome_json(outcome, k) for outcome in outcomes]} if measure else {}
        typer.echo(json.dumps(shown | trial, ensure_ascii=False))
    else:
        _print(settings, cuts, outcomes, k)


def _measured(assistant: StudyAssistant, note: str, settings: Settings) -> tuple[Outcome, ...]:
    """Returns the outcome of the way in use, then of ``settings``, for the questions on ``note``."""
    from assistant.errors import Cancelled
    from assistant.lab.chunk_trial import Bench, probes
    from assistant.lab.chunk_trials import Trials
    from assistant.lab.remembering import RememberingEmbedder

    build_if_needed(assistant)
    store, cancel = assistant.retriever().store, threading.Event()
    embedder = RememberingEmbedder(assistant.embedder(), store.known_vectors)
    notes = [store.note(stored.path) for stored in store.notes()]
    questions = probes(assistant.quizzes.room.bank.items(note), _QUESTIONS, note)
    trials = Trials(Bench(embedder, assistant.config.chunking, assistant.config.retrieval), notes, questions, note)

    def report(what: str, done: int, total: int) -> None:
        if cancel.is_set():
            raise Cancelled("The measurement was stopped.")

    with interrupt_sets(cancel, "Stopping. Press Ctrl-C again to end at once."):
        trials.run(settings, report)
    return trials.outcomes


def _print(settings: Settings, cuts: tuple[Cut, ...], outcomes: tuple[Outcome, ...], k: int) -> None:
    from assistant.lab.chunk_charts import describe
    from assistant.lab.chunk_trial import compared

    out = console()
    for number, piece in enumerate(cuts, start=1):
        shared = (
            f", the first {piece.fresh - piece.chunk.start} characters shared"
            if piece.fresh > piece.chunk.start
            else ""
        )
        unread = ", longer than the embedder reads" if piece.read_to < piece.chunk.end else ""
        out.print(
            f"{number:>3}  {piece.tokens} tokens{shared}{unread}  {piece.chunk.context}", style="bold", markup=False
        )
        out.print(piece.chunk.text, markup=False)
    out.print(f"\n{len(cuts)} chunks: {describe(settings)}", markup=False)
    for place, outcome in enumerate(outcomes):
        found = f"recall@{k} {outcome.recall(k):.0%}, {outcome.tokens[k - 1]:.0f} tokens to read"
        out.print(f"{describe(outcome.settings)}{' (in use)' if place == 0 else ''}: {found}", markup=False)
    if len(outcomes) > 1:
        lost, won = compared(outcomes[0], outcomes[-1], k)
        out.print(f"Of {len(outcomes[0].probes)} questions, {len(lost)} lost and {len(won)} won:", markup=False)
        for mark, probe in [*(("-", probe) for probe in lost), *(("+", probe) for probe in won)]:
            out.print(f"  {mark} {probe.question}", markup=False)


def _as_json(piece: Cut) -> dict[str, Any]:
    chunk = piece.chunk
    return {
        "start": chunk.start,
        "fresh": piece.fresh,
        "end": chunk.end,
        "tokens": piece.tokens,
        "read_to": piece.read_to,
        "context": chunk.context,
        "text": chunk.text,
    }


def _outcome_json(outcome: Outcome, k: int) -> dict[str, Any]:
    from assistant.lab.chunk_charts import describe

    return {
        "way": describe(outcome.settings),
        "chunks": outcome.chunks,
        "questions": len(outcome.probes),
        "recall": outcome.recall(k),
        "tokens": outcome.tokens[k - 1],
        "not_found": [{"question": probe.question, "found": share} for probe, share in outcome.lost(k)],
    }
