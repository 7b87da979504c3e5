"""A quiz as the page receives it. What is right comes after the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assistant.api.calls import Payload
from assistant.quiz.bank import BankProgress
from assistant.quiz.choosing import Difficulty
from assistant.quiz.grading import PointGrade, PointVerdict
from assistant.quiz.item import GAP, Item
from assistant.quiz.kinds import AnswerForm, kind_of
from assistant.quiz.results import MixUp, QuizResult, TopicScore
from assistant.quiz.session import ItemReply, Mode, Posed, Quiz
from assistant.ui import wording
from assistant.ui.passages import PassageView, PlaceView, Tree, passage_views, place_view, rich_text
from assistant.ui.tabs.chat.sources import ReadNote

DIFFICULTY_NAMES = {
    Difficulty.ANY: "Any",
    Difficulty.EASY: "Easier",
    Difficulty.MEDIUM: "Medium",
    Difficulty.HARD: "Harder",
}
_OUTCOMES = {
    "right": ("Right", "check"),
    "partly": ("Partly right", "half"),
    "wrong": ("Wrong", "cross"),
    "open": ("Not answered", "none"),
}
_GAP_SIGN = "\ufffc"  # stands for an object in a text; Markdown leaves it alone
_VERDICTS = {
    PointVerdict.SAID: ("Said", "check"),
    PointVerdict.PARTLY: ("Partly said", "half"),
    PointVerdict.MISSING: ("Missing", "none"),
    PointVerdict.CONTRADICTED: ("Contradicted", "cross"),
}


class QuestionView(Payload):
    """A question as it is asked; ``form`` is how it is answered."""

    number: int
    item: str
    kind: str
    form: str
    name: str
    text: Tree
    options: list[str]
    lefts: list[str]


class MatchedPair(Payload):
    """A term and what belongs to it, and whether the student put them together."""

    left: str
    right: str
    hit: bool


class PointView(Payload):
    """A point of a short answer, with the words that prove it, and whether it was said."""

    text: str
    quote: str
    word: str
    shape: str
    reason: str


class CheckView(Payload):
    """One of the checks that a question went through before it was asked."""

    passed: bool
    says: str


class FeedbackView(QuestionView):
    """What came of an answer.

    ``outcome`` is ``right``, ``partly``, ``wrong`` or ``open``; ``marks`` has ``right``, ``wrong`` or nothing for each
    option; ``ask`` is what to ask in the chat.
    """

    outcome: str
    word: str
    shape: str
    given: str
    right: str
    marks: list[str]
    pairs: list[MatchedPair]
    steps: list[str]
    points: list[PointView]
    explanation: str
    passages: list[PassageView]
    checks: list[CheckView]
    appeal: str
    ask: str


class TopicResult(PlaceView):
    """How much of a topic was right: in words, and from 0 to 1."""

    says: str
    share: float


class MixUpView(Payload):
    """What was taken for what, and where the notes tell them apart."""

    question: str
    right: str
    chosen: str
    asked: PassageView
    instead: PassageView | None


class QuizResultView(Payload):
    """The result of a quiz; ``wrong`` is how many questions may be tried again."""

    says: str
    score: float
    took: str
    count: int
    wrong: int
    topics: list[TopicResult]
    read_again: list[PassageView]
    confusions: list[MixUpView]
    answers: list[FeedbackView]


class QuizView(Payload):
    """A quiz: the question that is on, what came of the last answer (not in an exam), the result once it is over.

    ``dots`` has a state for each question.
    """

    id: str
    topic: str
    exam: bool
    count: int
    answered: int
    over: bool
    seconds_left: int | None
    dots: list[str]
    question: QuestionView | None
    feedback: FeedbackView | None
    result: QuizResultView | None = None


class BankView(Payload):
    """How far the writing of questions is; ``ready`` is how many there are."""

    says: str
    share: float
    ready: int


def quiz_view(quiz: Quiz, read: ReadNote, now: datetime, result: QuizResult | None = None) -> QuizView:
    """Returns a quiz, with its result if it is over."""
    exam = quiz.mode is Mode.EXAM
    last = quiz.replies[-1] if quiz.replies and not exam else None
    return QuizView(
        id=quiz.id,
        topic=quiz.topic,
        exam=exam,
        count=len(quiz.posed),
        answered=len(quiz.replies),
        over=quiz.is_over,
        seconds_left=None if quiz.is_over else quiz.seconds_left(now),
        dots=_dots(quiz, hidden=exam and not quiz.is_over),
        question=question_view(quiz.posed[quiz.number], quiz.number) if quiz.number < len(quiz.posed) else None,
        feedback=feedback_view(quiz.posed[last.number], last.number, last, read) if last else None,
        result=result_view(quiz, result, read) if result else None,
    )


def question_view(posed: Posed, number: int) -> QuestionView:
    """Returns a question as it is asked."""
    item = posed.item
    return QuestionView(
        number=number,
        item=item.id,
        kind=str(item.kind),
        form=str(kind_of(item).form),
        name=kind_of(item).name,
        text=_with_gaps(rich_text(kind_of(item).shown(item).replace(GAP, _GAP_SIGN))),
        options=list(posed.options),
        lefts=list(item.lefts),
    )


def feedback_view(posed: Posed, number: int, reply: ItemReply | None, read: ReadNote) -> FeedbackView:
    """Returns what came of an answer: the question with its key, why, and the passage that proves it."""
    item = posed.item
    outcome = outcome_of(reply)
    word, shape = _OUTCOMES[outcome]
    given = reply.mark.given if reply else ""
    grade = reply.mark.grade if reply else None
    return FeedbackView(
        **dict(question_view(posed, number)),
        outcome=outcome,
        word=word,
        shape=shape,
        given=given,
        right=reply.mark.right if reply else kind_of(item).right(item),
        marks=_option_marks(posed, given),
        pairs=_pairs(item, given),
        steps=_steps(item),
        points=[_point(point) for point in grade.points] if grade else _unsaid(item),
        explanation=item.explanation,
        passages=passage_views(item.proofs, read),
        checks=[CheckView(passed=check.passed, says=check.detail) for check in item.checks],
        appeal=reply.appeal if reply else "",
        ask=kind_of(item).for_chat(item),
    )


def outcome_of(reply: ItemReply | None) -> str:
    """Returns how an answer went in one word; an appeal makes it right."""
    if reply is None:
        return "open"
    return "right" if reply.is_right else "partly" if reply.share > 0 else "wrong"


def _with_gaps(nodes: list[Any]) -> list[Any]:
    """Returns the tree with an element in each place where words are missing."""
    done: list[Any] = []
    for node in nodes:
        if isinstance(node, list):
            done.append([*node[:2], *_with_gaps(node[2:])])
            continue
        before, *rest = str(node).split(_GAP_SIGN)
        done.append(before)
        for text in rest:
            done += [["span", {"class": "gap"}, "gap"], text]
    return done


def _dots(quiz: Quiz, *, hidden: bool) -> list[str]:
    replies = {reply.number: reply for reply in quiz.replies}
    states = [outcome_of(replies.get(number)) for number in range(len(quiz.posed))]
    return ["answered" if hidden and state != "open" else state for state in states]


def _option_marks(posed: Posed, given: str) -> list[str]:
    if kind_of(posed.item).form is not AnswerForm.OPTION:
        return []
    right = posed.item.options[posed.item.key[0]]
    return ["right" if option == right else "wrong" if option == given else "" for option in posed.options]


def _pairs(item: Item, given: str) -> list[MatchedPair]:
    whole = [(left, item.options[right]) for left, right in zip(item.lefts, item.key, strict=False)]
    return [MatchedPair(left=left, right=right, hit=f"{left}: {right}" in given) for left, right in whole]


def _steps(item: Item) -> list[str]:
    in_order = kind_of(item).form is AnswerForm.PLACES and not item.lefts
    return [item.options[step] for step in item.key] if in_order else []


def _point(grade: PointGrade) -> PointView:
    word, shape = _VERDICTS[grade.verdict]
    point = grade.point
    return PointView(text=point.text, quote=point.quote, word=word, shape=shape, reason=grade.reason)


def _unsaid(item: Item) -> list[PointView]:
    word, shape = _VERDICTS[PointVerdict.MISSING]
    return [PointView(text=p.text, quote=p.quote, word=word, shape=shape, reason="") for p in item.key_points]


def result_view(quiz: Quiz, result: QuizResult, read: ReadNote) -> QuizResultView:
    """Returns the result of a quiz."""
    replies = {reply.number: reply for reply in quiz.replies}
    shown = [n for n in range(len(quiz.posed)) if n in replies or quiz.mode is Mode.EXAM]
    return QuizResultView(
        says=wording.score(result.right, result.count) if result.count else "Nothing was answered",
        score=round(result.score, 4),
        took=wording.duration(result.took_s),
        count=result.count,
        wrong=len(quiz.wrong),
        topics=[_topic(score, read) for score in result.topics],
        read_again=_read_again(result, read),
        confusions=[_confusion(found, read) for found in result.confusions],
        answers=[feedback_view(quiz.posed[n], n, replies.get(n), read) for n in shown],
    )


def _read_again(result: QuizResult, read: ReadNote) -> list[PassageView]:
    """Returns the places to read again, each heading once."""
    places = {(anchor.note, anchor.heading_path): anchor for anchor in reversed(result.read_again)}
    return [view for anchor in reversed(places.values()) for view in passage_views([anchor], read)]


def _topic(score: TopicScore, read: ReadNote) -> TopicResult:
    says = f"{score.points:.3g} of {score.count}"
    place = place_view(score.note, score.heading_path, read)
    return TopicResult(**dict(place), says=says, share=score.points / score.count)


def _confusion(found: MixUp, read: ReadNote) -> MixUpView:
    asked = passage_views([found.asked], read)[0]
    instead = passage_views([found.instead], read)[0] if found.instead else None
    right = found.item.options[found.item.key[0]]
    return MixUpView(question=found.question, right=right, chosen=found.chosen, asked=asked, instead=instead)


def bank_view(progress: BankProgress | None) -> BankView | None:
    """Returns how far the writing of questions is; None when none is going on."""
    if progress is None:
        return None
    share = progress.done / progress.total if progress.total else 0.0
    return BankView(says=wording.writing_questions(progress), share=round(share, 3), ready=progress.items)
