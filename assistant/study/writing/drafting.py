"""One sentence of the model: written under its grammar, and looked at before anything is made of it."""

from __future__ import annotations

import re
import threading

from assistant.errors import Cancelled
from assistant.models.engine import Generator
from assistant.study.exam.ground import Ground
from assistant.study.exam.texts import meaning, share
from assistant.study.summaries import TextEmbedder
from assistant.study.writing.orders import EXAMPLES
from assistant.study.writing.tasks import Task
from assistant.types import Generated, Sampling, Token

TEMPERATURE = 0.7
_MAX_TOKENS = 64
_MIN_NEARNESS = 0.35
_MARGIN = 0.05
"""What a case or question describes must have at least this cosine to its description, and by so much a lower one to
that of any other option."""

_KEPT_WORDS = (0.2, 0.8)
"""Share of the content words of a description that a case of it has: fewer, and it is a case of anything; more, and it
is the description again."""

_LEAST_SAID = {"why": 0.5, "case": _KEPT_WORDS[0], "ask": _KEPT_WORDS[0]}
"""Share of the content words of ``Task.said`` that the sentence must have: a question for a reason must name the
effect, and one for a term something of its description."""

_CUT_OFF = re.compile(
    r"(?:\W|\b(?:a|an|the|and|or|of|in|on|to|for|with|by|from|that|which|as|its|their|more|such|make|be|is|are))[.?]$",
    re.IGNORECASE,
)
"""The end of a sentence that reached its greatest length."""

_REFERS = re.compile(
    r"\b(?:the|your|these|this|own|study) (?:notes?|sentence|passage|text|paragraph|description|question|case)\b"
    r"|\baccording to\b|\bmentioned\b|\b(?:listed|given|described) above\b|\bcase where\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""A small Chinese model falls back into its first language when it loses the thread."""

_TURNED = re.compile(r"\b(?:not|never|no|cannot|except|besides|other than|unlike)\b|n't\b", re.IGNORECASE)
"""A question for what is not so has several right answers."""


def write(task: Task, seed: int, generator: Generator, cancel: threading.Event) -> str:
    """Returns the sentence that the model writes; what reached its token limit lacks its end.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    sampling = Sampling(TEMPERATURE, seed=seed, grammar=task.grammar)
    text = ""
    for event in generator.generate(task.prompt, max_tokens=_MAX_TOKENS, cancel=cancel, sampling=sampling):
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, Generated) and event.finish == "cancelled":
            raise Cancelled("The maker was stopped.")
    return " ".join(text.split())


def fault_of(text: str, task: Task, ground: Ground, embedder: TextEmbedder | None = None) -> str:
    """Returns the name of the check that a sentence of the model fails, or an empty string.

    Args:
        text: What it wrote.
        task: What it was to write.
        ground: What the notes say.
        embedder: Compares meanings; without it, only words are compared.
    """
    if not text or text[-1] not in ".?" or _CUT_OFF.search(text) or _FOREIGN.search(text):
        return "unfinished"
    if _REFERS.search(text):
        return "stands_alone"
    if any(_names(text, name) for name in task.unnamed) or (task.style == "why" and _has_half_of(text, task.unnamed)):
        return "gives_nothing_away"
    if task.style == "ask" and _TURNED.search(text):
        return "turned_round"
    if _is_copied(text, task):
        return "copied"
    return "" if _is_to_the_point(text, task, ground, embedder) else "off_topic"


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _has_half_of(text: str, told: tuple[str, ...]) -> bool:
    return any(share(meaning(each), meaning(text)) >= 0.5 for each in told)


def _is_copied(text: str, task: Task) -> bool:
    if text in EXAMPLES:
        return True
    said, wanted = meaning(text), meaning(task.said)
    if task.style == "case":
        return share(wanted, said) >= _KEPT_WORDS[1]
    return task.style == "ask" and wanted <= said and len(said - wanted) <= 1


def _is_to_the_point(text: str, task: Task, ground: Ground, embedder: TextEmbedder | None) -> bool:
    """Whether a sentence is about what it was to be about, by its words and, with an embedder, by its meaning."""
    said, wanted = meaning(text), meaning(task.said)
    if share(said, ground.around(task.anchor) | wanted) < task.least_known:
        return False
    if share(wanted, said) < _LEAST_SAID.get(task.style, 0.0):
        return False
    return embedder is None or not task.rivals or _is_nearest(text, task, embedder)


def _is_nearest(text: str, task: Task, embedder: TextEmbedder) -> bool:
    vectors = embedder.embed_chunks([text, task.said, *task.rivals])
    nearness, *others = (vectors[1:] @ vectors[0]).tolist()
    return bool(nearness >= max(_MIN_NEARNESS, *(other + _MARGIN for other in others)))
