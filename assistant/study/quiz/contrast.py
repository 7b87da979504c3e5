"""A question that tells two things apart which the student confused."""

from __future__ import annotations

import random

from assistant.study.identity import with_id
from assistant.study.items import Item, Kind, Maker
from assistant.study.making.facts import Fact
from assistant.study.making.phrases import capitalised, versions
from assistant.study.making.pool import Pool
from assistant.study.quiz.results import fact_of_item, fact_of_option


def contrast(item: Item, chosen: str, pool: Pool, rng: random.Random) -> Item | None:
    """Returns a question in which both have to be told apart; None if the notes do not describe both."""
    asked, instead = fact_of_item(item, pool), fact_of_option(chosen, item, pool)
    if asked is None or instead is None:
        return None
    pair = [asked, instead]
    names = [pool.wording.name(fact.term) for fact in pair]
    texts = [_text(fact) for fact in pair]
    if names[0].lower() == names[1].lower() or texts[0] == texts[1] or not all(texts):
        return None
    return _matched(pair, names, texts, rng)


def _text(fact: Fact) -> str:
    found = versions(fact.text)
    return capitalised(found[0]) if found else ""


def _matched(pair: list[Fact], names: list[str], texts: list[str], rng: random.Random) -> Item:
    order = [0, 1]
    rng.shuffle(order)
    return with_id(
        Item(
            id="",
            kind=Kind.MATCH,
            maker=Maker.STRUCTURE,
            question=f"You mixed up “{names[0]}” and “{names[1]}” before. Which description belongs to which?",
            proofs=tuple(fact.anchor for fact in pair),
            explanation="; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True)) + ".",
            options=tuple(texts[i] for i in order),
            lefts=tuple(names),
            key=tuple(order.index(i) for i in range(2)),
            difficulty=0.5,
        )
    )
