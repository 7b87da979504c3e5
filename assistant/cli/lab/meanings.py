"""``assistant lab map``, ``clusters`` and ``search``: passages by their meaning."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.startup import build_if_needed, console, find_scope, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.app.assistant import Assistant
    from assistant.app.laboratory import Laboratory
    from assistant.cli.lab.shown import ClustersShown, MapShown, StepsShown
    from assistant.lab.lessons.clusters import Grouping, Passages
    from assistant.lab.lessons.embeddings import Analogy
    from assistant.lab.lessons.meaning_search import Comparison, SearchSteps
    from assistant.lab.lessons.note_map import NoteMap


_NEIGHBOURS = 8
_ANSWERS = 8
_FIRST_NUMBERS = 8


@app.command("map")
def note_map(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A word or a sentence to place on the map.")] = "",
    words: Annotated[str, typer.Option("--sum", help='Arithmetic with words: "king - man + woman".')] = "",
    with_inputs: Annotated[bool, typer.Option("--with-inputs", help="Words of --sum may be the answer.")] = False,
    umap: Annotated[bool, typer.Option("--umap", help="Draw with UMAP, if it is installed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the map into this file.")] = None,
) -> None:
    """Show your notes as a map of meaning."""
    with opened(context) as assistant:
        build_if_needed(assistant)
        if words:
            _show_sum(_sum(assistant.lab, words, with_inputs=with_inputs), as_json=as_json)
        else:
            _show_map(assistant.lab, text.strip(), "umap" if umap else "pca", as_json=as_json, png=png)


def _sum(lab: Laboratory, words: str, *, with_inputs: bool) -> Analogy:
    from assistant.index.vocabulary import vocabulary
    from assistant.lab.lessons.embeddings import choose_words, embed_words, read_steps, solve

    steps = read_steps(words)
    known = embed_words(choose_words(vocabulary(lab.retriever().store)), lab.embedder())
    return solve(steps, known, lab.embedder(), _ANSWERS, with_inputs=with_inputs)


def _show_sum(found: Analogy, *, as_json: bool) -> None:
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import SumShown, WordShown

        answers, inputs = (
            tuple(WordShown(word=word, cosine=cosine) for word, cosine in words)
            for words in (found.answers, found.inputs)
        )
        print_record(SumShown(answers=answers, inputs=inputs))
        return
    for word, cosine in found.answers:
        typer.echo(f"{cosine:.2f}  {word}")
    typer.echo("The words typed: " + ", ".join(f"{word} {cosine:.2f}" for word, cosine in found.inputs))


def _show_map(lab: Laboratory, text: str, kind: str, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.charts.chunks import map_chart, says, star, with_star
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.note_map import draw_map

    found = draw_map(lab.retriever().store, lab.embedder().dimension, kind)
    vector = lab.embedder().embed_query(text) if text else None
    at = found.layout.place(vector[None, :])[0] if vector is not None else None
    if png is not None:
        chart = map_chart(found)
        write_png(with_star(chart, star(text, at)) if at is not None else chart, png)
    if as_json:
        from assistant.cli.answer_output import print_record

        print_record(_map(lab, found, vector, at))
        return
    typer.echo(says(found, len(found.ids)))
    if vector is not None:
        _print_place(lab, vector)


def _print_place(lab: Laboratory, vector: NDArray[np.float32]) -> None:
    from assistant.cli.terminal import visible
    from assistant.lab.charts.chunks import describe_passage

    first = "  ".join(f"{value:+.3f}" for value in vector[:_FIRST_NUMBERS].tolist())
    out = console()
    out.print(f"Its vector: [ {first} ... ], {len(vector)} numbers", markup=False)
    out.print("Nearest passages, by cosine:")
    for _, chunk, cosine in _nearest(lab, vector):
        out.print(f"{cosine:.2f}  {visible(describe_passage(chunk).splitlines()[0])}", markup=False)


def _nearest(lab: Laboratory, vector: NDArray[np.float32]) -> list[tuple[int, Any, float]]:
    retriever = lab.retriever()
    near = retriever.nearest(vector, _NEIGHBOURS)
    chunks = retriever.store.chunks([id_ for id_, _ in near])
    return [(id_, chunks[id_], cosine) for id_, cosine in near if id_ in chunks]


def _map(
    lab: Laboratory, found: NoteMap, vector: NDArray[np.float32] | None, at: NDArray[np.float64] | None
) -> MapShown:
    from assistant.cli.lab.shown import MappedShown, MapShown, NearShown, PlacedText

    points = zip(found.ids, found.chunks, found.groups, found.points.tolist(), strict=True)
    shown = MapShown(
        passages=tuple(
            MappedShown(id=id_, note=chunk.note, heading_path=chunk.heading_path, group=group, x=x, y=y)
            for id_, chunk, group, (x, y) in points
        ),
        variance=found.shares,
        neighbours_kept=found.kept,
    )
    if vector is None or at is None:
        return shown
    nearest = tuple(
        NearShown(id=id_, note=chunk.note, heading_path=chunk.heading_path, cosine=cosine)
        for id_, chunk, cosine in _nearest(lab, vector)
    )
    placed = PlacedText(x=float(at[0]), y=float(at[1]), nearest=nearest, vector=tuple(vector.tolist()))
    return shown.model_copy(update={"text": placed})


_MOST = 12


@app.command("clusters")
def clusters(
    context: typer.Context,
    k: Annotated[int | None, typer.Option("-k", min=2, help="How many clusters. Default: as many as headings.")] = None,
    depth: Annotated[int, typer.Option(min=0, help="Compare with the notes (0), or with headings of this level.")] = 0,
    bare: Annotated[bool, typer.Option("--bare", help="Embed the passages without their headings.")] = False,
    seed: Annotated[int, typer.Option(help="Seed for the first centres.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write clusters against headings to this file.")] = None,
) -> None:
    """Group the passages without labels (k-means), and compare the groups with your headings."""
    from assistant.errors import UsageError
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.clusters import group, levels, read_passages, table_figure, without_headings

    with opened(context) as assistant:
        build_if_needed(assistant)
        embedder = assistant.models.embedder.get()
        passages = read_passages(assistant.index.retriever.get().store, embedder.dimension)
        if bare:
            passages = without_headings(passages, embedder)
    found = levels(passages.chunks)
    if not found:
        raise UsageError("Your notes have too few headings to compare clusters with.", hint="Add notes or headings.")
    level = next((one for one in found if one.depth >= depth), found[-1])
    grouping = group(passages, level.names, k or min(level.count, _MOST), seed)
    if png is not None:
        write_png(table_figure(grouping, level.names), png)
    if as_json:
        from assistant.cli.answer_output import print_record

        print_record(_clustered(passages, grouping, level.names))
    else:
        _print(passages, grouping, level.names)


def _print(passages: Passages, grouping: Grouping, headings: tuple[str, ...]) -> None:
    from assistant.lab.lessons.clusters import largest_shares, short_heading

    out = console()
    labels = grouping.clustering.labels.tolist()
    out.print(f"{len(passages.chunks)} of {passages.total} passages in {len(grouping.words)} clusters", markup=False)
    for number, name in enumerate(grouping.names):
        out.print(f"  {name}  ({labels.count(number)} passages)", markup=False)
    out.print("\nYour headings, those that stayed together first", markup=False)
    for heading, share, label in largest_shares(labels, headings):
        out.print(f"  {share:>4.0%}  {short_heading(heading)}  in {grouping.names[label]}", markup=False)
    chance = f"(by chance {grouping.chance_purity:.0%})"
    out.print(f"\npurity {grouping.purity:.0%} {chance}", markup=False)
    out.print(f"adjusted Rand index {grouping.adjusted_rand:.2f} (same groups 1, chance 0)", markup=False)
    out.print(f"silhouette {grouping.silhouettes.mean():.2f} (clear groups 1, on the border 0)", markup=False)


def _clustered(passages: Passages, grouping: Grouping, headings: tuple[str, ...]) -> ClustersShown:
    from assistant.cli.lab.shown import ClusteredShown, ClustersShown

    rows = zip(passages.chunks, headings, grouping.clustering.labels.tolist(), grouping.silhouettes, strict=True)
    return ClustersShown(
        clusters=grouping.words,
        inertia=grouping.clustering.inertia,
        purity=grouping.purity,
        purity_by_chance=grouping.chance_purity,
        adjusted_rand=grouping.adjusted_rand,
        silhouette=float(grouping.silhouettes.mean()),
        passages=tuple(
            ClusteredShown(note=c.note, start=c.start, end=c.end, heading=heading, cluster=label, silhouette=float(s))
            for c, heading, label, s in rows
        ),
    )


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


def _take_apart(context: typer.Context, assistant: Assistant, question: str, k: int) -> SearchSteps:
    from assistant.index.vocabulary import word_totals
    from assistant.lab.lessons.meaning_search import take_apart

    retriever = assistant.index.retriever.get()
    return take_apart(question, retriever, word_totals(retriever.store), find_scope(context, assistant), k)


def _show_steps(found: SearchSteps, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.charts.answer_charts import fusion_chart
    from assistant.lab.charts.png import write_png

    if png is not None:
        write_png(fusion_chart(found), png)
    if as_json:
        from assistant.cli.answer_output import print_record

        print_record(_steps(found))
    else:
        _print_steps(found)


def _print_steps(found: SearchSteps) -> None:
    from assistant.cli.terminal import visible
    from assistant.lab.lessons.meaning_search import reciprocal_line, step_lines, weight_line

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


def _steps(found: SearchSteps) -> StepsShown:
    from assistant.cli.lab.shown import SearchWordShown, SpreadShown, StepShown, StepsShown

    fusion, reading = found.trace.fusion, found.trace.reading
    return StepsShown(
        question=found.question,
        corrections=reading.corrections,
        missing_words=reading.missing,
        words=tuple(map(SearchWordShown.model_validate, found.terms)),
        candidates=len(fusion.ids),
        cosine=SpreadShown.model_validate(fusion.meaning),
        bm25=SpreadShown.model_validate(fusion.words),
        lexical_weight=fusion.weight,
        passages=tuple(map(StepShown.model_validate, found.steps)),
    )


def _compare(assistant: Assistant, kind: Approximate, size: int) -> Comparison:
    from assistant.errors import IndexMissing
    from assistant.lab.lessons.meaning_search import compare

    store = assistant.index.retriever.get().store
    ids = store.chunk_ids()
    if not ids.size:
        raise IndexMissing("The index contains no passages yet.", hint="assistant index build")
    rows = store.vectors(ids, assistant.models.embedder.get().dimension)
    return compare(rows, size or len(rows), "ivf" if kind is Approximate.IVF else "hnsw")


def _show_comparison(found: Comparison, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.charts.answer_charts import EFFORT_NAMES, trade_chart, trade_says
    from assistant.lab.charts.png import write_png

    if png is not None:
        write_png(trade_chart(found), png)
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import ComparisonShown, EffortShown

        trials = tuple(map(EffortShown.model_validate, found.trials))
        exact_ms = 1000 * found.exact_s
        print_record(ComparisonShown(kind=found.kind, vectors=found.vectors, exact_ms=exact_ms, trials=trials))
        return
    for trial in found.trials:
        name = EFFORT_NAMES[found.kind]
        typer.echo(f"{trial.effort:4} {name}: recall@10 {trial.recall:.0%}, {trial.speedup:.1f} times as fast")
    typer.echo(trade_says(found))
