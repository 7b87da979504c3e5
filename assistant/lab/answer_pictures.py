"""Pictures of an answer: how sure the model was of each token, what else it could have written, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.lab.figures import Chart, Series
from assistant.lab.leave_one_out import Effect
from assistant.types import Choice

MOST_TOKENS = 60
_NAMED = 48


def visible(token: str) -> str:
    """Returns a token with its blanks and line ends made visible."""
    return token.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥") or "∅"


def certainty_chart(choices: Sequence[Choice]) -> Chart:
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


def certainty_says(choices: Sequence[Choice]) -> str:
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
        verdict = "this passage was in the way"
    change = math.exp(-fall)
    return f"Without it a token of the answer is on average {change:.2f} times as probable: {verdict}."
