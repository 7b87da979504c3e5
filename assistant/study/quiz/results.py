"""What comes out of a quiz: the score, by topic; what to read again; what was taken for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.study.items import Anchor, Item, Kind
from assistant.study.making.facts import Fact
from assistant.study.making.phrases import versions
from assistant.study.making.pool import Pool
from assistant.study.quiz.session import Mode, Quiz, Reply


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two things that the student took for one another.

    Attributes:
        question: What was asked.
        chosen: The wrong option.
        asked: The words of the notes about what was asked.
        instead: The words of the notes about what was chosen; None where the notes do not say it in one place.
    """

    item: Item
    question: str
    chosen: str
    asked: Anchor
    instead: Anchor | None


@dataclass(frozen=True, slots=True)
class TopicScore:
    """The score under one heading."""

    note: str
    heading_path: tuple[str, ...]
    points: float
    count: int


@dataclass(frozen=True, slots=True)
class QuizResult:
    """The result of a quiz.

    Attributes:
        points: Sum of the shares; ``count`` is the most there could be.
        right: Answers that count as right.
        took_s: From the first question to the end.
        topics: Worst first.
        read_again: Where what was wrong stands, each place once.
    """

    points: float
    count: int
    right: int
    took_s: float
    topics: tuple[TopicScore, ...]
    read_again: tuple[Anchor, ...]
    confusions: tuple[Confusion, ...]

    @property
    def score(self) -> float:
        """The share of all points, in [0, 1]."""
        return self.points / self.count if self.count else 0.0


def summarise(quiz: Quiz, pool: Pool | None = None) -> QuizResult:
    """Returns the result of ``quiz``; without ``pool``, what was taken for what is left out."""
    replies = {reply.number: reply for reply in quiz.replies}
    counted = range(len(quiz.posed)) if quiz.mode is Mode.EXAM else sorted(replies)
    wrong = [n for n in counted if n not in replies or not replies[n].is_right]
    end = quiz.finished_at or max((reply.at for reply in quiz.replies), default=quiz.started_at)
    return QuizResult(
        points=sum(replies[n].share for n in counted if n in replies),
        count=len(counted),
        right=sum(replies[n].is_right for n in counted if n in replies),
        took_s=(end - quiz.started_at).total_seconds(),
        topics=_by_topic(quiz, counted, replies),
        read_again=tuple(dict.fromkeys(quiz.posed[n].item.source for n in wrong)),
        confusions=tuple(_confusions(quiz, wrong, replies, pool)) if pool else (),
    )


def _by_topic(quiz: Quiz, counted: Iterable[int], replies: dict[int, Reply]) -> tuple[TopicScore, ...]:
    found: dict[tuple[str, tuple[str, ...]], list[float]] = {}
    for number in counted:
        source = quiz.posed[number].item.source
        share = replies[number].share if number in replies else 0.0
        found.setdefault((source.note, source.heading_path), []).append(share)
    scores = [TopicScore(note, path, sum(shares), len(shares)) for (note, path), shares in found.items()]
    return tuple(sorted(scores, key=lambda score: score.points / score.count))


def _confusions(quiz: Quiz, wrong: Iterable[int], replies: dict[int, Reply], pool: Pool) -> Iterable[Confusion]:
    for number in wrong:
        item = quiz.posed[number].item
        if number in replies and item.kind is Kind.CHOICE:
            yield confusion(item, replies[number].mark.given, pool)


def confusion(item: Item, chosen: str, pool: Pool) -> Confusion:
    """Returns what choosing ``chosen`` for ``item`` took for what."""
    meant = fact_of_option(chosen, item, pool)
    return Confusion(item, item.question, chosen, item.source, meant.anchor if meant else None)


def fact_of_option(option: str, item: Item, pool: Pool) -> Fact | None:
    """Returns the fact that an option is from: one that says it, or else one of what it names, near the item."""
    low = option.lower()
    saying = [fact for fact in pool.facts if low in (text.lower() for text in versions(fact.text))]
    own = {fact.aspect.lower() for fact in pool.facts if fact.anchor == item.source}
    naming = [fact for fact in pool.facts if low == pool.wording.name(fact.term).lower()]
    found = saying or [fact for fact in naming if fact.aspect.lower() in own] or naming
    return min(found, key=lambda fact: fact.anchor.note != item.source.note, default=None)


def fact_of_item(item: Item, pool: Pool) -> Fact | None:
    """Returns the fact that an item asks about."""
    return next((fact for fact in pool.facts if fact.anchor == item.source), None)
