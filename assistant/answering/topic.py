"""What the student is occupied with, and the order in which sections are worth preparing for the next question."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.index.store import Store
from assistant.types import Answer, Block, Scope

_DAY_NS = 86_400 * 10**9
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Topic:
    """What the last question was about.

    Attributes:
        scope: The part of the notes it was asked in.
        note: The note it was answered from; empty before the first answer.
    """

    scope: Scope = Scope()  # noqa: RUF009  (frozen)
    note: str = ""

    def after(self, answer: Answer, scope: Scope) -> Topic:
        """Returns the topic once ``answer`` was given in ``scope``; without an answer a wide scope changes nothing."""
        if answer.abstained or not answer.blocks:
            return Topic(scope) if scope != Scope() else self
        return Topic(scope, answer.blocks[0].note)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Sections in the order in which they are wanted; the first ``topical`` ones belong to the current topic."""

    blocks: tuple[Block, ...]
    topical: int = 0


def plan(store: Store, topic: Topic) -> Agenda:
    """Returns all sections of the notes: the topic's first, then by the day on which their note was changed.

    The note of the last answer goes before the rest of its scope. Notes of one day, such as a course that was copied
    as a whole, stay in reading order.
    """
    changed = {note.path: note.file.mtime_ns // _DAY_NS for note in store.notes()}
    everything = store.block_keys(Scope())
    narrowed = set(store.block_keys(topic.scope)) if topic.scope != Scope() else set()

    def urgency(key: Key) -> tuple[bool, bool, int]:
        return key[0] != topic.note, key not in narrowed, -changed.get(key[0], 0)

    ordered = sorted(everything, key=urgency)
    topical = sum(key[0] == topic.note or key in narrowed for key in everything)
    return Agenda(tuple(store.blocks(ordered)), topical)
