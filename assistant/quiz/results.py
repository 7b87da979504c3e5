"""What comes out of a quiz: the score, by topic; what to read again; what was taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.quiz.item import Anchor, Item
from assistant.quiz.kinds import kind_of
from assistant.quiz.making.facts import Fact, versions
from assistant.quiz.making.pool import Pool
from assistant.quiz.session import ItemReply, Mode, Quiz
from assistant.quiz.store import Logged


@dataclass(frozen=True, slots=True)
class MixUp:
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
    confusions: tuple[MixUp, ...]

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


def _by_topic(quiz: Quiz, counted: Iterable[int], replies: dict[int, ItemReply]) -> tuple[TopicScore, ...]:
    found: dict[tuple[str, tuple[str, ...]], list[float]] = {}
    for number in counted:
        source = quiz.posed[number].item.source
        share = replies[number].share if number in replies else 0.0
        found.setdefault((source.note, source.heading_path), []).append(share)
    scores = [TopicScore(note, path, sum(shares), len(shares)) for (note, path), shares in found.items()]
    return tuple(sorted(scores, key=lambda score: score.points / score.count))


def _confusions(quiz: Quiz, wrong: Iterable[int], replies: dict[int, ItemReply], pool: Pool) -> Iterable[MixUp]:
    for number in wrong:
        item = quiz.posed[number].item
        if number in replies and kind_of(item).has_distractors:
            yield confusion(item, replies[number].mark.given, pool)


def confusion(item: Item, chosen: str, pool: Pool) -> MixUp:
    """Returns what choosing ``chosen`` for ``item`` took for what."""
    meant = fact_of_option(chosen, item, pool)
    return MixUp(item, item.question, chosen, item.source, meant.anchor if meant else None)


def fact_of_option(option: str, item: Item, pool: Pool) -> Fact | None:
    """Returns the fact that an option is from: one that says it, or else one of what it names, near the item."""
    low = option.lower()
    saying = [fact for fact in pool.said if low in (text.lower() for text in versions(fact.text))]
    own = {fact.aspect.lower() for fact in pool.said if fact.anchor == item.source}
    naming = [fact for fact in pool.said if low == pool.wording.name(fact.term).lower()]
    found = saying or [fact for fact in naming if fact.aspect.lower() in own] or naming
    return min(found, key=lambda fact: fact.anchor.note != item.source.note, default=None)


def fact_of_item(item: Item, pool: Pool) -> Fact | None:
    """Returns the fact that an item asks about."""
    return next((fact for fact in pool.said if fact.anchor == item.source), None)


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two things and how often one was chosen for the other, either way.

    Attributes:
        asked: The right option of the latest such question.
        chosen: What was chosen instead.
        item: That question.
    """

    asked: str
    chosen: str
    times: int
    item: Item


def most_confused(answers: Iterable[Logged], find: Callable[[str], Item | None], count: int) -> list[ConfusedPair]:
    """Returns the pairs that were confused most often, the most frequent first, then the latest.

    Args:
        answers: Answers to quiz questions, oldest first.
        find: Returns an item by its id, or None for one that was never in the bank.
        count: How many pairs at most.
    """
    times: Counter[frozenset[str]] = Counter()
    latest: dict[frozenset[str], tuple[str, str, Item]] = {}
    for answer in answers:
        item = None if answer.is_right else find(answer.item)
        if item is None or not kind_of(item).has_distractors:
            continue
        asked = item.options[item.key[0]]
        pair = frozenset((asked, answer.given))
        times[pair] += 1
        latest.pop(pair, None)
        latest[pair] = (asked, answer.given, item)
    newest_first = list(reversed(latest))
    best = sorted(newest_first, key=lambda pair: -times[pair])[:count]
    return [ConfusedPair(*latest[pair][:2], times[pair], latest[pair][2]) for pair in best]
