"""Pictures of a search: what each word adds, what each search adds, and what an approximate search gives up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.index.fusion import name_bonus
from assistant.lab.approximate import Comparison, K
from assistant.lab.figures import Chart, Grid, Series
from assistant.lab.map_pictures import beginning
from assistant.lab.search_steps import SearchSteps, Step

_NAME_CHARS = 20
KIND_NAMES = {"hnsw": "graph (HNSW)", "ivf": "cells (IVF)", "flat": "exact"}
EFFORT_NAMES = {"hnsw": "vectors kept in sight", "ivf": "cells looked into", "flat": ""}


def names(steps: Sequence[Step]) -> tuple[str, ...]:
    """Returns each passage's place with its innermost heading, or with its first words where several have that heading.

    They are short enough for an axis.
    """
    headings = [(step.chunk.heading_path or (step.chunk.note,))[-1] for step in steps]
    shared = Counter(headings)
    said = [
        beginning(step.chunk.text) if shared[heading] > 1 else heading
        for step, heading in zip(steps, headings, strict=True)
    ]
    return tuple(f"{step.place}. {_short(text)}" for step, text in zip(steps, said, strict=True))


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARS else text[: _NAME_CHARS - 1].rstrip() + "…"


def words_grid(found: SearchSteps) -> Grid:
    """Returns what each word adds to the BM25 of each passage; there is at least one word and one passage."""
    columns = tuple(term.word for term in found.terms)
    values = tuple(tuple(round(word.score, 2) for word in step.words.terms) for step in found.steps)
    labels = tuple(
        tuple(f"{word.word}: {word.score:.2f} of {step.words.total:.2f}" for word in step.words.terms)
        for step in found.steps
    )
    heaviest = found.heaviest
    told = f"“{heaviest.word}” is the rarest word and counts most." if heaviest else ""
    return Grid("What each word adds", names(found.steps), columns, values, told, "BM25", labels)


def fusion_chart(found: SearchSteps) -> Chart:
    """Returns what the two searches add to the score of each passage."""
    passages = names(found.steps)
    weight = found.trace.fusion.weight
    meaning = tuple(step.z_cosine for step in found.steps)
    words = tuple(weight * step.z_bm25 for step in found.steps)
    labels = [tuple(f"{step.score:+.2f} together; {what}" for step in found.steps) for what in ("meaning", "words")]
    series = [
        Series("meaning: z of the cosine", passages, meaning, labels[0], _keys(found.steps), "bar"),
        Series(f"words: {weight:.2f} times z of BM25", passages, words, labels[1], _keys(found.steps), "bar"),
    ]
    told = (
        "Each passage's score is the sum of its bars: how many standard deviations it stands above the mean of the"
        " candidates by meaning, and by words."
    )
    if any(step.named for step in found.steps):
        bonus = tuple(name_bonus(step.named) for step in found.steps)
        says = tuple(f"{step.named:.0%} of the question is a name that it explains" for step in found.steps)
        series.append(Series("name: explained under it", passages, bonus, says, _keys(found.steps), "bar"))
        told += " More, where it explains what the question names."
    return Chart("What each search adds", "passage", "deviations", tuple(series), told)


def trade_chart(compared: Comparison) -> Chart:
    """Returns recall against speed, a mark for each setting."""
    trials = compared.trials
    labels = tuple(
        f"{trial.effort} {EFFORT_NAMES[compared.kind]}: recall {trial.recall:.0%}, {trial.speedup:.1f} times as fast"
        for trial in trials
    )
    series = Series(
        KIND_NAMES[compared.kind],
        tuple(trial.speedup for trial in trials),
        tuple(trial.recall for trial in trials),
        labels,
        (),
        "line",
    )
    title = f"{compared.vectors:,} vectors: {KIND_NAMES[compared.kind]} against exact search"
    return Chart(title, "times as fast as the exact search", f"recall@{K}", (series,), trade_says(compared))


def trade_says(compared: Comparison) -> str:
    """Returns in words what an approximate search gains and loses."""
    good = [trial for trial in compared.trials if trial.recall >= 0.95]
    exact = f"An exact search took {1000 * compared.exact_s:.2g} ms."
    if not good:
        return f"{exact} No setting found 95% of the true neighbours."
    best = max(good, key=lambda trial: trial.speedup)
    if best.speedup < 1.2:
        return f"{exact} With at least 95% of the true neighbours found, the approximate one is no faster."
    return f"{exact} {best.recall:.0%} of the true neighbours were found {best.speedup:.1f} times as fast."


def _keys(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(str(step.id) for step in steps)
