"""The arithmetic of a search written out with its numbers, so that it can be checked with a pencil."""

from __future__ import annotations

import math

from assistant.index.fusion import K1, NAMED, Scale, name_bonus
from assistant.index.search import Trace
from assistant.lab.bm25 import B, Term, TermScore
from assistant.lab.search_steps import SearchSteps, Step


def weight_line(term: Term, passages: int) -> str:
    """Returns how the weight of a word comes about."""
    inside = f"({passages} - {term.passages} + 0.5) / ({term.passages} + 0.5)"
    floor = ", which is raised to 0.000001: it stands in more than half of them" if term.idf <= 1e-6 else ""
    return f"IDF({term.word}) = ln({inside}) = {term.idf:.2f}{floor}"


def word_line(term: Term, score: TermScore, step: Step, mean_length: float) -> str:
    """Returns how a word's part of the BM25 of a passage comes about."""
    if not score.frequency:
        return f"{term.word}: does not stand here, 0"
    f = f"{score.frequency:g}"
    length = f"{K1} · (1 - {B} + {B} · {step.words.length_tokens} / {mean_length:.1f})"
    return f"{term.word}: {term.idf:.2f} · {f} · {K1 + 1:g} / ({f} + {length}) = {score.score:.2f}"


def z_line(name: str, value: float, scale: Scale, z: float) -> str:
    """Returns how a score becomes a distance from the mean."""
    if not scale.deviation:
        return f"z({name}) = 0: all candidates have {value:.2f}"
    return f"z({name}) = ({value:.3f} - {scale.mean:.3f}) / {scale.deviation:.3f} = {z:+.2f}"


def words_weight_line(trace: Trace) -> str:
    """Returns how much the words count for this question, and why."""
    weight, reach = trace.fusion.weight, trace.reach
    if not reach:
        return "w = 0: no word of the question stands in the notes"
    of = f"the best BM25 is {reach:.0%} of the highest that the words could bring"
    return f"w = {weight / math.sqrt(reach):g} · √{reach:.3f} = {weight:.2f}: {of}"


def step_lines(found: SearchSteps, step: Step) -> list[str]:
    """Returns the arithmetic of a passage's score, line by line."""
    fusion, totals = found.trace.fusion, found.totals
    mean_length = totals.tokens / max(totals.passages, 1)
    pairs = zip(found.terms, step.words.terms, strict=True)
    lines = [word_line(term, score, step, mean_length) for term, score in pairs]
    lines.append(_bm25_line(step))
    lines.append(z_line("cosine", step.cosine, fusion.meaning, step.z_cosine))
    lines.append(z_line("BM25", step.bm25, fusion.words, step.z_bm25))
    lines.append(words_weight_line(found.trace))
    total = f"{step.z_cosine:+.2f} + {fusion.weight:.2f} · ({step.z_bm25:+.2f})"
    if step.named:
        bonus = f"{name_bonus(step.named):.2f}"
        lines.append(
            f"name: it explains {step.named:.0%} of what is asked for, {NAMED:g} · {step.named:.2f}³ = {bonus}"
        )
        total += f" + {bonus}"
    lines.append(f"score = {total} = {step.score:+.2f}")
    return lines


def reciprocal_line(step: Step) -> str:
    """Returns what reciprocal rank fusion makes of the two places of a passage."""
    parts = [f"1 / (60 + {rank})" for rank in (step.dense_rank, step.lexical_rank) if rank is not None]
    return f"RRF = {' + '.join(parts)} = {step.rrf:.4f}, place {step.rrf_place}"


def _bm25_line(step: Step) -> str:
    if step.lexical_rank is not None:
        return f"BM25 = {step.bm25:.2f}, the sum"
    if step.words.total:
        return f"BM25 = 0: not among the best of the search by words, so its {step.words.total:.2f} do not count"
    return "BM25 = 0: no word of the question stands here"
