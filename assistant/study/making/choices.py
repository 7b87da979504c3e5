"""Makes choice items: what is said of a term, which term it is said of, and which word fills a gap."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from assistant.study.exam.texts import count_words
from assistant.study.identity import with_id
from assistant.study.items import GAP, Anchor, Item, Kind, Maker
from assistant.study.making.facts import Blank, Fact
from assistant.study.making.options import choose
from assistant.study.making.phrases import names_of, versions
from assistant.study.making.pool import Pool, is_vague

MAX_QUESTION_WORDS = 40
_GAP_QUESTIONS = {
    "year": "Which year completes this sentence: “{sentence}”?",
    "number": "Which number completes this sentence: “{sentence}”?",
    "name": "Which name completes this sentence: “{sentence}”?",
}


def choices(fact: Fact, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields the choice items of a fact: for its text, and for its term."""
    if item := _what(fact, pool, rng):
        yield item
    if item := _which(fact, pool, rng):
        yield item


def explained(fact: Fact, pool: Pool) -> str:
    """Returns what ``fact`` says, as a sentence."""
    return pool.wording.state(fact, (versions(fact.text) or (fact.text,))[0])


def _what(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    right = versions(fact.text)
    options = choose(right, [versions(other.text) for other in pool.other_facts(fact)], rng)
    return _choice(pool.wording.what(fact, rng), options, (fact.anchor,), explained(fact, pool), rng, 0.4)


def _which(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    texts = versions(fact.text)
    if not texts or is_vague(fact.text) or _names_itself(fact, texts[0]):
        return None
    others = [(pool.wording.name(other.term),) for other in pool.other_terms(fact, texts[0])]
    options = choose((pool.wording.name(fact.term),), others, rng)
    question = pool.wording.which(fact, texts[0])
    return _choice(question, options, (fact.anchor,), explained(fact, pool), rng, 0.3)


def _names_itself(fact: Fact, text: str) -> bool:
    return any(name.lower() in text.lower() for name in fact.term.names)


def gap_choice(blank: Blank, pool: Pool, rng: random.Random) -> Item | None:
    """Returns a choice item for a word of a sentence, or None where the note has too few of its like."""
    sentence = blank.sentence[: blank.start] + GAP + blank.sentence[blank.start + len(blank.answer) :]
    options = choose((blank.answer,), [(word,) for word in pool.other_blanks(blank)], rng)
    question = _GAP_QUESTIONS[blank.kind].format(sentence=sentence)
    return _choice(question, options, (blank.anchor,), blank.sentence, rng, 0.5)


def _choice(
    question: str,
    options: Sequence[str],
    proofs: tuple[Anchor, ...],
    explanation: str,
    rng: random.Random,
    difficulty: float,
) -> Item | None:
    if not options or count_words(question) > MAX_QUESTION_WORDS:
        return None
    shown = list(options)
    rng.shuffle(shown)
    return with_id(
        Item(
            id="",
            kind=Kind.CHOICE,
            maker=Maker.STRUCTURE,
            question=question,
            proofs=proofs,
            explanation=explanation,
            options=tuple(shown),
            key=(shown.index(options[0]),),
            answer=options[0],
            accepted=names_of(options[0])[1:],
            difficulty=difficulty,
        )
    )
