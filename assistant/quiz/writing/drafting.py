"""One question of the model: written under its grammar, looked at, and answered by the model itself before it becomes
an item.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

from assistant.errors import Cancelled
from assistant.index.embedder import TextEmbedder
from assistant.models.generator import Generator
from assistant.quiz.exam import gates as model_gate
from assistant.quiz.exam.gates import QUESTION_WORDS
from assistant.quiz.exam.texts import asked, count_words, meaning, share
from assistant.quiz.item import Check, Item, Kind, Maker, with_id
from assistant.quiz.writing.cues import ENGLISH, Asked
from assistant.quiz.writing.ideas import Idea
from assistant.quiz.writing.orders import asked_again, grammar_of, question_for
from assistant.types import ContextBlock, Generated, Prompt, Sampling, Token

TEMPERATURES = (0.0, 0.7)
"""Of the tries for one idea: what the model thinks best, and if that fails something else."""

_MAX_TOKENS = 48
_ANSWER_TOKENS = 56

_MAX_TAKEN = 0.2
"""Share of the answer's own words that the question may have: with more it says what it asks for."""

_MIN_TOLD = 0.5
"""Share of the words of ``Idea.told`` that the question or the headings have: with fewer it asks for something else."""

_NAMED_BY_ITSELF = 3
"""Content words of a question that says what it is about without any word of the headings."""

_PLAIN_CASE = 2
"""Content words of a condition that needs no more than "What happens" in front of it."""

_MIN_LEFT = 3
"""Content words of a sentence that the question leaves to the answer."""

_MIN_ANSWERED = 0.5
"""Share of a point's words that the model's own answer to the question must have, on average over the points."""

_MIN_NEARNESS = 0.55
"""Cosine of both answers that is needed besides."""

_RANK = 2
"""Among so many sentences of the section that are nearest to the question must be the one that it is about."""

MAX_LIKENESS = 0.9
"""Cosine of two questions from which they are one."""

_CUT_OFF = re.compile(
    r"(?:[^\w)\]$%”’]"
    r"|\b(?:an?|the|and|or|of|in|on|to|for|with|by|from|that|which|as|more|such|be))\?$",
    re.IGNORECASE,
)
"""The end of a sentence that reached its greatest length."""

_REFERS = re.compile(
    r"\b(?:the|your|these|this|own|study|given|following) (?:notes?|sentence|passage|text|paragraph|description"
    r"|question|case|list|section|statement|context|example|figure|table|author|student)s?\b|\bcase where\b"
    r"|\baccording to\b|\bmentioned\b|\b(?:listed|given|described|discussed|stated) (?:above|here|in)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r",?\s(?:as\s)?(?:(?:that (?:is|are)|which (?:is|are)|is|are)\s)?(?:mentioned|described|discussed|given|listed"
    r"|stated|presented|outlined|explained|provided)?\s?(?:in|by|from|according to)\s(?:the|your|these)\s(?:study\s)?"
    r"(?:notes?|text|passage|sentence|list|section|context|given \w+)(?=\?)",
    re.IGNORECASE,
)
"""Where the model has it from, at the end of its question: what is asked is the same without it."""

_DEICTIC = re.compile(r"\b(?:this|these|those|such|here|former|latter|above|below)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:it|its|they|their|them|he|she|his|her|him)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:I|you|your|my)\b")
_FOREIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""A small Chinese model falls back into its first language when it loses the thread."""

_EMPTY = frozenset(
    ("happen", "effect", "purpos", "role", "function", "differ", "main", "way", "type", "kind", "featur")
)
"""Stems that name nothing by themselves in a question."""


def write(idea: Idea, block: ContextBlock, sampling: Sampling, generator: Generator, cancel: threading.Event) -> str:
    """Returns the question that the model writes; what reached its token limit lacks its end.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    if idea.asks is Asked.CONDITION and sampling.temperature == 0 and len(meaning(idea.told)) >= _PLAIN_CASE:
        happens = "What happened " if idea.cues is ENGLISH and _is_past(idea.said) else idea.cues.happens
        return f"{happens}{idea.told[:1].lower()}{idea.told[1:]}?"
    text = _SOURCE.sub("", _written(question_for(idea, block), _MAX_TOKENS, sampling, generator, cancel))
    is_short = count_words(text) < QUESTION_WORDS[0]
    added = idea.place or (idea.cues.own_words if is_short else "")
    return f"{text.removesuffix('?').rstrip()}{added}?" if added and text.endswith("?") else text


def _is_past(said: str) -> bool:
    """Returns whether a sentence tells what was: it has a verb of the past, and none that could be of the present."""
    has_present = re.search(r"\b(?:is|are|has|have|can|may|must|will|do|does|should)\b", said, re.IGNORECASE)
    return not has_present and re.search(r"\b(?:was|were|had|did|\w{3,}ed)\b", said) is not None


def tries(idea: Idea) -> int:
    """Returns how often a question about ``idea`` is tried: once where there is no other way to ask it."""
    return len(TEMPERATURES) if idea.cues.starts.get(idea.asks) else 1


def sampling_of(idea: Idea, attempt: int, seed: int) -> Sampling:
    """Returns how a question about ``idea`` is sampled the first and the later times."""
    return Sampling(TEMPERATURES[attempt], seed=seed, grammar=grammar_of(idea, free=attempt > 0))


def _written(prompt: Prompt, max_tokens: int, sampling: Sampling, generator: Generator, cancel: threading.Event) -> str:
    text = ""
    for event in generator.generate(prompt, max_tokens=max_tokens, cancel=cancel, sampling=sampling):
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, Generated) and event.finish == "cancelled":
            raise Cancelled("The maker was stopped.")
    return " ".join(text.split())


def fault_of(question: str, idea: Idea, topic: str) -> str:
    """Returns the name of the check that a question fails, or an empty string. Only its words are looked at.

    Args:
        question: What the model wrote.
        idea: What it is about.
        topic: The headings above it.
    """
    if not question.endswith("?") or _CUT_OFF.search(question) or _FOREIGN.search(question):
        return "unfinished"
    if _REFERS.search(question) or _points_elsewhere(question.replace(idea.cues.own_words, "")):
        return "stands_alone"
    stems, told, there = meaning(question), meaning(idea.told), meaning(topic)
    named = asked(question) - _EMPTY
    is_bare = there and not named & there and len(named) < _NAMED_BY_ITSELF
    if not named or (is_bare and idea.asks is not Asked.DEFINITION):
        return "stands_alone"
    if idea.asks is Asked.CONTRAST:
        left = meaning(idea.answer) - stems
        return "" if len(left) >= _MIN_LEFT and share(named, meaning(idea.said) | there) >= _MIN_TOLD else "off_topic"
    own = meaning(idea.answer) - told - there
    if share(own, stems) > _MAX_TAKEN or _names_new(question, idea, topic):
        return "gives_nothing_away"
    return "" if share(told, stems | there) >= _MIN_TOLD else "off_topic"


def _points_elsewhere(question: str) -> bool:
    found = _PRONOUN.search(question)
    if found and not asked(question[: found.start()]) - _EMPTY:
        return True
    return _DEICTIC.search(question) is not None or _PERSONAL.search(question) is not None


def _names_new(question: str, idea: Idea, topic: str) -> bool:
    """Whether the question has a name that only the answer has: "How does TGF-β ...?" - "By secreting TGF-β"."""
    known = f"{idea.told} {topic}".lower()
    names = re.findall(r"(?<=[a-z] )[A-Z][\w-]+|\b\w*\d[\w-]*", question)
    return any(name.lower() in idea.answer.lower() and name.lower() not in known for name in names)


def is_about(question: Sequence[float], said: Sequence[float], near: Sequence[Sequence[float]]) -> bool:
    """Returns whether at most ``_RANK - 1`` other sentences of the section are nearer to the question."""
    own = _dot(question, said)
    return sum(_dot(question, other) > own + 1e-6 for other in near) < _RANK


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return float(sum(x * y for x, y in zip(a, b, strict=True)))


def answered(
    question: str,
    idea: Idea,
    block: ContextBlock,
    generator: Generator,
    embedder: TextEmbedder | None,
    cancel: threading.Event,
) -> Check:
    """Returns whether the model, asked its own question with the section, gives the answer that the notes give.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: The model failed.
    """
    text = _written(asked_again(question, block), _ANSWER_TOKENS, Sampling(), generator, cancel)
    given = meaning(text)
    points = [
        meaning(point.text) - (meaning(question) if len(idea.points) == 1 else frozenset()) for point in idea.points
    ]
    found = sum(share(point, given) for point in points) / len(points)
    detail = f"Asked the same, the model gives {found:.0%} of the words of the answer in your notes."
    good = found >= _MIN_ANSWERED
    if good and embedder is not None:
        own, other = embedder.embed_chunks([text, f"{idea.told} {idea.answer}"])
        nearness = float(own @ other)
        good = nearness >= _MIN_NEARNESS
        detail += f" Both answers have a cosine of {nearness:.2f}."
    return Check(model_gate.NAME, good, detail)


def as_item(question: str, idea: Idea) -> Item:
    """Returns the question as an item that is answered in the student's own words."""
    return with_id(
        Item(
            id="",
            kind=Kind.SHORT,
            maker=Maker.MODEL,
            question=question,
            proofs=(idea.anchor,),
            explanation=f"{idea.said}.",
            answer=idea.answer,
            key_points=idea.points,
            difficulty=0.6,
        )
    )
