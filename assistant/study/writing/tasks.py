"""What can be asked about a section: for each sentence what the model is to write, and the item that comes of it.

The notes decide what is right: the key is a term, a word or a clause of theirs, the wrong options are siblings of it.
A 1.5B model that writes options too repeats the right one or makes a second right one; see docs/decisions/0012.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from assistant.answering.units import Unit, source_units
from assistant.study.exam.texts import meaning
from assistant.study.identity import with_id
from assistant.study.items import Anchor, Item, KeyPoint, Kind, Maker
from assistant.study.making.choices import explained
from assistant.study.making.facts import Blank, Fact
from assistant.study.making.options import choose
from assistant.study.making.phrases import capitalised, readable, versions
from assistant.study.making.pool import Pool, is_vague
from assistant.study.making.sentences import points_back
from assistant.study.making.statements import true_false
from assistant.study.writing import orders
from assistant.study.writing.grammar import one_sentence
from assistant.types import Block

_REASON = re.compile(
    r",?\s(?P<link>because|so that|in order to|since|which (?:helps|allows|makes|reduces|lets|means|ensures))\s"
)
_STARTS = {"year": "In which year ", "number": "How many ", "name": "Which "}
_OF_THESE = "Which of these fits this case best?"
_LONGEST = 150
_MIN_CLAUSE_STEMS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence for the model to write.

    Attributes:
        style: ``case``, ``ask``, ``blank``, ``why`` or ``reword``.
        anchor: The words of the notes that it is about.
        order: What the model is told.
        grammar: What it may write.
        build: Returns the item, not examined yet, for what it wrote.
        unnamed: What the sentence must not name.
        least_known: Share of the sentence's content words that must stand in the notes around ``anchor``.
        source: The words it must not merely copy.
    """

    style: str
    anchor: Anchor
    order: str
    grammar: str
    build: Callable[[str], Item]
    unnamed: tuple[str, ...] = ()
    least_known: float = 0.0
    source: str = ""


def tasks_in(block: Block, pool: Pool, rng: random.Random) -> Iterator[Task]:
    """Yields what can be asked about ``block``, in drawn order; another ``rng`` gives other styles and options."""
    found = pool.of_note[block.note]
    facts = [fact for fact in found.facts if _holds(block, fact.anchor)]
    blanks = [blank for blank in found.blanks if _holds(block, blank.anchor)]
    makers: list[Callable[[], Task | None]] = []
    makers += [partial(_of_fact, fact, pool, rng) for fact in facts]
    makers += [partial(blank_task, blank, pool, rng) for blank in blanks]
    makers += [partial(why_task, unit) for unit in source_units(block)]
    rng.shuffle(makers)
    for make in makers:
        if task := make():
            yield task


def _holds(block: Block, anchor: Anchor) -> bool:
    return block.note == anchor.note and block.start <= anchor.start < block.end


def _of_fact(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    draw = rng.random()
    if draw < 0.2:
        return reword_task(fact, pool, rng)
    return case_task(fact, pool, rng) if draw < 0.6 else ask_task(fact, pool, rng)


def case_task(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to tell of a case that one of four siblings fits."""
    options = _siblings(fact, pool, rng)
    if not options or (fact.aspect and fact.aspect.lower() not in ("use", "uses", "purpose", "example", "examples")):
        return None
    start = rng.choice(orders.STARTS)
    order = orders.case_order(options[0], _said(fact), options[1:], start)

    def build(text: str) -> Item:
        return _choice(f"{text} {_OF_THESE}", options, fact.anchor, explained(fact, pool), rng)

    grammar = one_sentence(f"{start} ", 30, _LONGEST, ".")
    return Task("case", fact.anchor, order, grammar, build, fact.term.names)


def ask_task(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to ask for a term in other words."""
    options = _siblings(fact, pool, rng)
    if not options:
        return None
    said = _said(fact)

    def build(text: str) -> Item:
        return _choice(text, options, fact.anchor, explained(fact, pool), rng)

    return Task(
        "ask",
        fact.anchor,
        orders.ask_order(options[0], said, options[1:]),
        one_sentence(rng.choice(("Which ", "What ")), 25, _LONGEST, "?"),
        build,
        fact.term.names,
        least_known=0.5,
        source=said,
    )


def _said(fact: Fact) -> str:
    text = versions(fact.text)[0]
    return f"{fact.aspect.lower()}: {text}" if fact.aspect else text


def _siblings(fact: Fact, pool: Pool, rng: random.Random) -> tuple[str, ...]:
    """Returns the term of ``fact`` and three that it could be taken for; empty if that would be no fair question."""
    texts = versions(fact.text)
    if not texts or is_vague(fact.text) or len(meaning(texts[0])) < 3:
        return ()
    others = [(pool.wording.name(other.term),) for other in pool.other_terms(fact, texts[0])]
    return choose((pool.wording.name(fact.term),), others, rng)


def blank_task(blank: Blank, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to ask for a year, number or name of a sentence."""
    options = choose((blank.answer,), [(word,) for word in pool.other_blanks(blank)], rng)
    if not options:
        return None
    start = _STARTS[blank.kind]

    def build(text: str) -> Item:
        return _choice(text, options, blank.anchor, blank.sentence, rng)

    return Task(
        "blank",
        blank.anchor,
        orders.blank_order(blank.sentence, blank.answer, start.strip()),
        one_sentence(start, 25, _LONGEST, "?"),
        build,
        (blank.answer,),
        least_known=0.7,
    )


def why_task(unit: Unit) -> Task | None:
    """Returns the task to ask for the reason that a sentence gives, for an answer in the student's own words."""
    text = unit.own.text
    found = _REASON.search(text)
    if found is None or points_back(text) or text.count(found["link"]) > 1:
        return None
    effect, reason = readable(text[: found.start()]), readable(text[found.start("link") :])
    if min(len(meaning(effect)), len(meaning(reason))) < _MIN_CLAUSE_STEMS:
        return None
    anchor = Anchor(unit.block.note, unit.heading_path, unit.start, unit.end, text)
    clause = text[found.start("link") :].rstrip()

    def build(question: str) -> Item:
        return with_id(
            Item(
                id="",
                kind=Kind.SHORT,
                maker=Maker.MODEL,
                question=question,
                proofs=(anchor,),
                explanation=f"{readable(text)}.",
                answer=f"{capitalised(reason)}.",
                key_points=(KeyPoint(reason, clause),),
                difficulty=0.6,
            )
        )

    order = orders.why_order(readable(text))
    return Task("why", anchor, order, one_sentence("Why ", 20, _LONGEST, "?"), build, (reason,), 0.6)


def reword_task(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to say a statement, true or false, in other words; the correction is what the notes say."""
    item = true_false(fact, pool, rng)
    if item is None:
        return None
    made = item

    def build(text: str) -> Item:
        is_true = made.key == (0,)
        return with_id(replace(made, maker=Maker.MODEL, question=text, answer=text if is_true else made.answer))

    order = orders.reword_order(made.question)
    return Task("reword", fact.anchor, order, one_sentence("", 25, 170, "."), build, (), 0.7, made.question)


def _choice(question: str, options: tuple[str, ...], anchor: Anchor, explanation: str, rng: random.Random) -> Item:
    shown = list(options)
    rng.shuffle(shown)
    return with_id(
        Item(
            id="",
            kind=Kind.CHOICE,
            maker=Maker.MODEL,
            question=question,
            proofs=(anchor,),
            explanation=explanation,
            options=tuple(shown),
            key=(shown.index(options[0]),),
            answer=options[0],
            difficulty=0.5,
        )
    )
