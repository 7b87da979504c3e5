"""Pictures of a search, of what could come next, and of an answer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index.fusion import name_bonus
from assistant.lab.charts.chunks import beginning
from assistant.lab.charts.figures import Chart, Grid, Series
from assistant.lab.lessons.causal_citation import Effect
from assistant.lab.lessons.meaning_search import Comparison, K, ScoredStep, SearchSteps
from assistant.lab.lessons.sampling import entropy_bits, sampling_probabilities, softmax
from assistant.models.llama.library import LlamaModel
from assistant.types import Sampling, TokenChoice

MOST_TOKENS = 60
_NAMED = 48


def visible(token: str) -> str:
    """Returns a token with its blanks and line ends made visible."""
    return token.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥") or "∅"


def certainty_chart(choices: Sequence[TokenChoice]) -> Chart:
    """Returns the probability of each token of an answer, in the order of writing; of a long one the first sixty."""
    shown = choices[:MOST_TOKENS]
    sure = [math.exp(choice.log_probability) for choice in shown]
    labels = tuple(
        f"{visible(choice.text)}  {p:.0%}\n"
        + ", ".join(f"{visible(t)} {math.exp(q):.0%}" for t, q in choice.alternatives)
        for choice, p in zip(shown, sure, strict=True)
    )
    names = tuple(f"{place}. {visible(choice.text)}" for place, choice in enumerate(shown, start=1))
    series = Series("", names, tuple(sure), labels, mark="line")
    return Chart("How sure the model was of each token", "token", "probability", (series,), certainty_says(choices))


def certainty_says(choices: Sequence[TokenChoice]) -> str:
    """Returns in words how sure the model was."""
    if not choices:
        return "Nothing is written yet."
    sure = [math.exp(choice.log_probability) for choice in choices]
    least = min(range(len(sure)), key=sure.__getitem__)
    mean = math.exp(sum(choice.log_probability for choice in choices) / len(choices))
    return (
        f"{len(choices)} tokens; the geometric mean of their probabilities is {mean:.0%}. The model was least sure of "
        f"“{visible(choices[least].text)}”, with {sure[least]:.0%}."
    )


def effect_chart(effects: Sequence[Effect]) -> Chart:
    """Returns how much each sentence of the answer owes to a passage that was taken away, for each token of it."""
    names = tuple(
        f"{place}. {effect.sentence if len(effect.sentence) <= _NAMED else effect.sentence[: _NAMED - 1] + '…'}"
        for place, effect in enumerate(effects, start=1)
    )
    per_token = tuple(effect.effect / max(1, effect.tokens) for effect in effects)
    labels = tuple(
        f"{effect.sentence}\nlog P with it {effect.with_it:.1f}, without {effect.without:.1f}; {effect.tokens} tokens"
        for effect in effects
    )
    series = Series("", names, per_token, labels, mark="bar")
    title = "What the passage does for each sentence"
    return Chart(title, "sentence", "fall of log P for each token", (series,), effects_say(effects))


def effects_say(effects: Sequence[Effect]) -> str:
    """Returns in words what a passage does for an answer."""
    total, tokens = sum(e.effect for e in effects), max(1, sum(e.tokens for e in effects))
    fall = total / tokens
    if fall > 0.5:
        verdict = "the model wrote the answer because of this passage"
    elif fall > 0.1:
        verdict = "this passage helped"
    elif fall > -0.1:
        verdict = "the model would have written the same without this passage"
    else:
        verdict = "this passage made the answer less likely"
    change = math.exp(-fall)
    return f"Without it a token of the answer is on average {change:.2f} times as probable: {verdict}."


SHOWN = 12
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that could come next.

    Attributes:
        before: Its probability as the model gives it.
        after: The probability with which it is drawn.
    """

    text: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class NextToken:
    """The next token, before and after the dials.

    Attributes:
        candidates: The most probable ones.
        kept: How many tokens can be drawn at all.
        bits_before: How open the choice is, in bits.
        bits_after: The same behind the dials.
    """

    candidates: tuple[Candidate, ...]
    kept: int
    vocabulary: int
    bits_before: float
    bits_after: float


def next_token(logits: NDArray[np.floating], sampling: Sampling, model: LlamaModel, shown: int = SHOWN) -> NextToken:
    """Returns what the dials of ``sampling`` make of ``logits``, shape (vocabulary,)."""
    before, after = softmax(logits), sampling_probabilities(logits, sampling)
    best = np.argsort(-before, kind="stable")[:shown].tolist()
    candidates = tuple(Candidate(model.shown(i), float(before[i]), float(after[i])) for i in best)
    kept = int(np.count_nonzero(after > _LEAST))
    return NextToken(candidates, kept, len(before), entropy_bits(before), entropy_bits(after))


def next_token_chart(found: NextToken) -> Chart:
    """Returns the picture: a pair of bars for each of the most probable tokens."""
    names = tuple(visible(candidate.text) for candidate in found.candidates)
    before = Series("as the model gives it", names, tuple(c.before for c in found.candidates), mark="bar")
    after = Series("with your settings", names, tuple(c.after for c in found.candidates), mark="bar")
    return Chart("What could come next", "next token", "probability", (before, after), says(found))


def says(found: NextToken) -> str:
    """Returns the picture in words."""
    first = found.candidates[0]
    many = "1 token" if found.kept == 1 else f"{found.kept:,} tokens"
    return (
        f"Of {found.vocabulary:,} tokens {many} can be drawn. The first, {visible(first.text)}, has {first.before:.1%} "
        f"from the model and {first.after:.1%} with your settings. The uncertainty is {found.bits_before:.2f} bits "
        f"before and {found.bits_after:.2f} after."
    )


_NAME_CHARS = 20
KIND_NAMES = {"hnsw": "graph (HNSW)", "ivf": "cells (IVF)", "flat": "exact"}
EFFORT_NAMES = {"hnsw": "candidates kept", "ivf": "cells searched", "flat": ""}


def names(steps: Sequence[ScoredStep]) -> tuple[str, ...]:
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
        "Each passage's score is the sum of its bars: how many standard deviations it is above the mean of the"
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


def _keys(steps: Sequence[ScoredStep]) -> tuple[str, ...]:
    return tuple(str(step.id) for step in steps)
