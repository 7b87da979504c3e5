"""``assistant lab search``: one question through words, meaning and both; exact against approximate search."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, find_scope, opened

if TYPE_CHECKING:
    from assistant.lab.approximate import Comparison
    from assistant.lab.search_steps import SearchSteps, Step
    from assistant.wiring import StudyAssistant


class Approximate(StrEnum):
    """The kinds of approximate index."""

    HNSW = "hnsw"
    IVF = "ivf"


@app.command("search")
def search_steps(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What to search for.")],
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="How many passages.")] = 5,
    approximate: Annotated[
        Approximate | None, typer.Option(help="Compare an approximate index with the exact one instead.")
    ] = None,
    vectors: Annotated[
        int, typer.Option(min=0, max=200_000, help="Vectors to compare on; 0 means those of your notes as they are.")
    ] = 20_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the picture into this file.")] = None,
) -> None:
    """Show how a question finds its passages, with the arithmetic."""
    with opened(context) as assistant:
        build_if_needed(assistant)
        if approximate is not None:
            _show_comparison(_compare(assistant, approximate, vectors), as_json=as_json, png=png)
        else:
            _show_steps(_take_apart(context, assistant, question, k), as_json=as_json, png=png)


def _take_apart(context: typer.Context, assistant: StudyAssistant, question: str, k: int) -> SearchSteps:
    from assistant.index.terms import word_totals
    from assistant.lab.search_steps import take_apart

    retriever = assistant.retriever()
    return take_apart(question, retriever, word_totals(retriever.store), find_scope(context, assistant), k)


def _show_steps(found: SearchSteps, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.png import write_png
    from assistant.lab.search_pictures import fusion_chart

    if png is not None:
        write_png(fusion_chart(found), png)
    if as_json:
        typer.echo(json.dumps(_steps_json(found), ensure_ascii=False))
    else:
        _print_steps(found)


def _print_steps(found: SearchSteps) -> None:
    from assistant.cli.render import visible
    from assistant.lab.arithmetic import reciprocal_line, step_lines, weight_line

    out = console()
    for typed, meant in found.trace.reading.corrections:
        out.print(f"{typed} is read as {meant}", markup=False)
    if found.trace.reading.missing:
        out.print(f"In none of your notes: {', '.join(found.trace.reading.missing)}", markup=False)
    for term in found.terms:
        out.print(weight_line(term, found.totals.passages), markup=False)
    for step in found.steps:
        out.print(f"\n{step.place}. {visible(' > '.join((step.chunk.note, *step.chunk.heading_path)))}", markup=False)
        for line in (*step_lines(found, step), reciprocal_line(step)):
            out.print(f"   {line}", markup=False)


def _steps_json(found: SearchSteps) -> dict[str, Any]:
    fusion = found.trace.fusion
    return {
        "question": found.question,
        "corrections": [list(pair) for pair in found.trace.reading.corrections],
        "missing_words": list(found.trace.reading.missing),
        "words": [{"word": t.word, "stems": list(t.stems), "passages": t.passages, "idf": t.idf} for t in found.terms],
        "candidates": len(fusion.ids),
        "cosine": {"mean": fusion.meaning.mean, "deviation": fusion.meaning.deviation},
        "bm25": {"mean": fusion.words.mean, "deviation": fusion.words.deviation},
        "lexical_weight": fusion.weight,
        "passages": [_step_json(step) for step in found.steps],
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "note": step.chunk.note,
        "heading_path": list(step.chunk.heading_path),
        "start": step.chunk.start,
        "end": step.chunk.end,
        "cosine": step.cosine,
        "z_cosine": step.z_cosine,
        "words": {term.word: term.score for term in step.words.terms},
        "bm25": step.bm25,
        "z_bm25": step.z_bm25,
        "named": step.named,
        "score": step.score,
        "dense_rank": step.dense_rank,
        "lexical_rank": step.lexical_rank,
        "rrf": step.rrf,
        "rrf_place": step.rrf_place,
    }


def _compare(assistant: StudyAssistant, kind: Approximate, size: int) -> Comparison:
    from assistant.errors import IndexMissing
    from assistant.lab.approximate import compare

    store = assistant.retriever().store
    ids = store.chunk_ids()
    if not ids.size:
        raise IndexMissing("The index holds no passages yet.", hint="assistant index build")
    rows = store.vectors(ids, assistant.embedder().dimension)
    return compare(rows, size or len(rows), "ivf" if kind is Approximate.IVF else "hnsw")


def _show_comparison(found: Comparison, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.png import write_png
    from assistant.lab.search_pictures import EFFORT_NAMES, trade_chart, trade_says

    if png is not None:
        write_png(trade_chart(found), png)
    if as_json:
        trials = [{"effort": t.effort, "recall": t.recall, "speedup": round(t.speedup, 2)} for t in found.trials]
        exact = {"kind": found.kind, "vectors": found.vectors, "exact_ms": round(1000 * found.exact_s, 3)}
        typer.echo(json.dumps(exact | {"trials": trials}))
        return
    for trial in found.trials:
        name = EFFORT_NAMES[found.kind]
        typer.echo(f"{trial.effort:4} {name}: recall@10 {trial.recall:.0%}, {trial.speedup:.1f} times as fast")
    typer.echo(trade_says(found))
