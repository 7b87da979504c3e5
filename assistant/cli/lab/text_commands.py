"""``assistant lab lessons``, ``tokens``, ``chunks`` and ``attention``: texts as the models read them."""

from __future__ import annotations

import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.lab.group import app
from assistant.cli.startup import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from rich.text import Text

    from assistant.app.assistant import Assistant
    from assistant.cli.lab.shown import LessonShown, SplitShown, WayShown
    from assistant.lab.chunk_trial import Outcome
    from assistant.lab.course import Lesson
    from assistant.lab.lesson_log import LessonProgress
    from assistant.lab.lessons.cutting import CutSettings, LessonChunk
    from assistant.lab.lessons.tokens import Bill, Split, Splitter, TokenPiece


_TICKS = {"new": " ", "opened": "…", "finished": "✓"}


@app.command("lessons")
def show_lessons(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """List the lessons and which of them are done. The Lab tab of `assistant ui` has them."""
    from assistant.lab.course import lessons
    from assistant.lab.lesson_log import next_lesson

    path = lessons()
    with opened(context) as assistant:
        done = assistant.lab.log.all()
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import LessonsShown

        rows = tuple(_lesson(lesson, done.get(lesson.id)) for lesson in path)
        print_record(LessonsShown(lessons=rows, next=next_lesson(path, done)))
        return
    out = console()
    for lesson in path:
        state = done[lesson.id].state if lesson.id in done else "new"
        out.print(f"{_TICKS[state]} {lesson.id:<11} {lesson.question}", markup=False, soft_wrap=True)


def _lesson(lesson: Lesson, progress: LessonProgress | None) -> LessonShown:
    from assistant.cli.lab.shown import LessonShown

    return LessonShown(
        id=lesson.id,
        title=lesson.title,
        question=lesson.question,
        minutes=lesson.minutes,
        state=progress.state if progress else "new",
        finished_at=progress.finished_at if progress else None,
    )


_BANDS = ("on dark_green", "on dark_blue")


@app.command("tokens")
def tokens(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Any text; - reads it from standard input.")],
    price_read: Annotated[float, typer.Option(help="Price of a million tokens read.")] = 0.0,
    price_written: Annotated[float, typer.Option(help="Price of a million tokens written.")] = 0.0,
    answer_tokens: Annotated[int, typer.Option(help="Length of an answer.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the text's density beside others to this file.")] = None,
) -> None:
    """Cut a text into tokens as both models do: the one that writes, and the one that searches."""
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.tokens import Price, bill, density_chart, embedder_split, generator_split

    text = sys.stdin.read() if text == "-" else text
    with opened(context) as assistant:
        name, model = assistant.lab.vocabulary()
        embedder, embedder_name = assistant.models.embedder.get(), assistant.settings.now.model.embedder
        splitters: tuple[Splitter, ...] = (
            lambda words: generator_split(model, words, name),
            lambda words: embedder_split(embedder, words, embedder_name),
        )
        splits = [splitter(text) for splitter in splitters]
        room = min(assistant.settings.now.model.context_tokens, model.trained_context)
        cost = bill(splits[0].count, answer_tokens, Price(price_read, price_written), room)
        if png is not None:
            write_png(density_chart(text, splitters), png)
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import BillShown, TokensShown

        priced = BillShown(**asdict(cost), context=room)
        print_record(TokensShown(models=tuple(map(_split, splits)), bill=priced))
    else:
        _print_tokens(splits, cost, room)


def _print_tokens(splits: list[Split], cost: Bill, room: int) -> None:
    out = console()
    for split in splits:
        unknown = f", {split.unknown} of them unknown" if split.unknown else ""
        line = f"{split.name}: {split.count} tokens{unknown}, {split.chars_per_token:.1f} characters each"
        out.print(line, style="bold", markup=False)
        out.print(_bands(split))
    share = f"Text and an answer of {cost.written} tokens fill {cost.share:.1%} of a context of {room}; "
    out.print(f"{share}the text fits {cost.fits} times.", markup=False)
    if cost.cost:
        out.print(f"One question costs {cost.cost:.6g}, a thousand {1000 * cost.cost:.6g}.", markup=False)


def _bands(split: Split) -> Text:
    """Returns the pieces with bars between them, blanks to be seen, and bytes of broken characters in numbers."""
    from rich.text import Text

    line, number = Text(), 0
    for piece in split.pieces:
        if piece.id is None:
            line.append(_shown(piece))
            continue
        line.append("|", style="dim")
        line.append(_shown(piece), style=_BANDS[number % 2])
        number += 1
    line.append("|", style="dim")
    return line


def _shown(piece: TokenPiece) -> str:
    runs = (run.replace(" ", "·").replace("\n", "⏎\n") if is_text else f"<{run}>" for run, is_text in piece.runs)
    return "".join(runs) or piece.token


def _split(split: Split) -> SplitShown:
    from assistant.cli.lab.shown import PieceShown, SplitShown

    return SplitShown(
        name=split.name,
        tokens=split.count,
        unknown=split.unknown,
        characters_per_token=split.chars_per_token,
        pieces=tuple(
            PieceShown(id=p.id, token=p.token, text=_shown(p), bytes=p.data.hex(), inside=p.inside)
            for p in split.pieces
        ),
    )


_QUESTIONS = 60


@app.command("chunks")
def chunks(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Path of a note, as `assistant notes list` shows it.")],
    splitter: Annotated[str, typer.Option(help="ours, recursive, sentences or tokens.")] = "ours",
    size: Annotated[int | None, typer.Option(help="Most tokens of a chunk. Default: the present setting.")] = None,
    overlap: Annotated[int, typer.Option(help="Tokens that a chunk shares with the one before.")] = 0,
    measure: Annotated[bool, typer.Option("--measure", help="Ask the questions of the quiz bank on a copy.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, max=10, help="How many chunks are looked at.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the sizes, or what was measured, to this file.")] = None,
) -> None:
    """Cut a note into chunks, in the present way or another one, and measure how well they are found."""
    from assistant.lab.charts.chunks import size_chart, trial_chart
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.cutting import CutSettings, cut

    with opened(context) as assistant:
        settings = CutSettings(splitter, size or assistant.settings.now.chunking.chunk_size_tokens, overlap)
        found, embedder = assistant.notes.read(note), assistant.models.embedder.get()
        _, cuts = cut(found, settings, embedder, assistant.settings.now.chunking)
        outcomes = _measured(assistant, note, settings) if measure else ()
        window = embedder.window_tokens
    if png is not None:
        write_png(trial_chart(outcomes, k) if measure else size_chart(cuts, settings, window), png)
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import ChunkShown, ChunksShown

        shown = tuple(map(ChunkShown.model_validate, cuts))
        measured = tuple(_way(outcome, k) for outcome in outcomes)
        plain = ChunksShown(note=note, chunks=shown)
        print_record(ChunksShown(note=note, chunks=shown, k=k, measured=measured) if measure else plain)
    else:
        _print_chunks(settings, cuts, outcomes, k)


def _measured(assistant: Assistant, note: str, settings: CutSettings) -> tuple[Outcome, ...]:
    """Returns the outcome of the way in use, then of ``settings``, for the questions on ``note``."""
    from assistant.errors import Cancelled
    from assistant.lab.chunk_trial import TrialParts, Trials, probes
    from assistant.lab.kept import RememberingEmbedder

    build_if_needed(assistant)
    store, cancel = assistant.index.retriever.get().store, threading.Event()
    embedder = RememberingEmbedder(assistant.models.embedder.get(), store.known_vectors)
    notes = [store.note(stored.path) for stored in store.notes()]
    questions = probes(assistant.quiz.room.bank.items(note), _QUESTIONS, note)
    trials = Trials(
        TrialParts(embedder, assistant.settings.now.chunking, assistant.settings.now.retrieval), notes, questions, note
    )

    def report(what: str, done: int, total: int) -> None:
        if cancel.is_set():
            raise Cancelled("The measurement was stopped.")

    with interrupt_sets(cancel, "Stopping. Press Ctrl-C again to end at once."):
        trials.run(settings, report)
    return trials.outcomes


def _print_chunks(settings: CutSettings, cuts: tuple[LessonChunk, ...], outcomes: tuple[Outcome, ...], k: int) -> None:
    from assistant.lab.charts.chunks import describe_settings
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
    out.print(f"\n{len(cuts)} chunks: {describe_settings(settings)}", markup=False)
    for place, outcome in enumerate(outcomes):
        found = f"recall@{k} {outcome.recall(k):.0%}, {outcome.tokens[k - 1]:.0f} tokens to read"
        out.print(f"{describe_settings(outcome.settings)}{' (in use)' if place == 0 else ''}: {found}", markup=False)
    if len(outcomes) > 1:
        lost, won = compared(outcomes[0], outcomes[-1], k)
        out.print(f"Of {len(outcomes[0].probes)} questions, {len(lost)} lost and {len(won)} won:", markup=False)
        for mark, probe in [*(("-", probe) for probe in lost), *(("+", probe) for probe in won)]:
            out.print(f"  {mark} {probe.question}", markup=False)


def _way(outcome: Outcome, k: int) -> WayShown:
    from assistant.cli.lab.shown import Missed, WayShown
    from assistant.lab.charts.chunks import describe_settings

    return WayShown(
        way=describe_settings(outcome.settings),
        chunks=outcome.chunks,
        questions=len(outcome.probes),
        recall=outcome.recall(k),
        tokens=outcome.tokens[k - 1],
        not_found=tuple(Missed(question=probe.question, found=share) for probe, share in outcome.lost(k)),
    )


@app.command("attention")
def attention(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="A sentence.")],
    layer: Annotated[int, typer.Option(min=0, help="From 1; 0 is the average of all.")] = 0,
    head: Annotated[int, typer.Option(min=0, help="From 1; 0 is the average of all.")] = 0,
    words_only: Annotated[bool, typer.Option("--words-only", help="Leave [CLS] and [SEP] out of the picture.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw the picture into this file.")] = None,
) -> None:
    """Show how much attention each token of a sentence pays to each other one, in the embedder's layers and heads."""
    from assistant.errors import UsageError
    from assistant.index.embedder import transformer_of
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.attention import attention_grid

    with opened(context) as assistant:
        found = transformer_of(assistant.models.embedder.get()).attentions(sentence)
    layers, heads = found.weights.shape[:2]
    if layer > layers or head > heads:
        raise UsageError(
            f"There is no layer {layer} with a head {head}.", hint=f"Layers 1 to {layers}, heads to {heads}."
        )
    grid = attention_grid(found, layer, head, words_only=words_only)
    if png is not None:
        write_png(grid, png)
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import AttentionShown

        print_record(AttentionShown(tokens=grid.rows, weights=grid.values))
        return
    out = console()
    out.print(grid.says, markup=False)
    for name, shares in zip(grid.rows, grid.values, strict=True):
        best = sorted(zip(grid.columns, shares, strict=True), key=lambda pair: -pair[1])[:3]
        told = ", ".join(f"{column} {share:.0%}" for column, share in best)
        out.print(f"  {name:>14}  looks at {told}", markup=False)
