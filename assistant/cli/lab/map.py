"""``assistant lab map``: the passages as a map, where a text lands on it, and arithmetic with words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.session import build_if_needed, console, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.lab.analogy import Analogy
    from assistant.lab.note_map import NoteMap
    from assistant.wiring_lab import Laboratory

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
    from assistant.index.terms import vocabulary
    from assistant.lab.analogy import choose_words, embed_words, read_steps, solve

    steps = read_steps(words)
    known = embed_words(choose_words(vocabulary(lab.retriever().store)), lab.embedder())
    return solve(steps, known, lab.embedder(), _ANSWERS, with_inputs=with_inputs)


def _show_sum(found: Analogy, *, as_json: bool) -> None:
    if as_json:
        pairs = {"answers": found.answers, "inputs": found.inputs}
        typer.echo(json.dumps({k: [{"word": w, "cosine": round(c, 4)} for w, c in v] for k, v in pairs.items()}))
        return
    for word, cosine in found.answers:
        typer.echo(f"{cosine:.2f}  {word}")
    typer.echo("The words typed: " + ", ".join(f"{word} {cosine:.2f}" for word, cosine in found.inputs))


def _show_map(lab: Laboratory, text: str, kind: str, *, as_json: bool, png: Path | None) -> None:
    from assistant.lab.map_pictures import map_chart, says, star, with_star
    from assistant.lab.note_map import draw_map
    from assistant.lab.png import write_png

    found = draw_map(lab.retriever().store, lab.embedder().dimension, kind)
    vector = lab.embedder().embed_query(text) if text else None
    at = found.layout.place(vector[None, :])[0] if vector is not None else None
    if png is not None:
        chart = map_chart(found)
        write_png(with_star(chart, star(text, at)) if at is not None else chart, png)
    if as_json:
        typer.echo(json.dumps(_map_json(lab, found, vector, at), ensure_ascii=False))
        return
    typer.echo(says(found, len(found.ids)))
    if vector is not None:
        _print_place(lab, vector)


def _print_place(lab: Laboratory, vector: NDArray[np.float32]) -> None:
    from assistant.cli.render import visible
    from assistant.lab.map_pictures import describe

    first = "  ".join(f"{value:+.3f}" for value in vector[:_FIRST_NUMBERS].tolist())
    out = console()
    out.print(f"Its vector: [ {first} ... ], {len(vector)} numbers", markup=False)
    out.print("Nearest passages, by cosine:")
    for _, chunk, cosine in _nearest(lab, vector):
        out.print(f"{cosine:.2f}  {visible(describe(chunk).splitlines()[0])}", markup=False)


def _nearest(lab: Laboratory, vector: NDArray[np.float32]) -> list[tuple[int, Any, float]]:
    retriever = lab.retriever()
    near = retriever.nearest(vector, _NEIGHBOURS)
    chunks = retriever.store.chunks([id_ for id_, _ in near])
    return [(id_, chunks[id_], cosine) for id_, cosine in near if id_ in chunks]


def _map_json(
    lab: Laboratory, found: NoteMap, vector: NDArray[np.float32] | None, at: NDArray[np.float64] | None
) -> dict[str, Any]:
    points = zip(found.ids, found.chunks, found.groups, found.points.tolist(), strict=True)
    out: dict[str, Any] = {
        "passages": [
            {"id": i, "note": c.note, "heading_path": list(c.heading_path), "group": g, "x": x, "y": y}
            for i, c, g, (x, y) in points
        ],
        "variance": None if found.shares is None else [round(share, 4) for share in found.shares],
        "neighbours_kept": round(found.kept, 4),
    }
    if vector is not None and at is not None:
        nearest = [
            {"id": i, "note": c.note, "heading_path": list(c.heading_path), "cosine": round(cosine, 4)}
            for i, c, cosine in _nearest(lab, vector)
        ]
        out["text"] = {"x": float(at[0]), "y": float(at[1]), "nearest": nearest, "vector": vector.tolist()}
    return out
