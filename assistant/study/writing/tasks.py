"""What can be asked about a section: for each sentence what the model is to write, and the item that comes of it.

The notes decide what is right: the key is a term, a word or a clause of theirs, the wrong options are siblings of it.
A 1.5B model that writes options too repeats the right one or makes a second right one; see docs/decisions/0012.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from assistant.answering.units import Unit, Words, source_units
from assistant.study.exam.texts import meaning
from assistant.study.identity import with_id
from assistant.study.items import Anchor, Item, KeyPoint, Kind, Maker
from assistant.study.making.choices import explained
from assistant.study.making.facts import Blank, Fact
from assistant.study.making.options import choose
from assistant.study.making.phrases import Shape, capitalised, readable, shape, versions
from assistant.study.making.pool import Pool, is_vague
from assistant.study.making.sentences import points_back
from assistant.study.writing import orders
from assistant.study.writing.forms import OF_THESE, Form
from assistant.study.writing.grammar import one_sentence
from assistant.types import Block, Prompt

_REASON = re.compile(r",?\s(?P<link>because|so that|in order to)\s")
"""", which reduces ..." and its like tell a result: no answer to "why"."""

_BEGINNINGS = {
    "year": ("In which year ", "When "),
    "number": ("How many ", "How much ", "What "),
    "name": ("Which ", "Who ", "What ", "Where "),
}
_VAGUE_LIST = "by since until till before after about around circa from over under nearly almost"
_VAGUE_TIME = frozenset(_VAGUE_LIST.split())
"""In front of a year or number: "by 1883" is no answer to "in which year"."""

_UNNAMED = re.compile(r"(?:one|some|another|several|many|most|a few|each|other|few)\b", re.IGNORECASE)

_PLAIN_ASPECTS = frozenset(("", "use", "uses", "purpose", "definition", "meaning"))
"""Only what is said of a term itself can be told or asked in other words; a list of products cannot."""

_ACTIVITY = re.compile(r"\w+ing \w")
"""Terms such as "driving innovation" fit no question that begins with "Which of these"."""

_CASES = 0.2
"""Share of cases among questions for a term: one of thirteen that are written passes, of the others one of three."""

_OF_THESE = f"{OF_THESE}fits this case best?"
_VERBS = "is can has helps means lets gives makes keeps"
_ASKS = tuple(f"{OF_THESE}{verb} " for verb in _VERBS.split())
"""A question for a term begins with one of these: left to itself a small model calls a use case a technology tool. None
can be a noun, which "measures" can."""

_FORMS = (Form.CHOICE, Form.CHOICE, Form.GAP, Form.SET, Form.SET)
"""Drawn for each question; those that find no others for a set keep their options."""
_LONGEST = 150
_MIN_CLAUSE_STEMS = 2
_MIN_SAID_STEMS = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence for the model to write.

    Attributes:
        style: ``case``, ``ask``, ``blank`` or ``why``.
        anchor: The words of the notes that it is about.
        prompt: What the model reads.
        grammar: What it may write.
        build: Returns the item, not examined yet, for what it wrote.
        unnamed: What the sentence must not name; a question for a reason not even half of its words.
        least_known: Share of the sentence's content words that must stand in the notes around ``anchor``.
        said: What the sentence is to say in other words, or at least half of it where it asks for the reason.
        rivals: What the notes say of the wrong options: the sentence must be nearer to ``said`` than to these.
        is_term: The options are terms, so that general knowledge may speak for another one.
        form: What the item becomes once it has passed.
        names: All that the right answer may be called.
    """

    style: str
    anchor: Anchor
    prompt: Prompt
    grammar: str
    build: Callable[[str], Item]
    unnamed: tuple[str, ...] = ()
    least_known: float = 0.0
    said: str = ""
    rivals: tuple[str, ...] = ()
    is_term: bool = False
    form: Form = Form.CHOICE
    names: tuple[str, ...] = ()


def tasks_in(block: Block, pool: Pool, rng: random.Random) -> Iterator[Task]:
    """Yields what can be asked about ``block``, in drawn order; another ``rng`` gives other styles and options."""
    found = pool.of_note[block.note]
    facts = [fact for fact in found.facts if _holds(block, fact.anchor)]
    blanks = [blank for blank in found.blanks if _holds(block, blank.anchor)]
    makers: list[Callable[[], Task | None]] = []
    makers += [partial(_of_fact, fact, pool, rng) for fact in facts]
    makers += [partial(blank_task, blank, block, pool, rng) for blank in blanks]
    makers += [partial(why_task, unit) for unit in source_units(block)]
    rng.shuffle(makers)
    for make in makers:
        if task := make():
            yield task


def _holds(block: Block, anchor: Anchor) -> bool:
    return block.note == anchor.note and block.start <= anchor.start < block.end


def _of_fact(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    return case_task(fact, pool, rng) if rng.random() < _CASES else ask_task(fact, pool, rng)


def case_task(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to tell of a case that one of four siblings fits."""
    task = _described(fact, pool, rng)
    if task is None:
        return None

    def build(text: str) -> Item:
        return task.build(f"{text} {_OF_THESE}")

    grammar = one_sentence((rng.choice(orders.STARTS),), 30, _LONGEST, ".")
    prompt = orders.described(orders.CASE_SYSTEM, fact.term.group, task.said)
    return replace(task, style="case", prompt=prompt, grammar=grammar, build=build, least_known=0.0, form=Form.CHOICE)


def ask_task(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to ask for a term in other words."""
    return _described(fact, pool, rng)


def _described(fact: Fact, pool: Pool, rng: random.Random) -> Task | None:
    texts = versions(fact.text)
    if fact.aspect.lower() not in _PLAIN_ASPECTS or fact.shape is Shape.SENTENCE or is_vague(fact.text):
        return None
    if not texts or len(meaning(texts[0])) < _MIN_SAID_STEMS or _ACTIVITY.match(fact.term.name):
        return None
    others = pool.other_terms(fact, texts[0])
    siblings = [other for other in others if other.term.place == fact.term.place]
    options = _options(fact, siblings, pool, rng)
    if not options or (_tells_by_length(options) and rng.random() < 0.5):
        options = _options(fact, others, pool, rng) or options
    if not options:
        return None
    said = f"used for {texts[0]}" if fact.aspect.lower() in ("use", "uses") else texts[0]
    wrong = [other for other in others if capitalised(pool.wording.name(other.term)) in options]
    rivals = tuple(each.text for other in wrong for each in pool.said_of(other))

    def build(text: str) -> Item:
        return _choice(text, options, fact.anchor, explained(fact, pool), rng)

    prompt = orders.described(orders.ASK_SYSTEM, fact.term.group, said)
    grammar = one_sentence(_ASKS, 15, _LONGEST, "?")
    names, form = fact.term.names, rng.choice(_FORMS)
    return Task(
        "ask", fact.anchor, prompt, grammar, build, names, 0.2, said, rivals, is_term=True, form=form, names=names
    )


def _options(fact: Fact, others: Sequence[Fact], pool: Pool, rng: random.Random) -> tuple[str, ...]:
    return choose((pool.wording.name(fact.term),), [(pool.wording.name(other.term),) for other in others], rng)


def _tells_by_length(options: Sequence[str]) -> bool:
    """Whether the right one, which is the first, is longer than every other: siblings alone give little choice."""
    return len(options[0]) > max(map(len, options[1:]))


def blank_task(blank: Blank, block: Block, pool: Pool, rng: random.Random) -> Task | None:
    """Returns the task to ask for a year, number or name of a sentence."""
    options = choose((blank.answer,), [(word,) for word in pool.other_blanks(blank)], rng)
    if not options or blank.before in _VAGUE_TIME or _is_one_of_several(blank):
        return None

    def build(text: str) -> Item:
        return _choice(text, options, blank.anchor, blank.sentence, rng)

    prompt = orders.about_blank(block, blank.sentence, blank.answer)
    grammar = one_sentence(_BEGINNINGS[blank.kind], 25, _LONGEST, "?")
    return Task("blank", blank.anchor, prompt, grammar, build, (blank.answer,), 0.7, form=rng.choice(_FORMS))


def _is_one_of_several(blank: Blank) -> bool:
    """Whether its sentence speaks of something unnamed ("One engine ..."), or has more years or numbers than one.

    A question for one of two years easily asks for the other.
    """
    several = blank.kind != "name" and len(Words(blank.sentence).numbers) > 1
    return several or _UNNAMED.match(blank.sentence) is not None


def why_task(unit: Unit) -> Task | None:
    """Returns the task to ask for the reason that a sentence gives, for an answer in the student's own words."""
    text = unit.own.text
    found = _REASON.search(text)
    if found is None or points_back(text) or text.count(found["link"]) > 1:
        return None
    effect, reason = readable(text[: found.start()]), readable(text[found.start("link") :])
    if min(len(meaning(effect)), len(meaning(reason))) < _MIN_CLAUSE_STEMS or not _says_what_happens(unit, effect):
        return None
    anchor = Anchor(unit.block.note, unit.heading_path, unit.start, unit.end, text)
    point = KeyPoint(reason, text[found.start("link") :].rstrip())

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
                key_points=(point,),
                difficulty=0.6,
            )
        )

    prompt = orders.about_reason(unit.block, readable(text))
    return Task("why", anchor, prompt, one_sentence(("Why ",), 20, _LONGEST, "?"), build, (reason,), 0.6, effect)


def _says_what_happens(unit: Unit, effect: str) -> bool:
    """Whether there is something to ask the reason of: "Benefit - streamlined workflows, so that ..." names a thing."""
    label = readable(unit.topics[0].text) if unit.topics else ""
    if not label or not effect.startswith(label):
        return True
    behind = effect.removeprefix(label).lstrip(" -–—:")
    return not behind or shape(behind) is not Shape.OTHER


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
