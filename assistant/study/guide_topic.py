"""From the words a student names a topic with to what a guide is made from."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import FIRST_GATE, weigh
from assistant.answering.packing import choose_blocks
from assistant.errors import StudyError
from assistant.index.search import Retriever
from assistant.study.exam.examiner import Examiner, is_fair
from assistant.study.exam.ground import Ground
from assistant.study.guide import GuideRequest, blocks_in
from assistant.study.items import Item
from assistant.study.making.pool import Pool
from assistant.study.making.structure import make_items
from assistant.study.quiz.choosing import choose_items
from assistant.study.quiz.topics import TopicKind, find_topic
from assistant.types import Block, Note, Scope, Section

_MIN_EVIDENCE = 0.15
"""Below it the words of a topic are not in the notes; the same as for a question."""

_MAX_FOUND = 4
"""Sections that are taken for a topic in free words: what is found behind them is seldom about it."""


@dataclass(frozen=True, slots=True)
class Library:
    """The notes, as a guide needs them.

    Attributes:
        notes: All notes of the index.
        outline: Their sections.
        retriever: Finds what free words mean.
        items: Questions that were made and examined before; where too few are about the topic, some are made.
    """

    notes: tuple[Note, ...]
    outline: tuple[Section, ...]
    retriever: Retriever
    items: Sequence[Item] = ()


def guide_request(topic: str, library: Library, scope: Scope, rng: random.Random) -> GuideRequest:
    """Returns what a guide on ``topic`` is made from: a note, a heading, a tag, free words, or "everything".

    Args:
        topic: As the student writes it; see ``quiz.topics.find_topic``.
        library: The notes.
        scope: Keeps to a part of them.
        rng: Draws the questions.

    Raises:
        StudyError: The notes hold nothing on the topic.
    """
    retriever = library.retriever
    found = find_topic(topic, library.notes, library.outline, search=lambda words: ())
    if found.kind is TopicKind.WRONG:
        raise StudyError("A guide is about a part of your notes, not about mistakes.", hint='assistant quiz "wrong"')
    focus = found.title if found.kind is TopicKind.WORDS else ""
    within = retriever.store.blocks(retriever.store.block_keys(scope))
    if focus:
        blocks = _found(focus, retriever, scope)
    else:
        blocks = blocks_in(found.spans, within) if found.spans else tuple(within)
    notes = {note.path: note for note in library.notes}
    pool = Pool(library.notes, Ground(library.notes))
    facts = tuple(fact for path in dict.fromkeys(b.note for b in blocks) for fact in pool.of_note[path].facts)
    title = found.title.rpartition("#")[2] if found.kind is TopicKind.HEADING else found.title
    return GuideRequest(title, blocks, notes, facts, focus, _questions(blocks, pool, library.items, rng))


def _found(words: str, retriever: Retriever, scope: Scope) -> tuple[Block, ...]:
    """Returns the sections that free words mean, in reading order; none where the notes do not hold them."""
    search = retriever.search(words, scope)
    blocks = choose_blocks(retriever.store, search.hits, _MAX_FOUND)
    if not blocks or FIRST_GATE.probability(weigh(search, blocks, words)) < _MIN_EVIDENCE:
        return ()
    return tuple(sorted(blocks, key=lambda block: (block.note, block.start)))


def _questions(
    blocks: Sequence[Block], pool: Pool, known: Sequence[Item], rng: random.Random
) -> Callable[[int], Sequence[Item]]:
    """Returns what gives examined questions about ``blocks``: of ``known``, and where those are too few, new ones."""

    def choose(count: int) -> Sequence[Item]:
        fitting = [item for item in known if _is_about(item, blocks)]
        if len(fitting) < count:
            examiner = Examiner(pool.ground, known=fitting)
            made = (item for note in sorted({b.note for b in blocks}) for item in make_items(note, pool, rng))
            fitting += [item for item in made if _is_about(item, blocks) and is_fair(examiner.examine(item))]
        return choose_items(fitting, count, {}, rng)

    return choose


def _is_about(item: Item, blocks: Sequence[Block]) -> bool:
    return any(b.note == item.source.note and b.start <= item.source.start < b.end for b in blocks)
