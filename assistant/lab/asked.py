"""The questions of the examination: those that the notes answer, and three kinds that they do not.

Whether a question is answered by the notes must be known without asking the assistant:

- **yours**: a question of the quiz bank, whose proof stands in a passage that the index holds;
- **hidden**: a question of the quiz bank, whose proof stands in a part that was left out of the index (``hiding``).
  Where another passage says the same, as production's attribution sees it, the question is dropped;
- **elsewhere**: a question on another subject, unless half of its content words stand together in one passage found;
- **course**: written by hand over the sample course, with the place of the answer or without one, near to the notes or
  far from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assistant.answering.answer import Answerer, Request
from assistant.errors import UsageError
from assistant.evaluation.questions import load_notes_set
from assistant.index.words import content_words, stem, words
from assistant.lab.elsewhere import ELSEWHERE
from assistant.lab.hiding import Hidden
from assistant.study.items import Item, Kind

_NEEDS_ITS_OPTIONS = re.compile(r"\b(which|for which|of) (of )?these\b|\blist under\b|which description", re.IGNORECASE)
_MANNER = re.compile(r"^in your own words: | in your own words|, according to your notes", re.IGNORECASE)
_TOO_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        answerable: The notes hold its answer.
        origin: ``yours``, ``hidden``, ``elsewhere``, ``course``, ``course, near`` or ``course, far``.
        proof: The words that answer it, where it was made from some.
    """

    text: str
    answerable: bool
    origin: str
    proof: str = ""


def course_questions(notes: Path, questions: Path, seed: int = 0) -> list[Asked]:
    """Returns the questions written by hand over the sample course, shuffled.

    Raises:
        UsageError: They are not there, or these are other notes.
    """
    try:
        cases = load_notes_set(notes, questions).cases
    except UsageError as error:
        message = f"The questions written for the sample course do not fit these notes: {error.message}"
        raise UsageError(message, hint="Ask the questions of your quiz bank instead.") from error
    asked = [Asked(c.question, c.answerable, "course" if c.answerable else f"course, {c.kind}") for c in cases]
    random.Random(seed).shuffle(asked)
    return asked


def bank_questions(items: Iterable[Item], hidden: Hidden) -> list[Asked]:
    """Returns what can be asked without its options, one question for each proof."""
    found: dict[str, Asked] = {}
    for item in items:
        if item.kind not in (Kind.CHOICE, Kind.SHORT) or _NEEDS_ITS_OPTIONS.search(item.question):
            continue
        proof = item.source
        there = hidden.holds(proof.note, proof.start, proof.end)
        text = _MANNER.sub("", item.question)
        asked = Asked(text[0].upper() + text[1:], there, "yours" if there else "hidden", proof.quote)
        found.setdefault(proof.quote, asked)
    unique = {asked.text: asked for asked in found.values()}
    return list(unique.values())


def examination(items: Iterable[Item], hidden: Hidden, answerer: Answerer, limit: int, seed: int = 0) -> list[Asked]:
    """Returns at most ``limit`` questions that the index answers, and at most as many that it does not, shuffled.

    Args:
        items: The quiz bank.
        hidden: What the index lacks.
        answerer: Over that index; it only searches.
        limit: Of either side.
        seed: Of the draw. The same arguments give the same questions.
    """
    draw = random.Random(seed)
    bank = bank_questions(items, hidden)
    draw.shuffle(bank)
    yours = [asked for asked in bank if asked.answerable][:limit]
    away = (Asked(text, False, "elsewhere") for text in draw.sample(ELSEWHERE, len(ELSEWHERE)))
    elsewhere = list(islice(_not_answered(away, answerer), limit // 2))
    near = _not_answered((asked for asked in bank if not asked.answerable), answerer)
    chosen = yours + elsewhere + list(islice(near, limit - len(elsewhere)))
    draw.shuffle(chosen)  # so that the first questions are a fair sample of all
    return chosen


def _not_answered(questions: Iterable[Asked], answerer: Answerer) -> Iterator[Asked]:
    """The questions that the index does not answer all the same, in other words or by accident."""
    for asked in questions:
        found, sections = answerer.search(Request(asked.text))
        if asked.proof:
            seen = answerer.attributor(sections, found.query).attribute(asked.proof, 0, len(asked.proof))
            if seen.supported:
                continue
        elif _most_shared(asked.text, [hit.chunk.embedding_text for hit in found.hits]) >= _TOO_ALIKE:
            continue
        yield asked


def _most_shared(question: str, passages: Sequence[str]) -> float:
    """The largest share of the question's content words that one passage holds."""
    wanted = {stem(word) for word in content_words(question)}
    shares = [len(wanted & {stem(word) for word in words(passage)}) / max(1, len(wanted)) for passage in passages]
    return max(shares, default=0.0)
