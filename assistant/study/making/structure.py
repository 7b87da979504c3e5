"""The maker that needs no model: everything that the structure of a note gives, as items."""

from __future__ import annotations

import random
from collections.abc import Iterator

from assistant.study.exam.texts import meaning
from assistant.study.items import Item
from assistant.study.making import sets
from assistant.study.making.choices import choices, gap_choice
from assistant.study.making.facts import Fact
from assistant.study.making.pool import Pool
from assistant.study.making.statements import clozes, gap_cloze, true_false


def make_items(note: str, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields the items of one note, not examined yet, kinds mixed; the same for the same notes and seed.

    Takes about a millisecond an item, more in very large collections of notes.
    """
    found = pool.of_note[note]
    told: set[frozenset[str]] = set()
    for number, fact in enumerate(found.facts):
        yield from _of_fact(fact, pool, rng)
        if number % 2 == 0 and (fact.aspect or _name(fact) not in told) and (item := sets.short(fact, pool)):
            yield item
        told.add(_name(fact))
    for group in found.groups:
        yield from sets.match(group, pool, rng)
        yield from sets.order(group, pool, rng)
        if item := sets.short_list(group, pool):
            yield item
    for number, blank in enumerate(found.blanks):
        item = gap_choice(blank, pool, rng) if number % 2 == 0 else None
        yield item or gap_cloze(blank)


def _name(fact: Fact) -> frozenset[str]:
    """What two facts of the same thing share: "Foundation models" and "a foundation model"."""
    return meaning(fact.term.name)


def _of_fact(fact: Fact, pool: Pool, rng: random.Random) -> Iterator[Item]:
    yield from choices(fact, pool, rng)
    if item := true_false(fact, pool, rng):
        yield item
    yield from clozes(fact, pool)
