"""A quiz as the page receives it: plain dictionaries, lists, strings and numbers. No key is told before the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assistant.study.bank.builder import BankProgress
from assistant.study.grading.short import PointGrade, Verdict
from assistant.study.items import GAP, Item, Kind
from assistant.study.quiz.choosing import Difficulty
from assistant.study.quiz.results import Confusion, QuizResult, TopicScore
from assistant.study.quiz.session import Mode, Posed, Quiz, Reply
from assistant.ui import wording
from assistant.ui.passages import passage_views, place_view, rich_text
from assistant.ui.sources import ReadNote

KIND_NAMES = {
    Kind.CHOICE: "Multiple choice",
    Kind.TRUE_FALSE: "True or false",
    Kind.CLOZE: "Fill the gap",
    Kind.MATCH: "Match",
    Kind.ORDER: "Put in order",
    Kind.SHORT: "Short answer",
}
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
    Verdict.SAID: ("Said", "check"),
    Verdict.PARTLY: ("Partly said", "half"),
    Verdict.MISSING: ("Missing", "none"),
    Verdict.CONTRADICTED: ("Contradicted", "cross"),
}


def quiz_view(quiz: Quiz, read: ReadNote, now: datetime) -> dict[str, Any]:
    """Returns a quiz that goes on.

    Keys: ``id``, ``topic``, ``exam``, ``count``, ``answered``, ``over``, ``seconds_left`` (or None), ``dots`` (a state
    for each question), ``question`` (the one that is on, or None), ``feedback`` (what came of the last answer; None in
    an exam).
    """
    exam = quiz.mode is Mode.EXAM
    last = quiz.replies[-1] if quiz.replies and not exam else None
    return {
        "id": quiz.id,
        "topic": quiz.topic,
        "exam": exam,
        "count": len(quiz.posed),
        "answered": len(quiz.replies),
        "over": quiz.is_over,
        "seconds_left": None if quiz.is_over else quiz.seconds_left(now),
        "dots": _dots(quiz, hidden=exam and not quiz.is_over),
        "question": question_view(quiz.posed[quiz.number], quiz.number) if quiz.number < len(quiz.posed) else None,
        "feedback": feedback_view(quiz.posed[last.number], last.number, last, read) if last else None,
    }


def question_view(posed: Posed, number: int) -> dict[str, Any]:
    """Returns a question as it is asked: ``number``, ``item``, ``kind``, ``name``, ``text``, ``options``, ``lefts``."""
    item = posed.item
    return {
        "number": number,
        "item": item.id,
        "kind": str(item.kind),
        "name": KIND_NAMES[item.kind],
        "text": _with_gaps(rich_text(item.question.replace(GAP, _GAP_SIGN))),
        "options": list(posed.options),
        "lefts": list(item.lefts),
    }


def feedback_view(posed: Posed, number: int, reply: Reply | None, read: ReadNote) -> dict[str, Any]:
    """Returns what came of an answer: the question with its key, why, and the passage that proves it.

    Keys beyond those of ``question_view``: ``outcome`` (``right``, ``partly``, ``wrong``, ``open``), ``word``,
    ``shape``, ``given``, ``right``, ``marks`` (for each option: ``right``, ``wrong`` or empty), ``pairs``, ``steps``,
    ``points``, ``explanation``, ``passages``, ``checks``, ``appeal``, ``ask`` (what to ask in the chat).
    """
    item = posed.item
    outcome = outcome_of(reply)
    word, shape = _OUTCOMES[outcome]
    given = reply.mark.given if reply else ""
    grade = reply.mark.grade if reply else None
    return question_view(posed, number) | {
        "outcome": outcome,
        "word": word,
        "shape": shape,
        "given": given,
        "right": reply.mark.right if reply else _key_text(item),
        "marks": _option_marks(posed, given),
        "pairs": _pairs(item, given) if item.kind is Kind.MATCH else [],
        "steps": [item.options[step] for step in item.key] if item.kind is Kind.ORDER else [],
        "points": [_point(point) for point in grade.points] if grade else _unsaid(item),
        "explanation": item.explanation,
        "passages": passage_views(item.proofs, read),
        "checks": [{"passed": check.passed, "says": check.detail} for check in item.checks],
        "appeal": reply.appeal if reply else "",
        "ask": question_for_chat(item),
    }


def outcome_of(reply: Reply | None) -> str:
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
    if posed.item.kind not in (Kind.CHOICE, Kind.TRUE_FALSE):
        return []
    right = posed.item.options[posed.item.key[0]]
    return ["right" if option == right else "wrong" if option == given else "" for option in posed.options]


def _pairs(item: Item, given: str) -> list[dict[str, Any]]:
    whole = [(left, item.options[right]) for left, right in zip(item.lefts, item.key, strict=True)]
    return [{"left": left, "right": right, "hit": f"{left}: {right}" in given} for left, right in whole]


def _key_text(item: Item) -> str:
    if item.kind is Kind.TRUE_FALSE:
        return f"{item.options[item.key[0]]}: {item.answer}"
    return item.options[item.key[0]] if item.kind is Kind.CHOICE else item.answer


def _point(grade: PointGrade) -> dict[str, str]:
    word, shape = _VERDICTS[grade.verdict]
    return {"text": grade.point.text, "quote": grade.point.quote, "word": word, "shape": shape, "reason": grade.reason}


def _unsaid(item: Item) -> list[dict[str, str]]:
    word, shape = _VERDICTS[Verdict.MISSING]
    return [{"text": p.text, "quote": p.quote, "word": word, "shape": shape, "reason": ""} for p in item.key_points]


def question_for_chat(item: Item) -> str:
    """Returns what to ask in the chat to hear more about a question."""
    if item.kind is Kind.TRUE_FALSE:
        return f"Is this true, and why? {item.question}"
    if item.kind is Kind.CLOZE:
        return f"Explain this: {item.question.replace(GAP, item.answer)}"
    if item.kind is Kind.MATCH:
        return f"What is the difference between {', '.join(item.lefts[:-1])} and {item.lefts[-1]}?"
    return item.question


def result_view(quiz: Quiz, result: QuizResult, read: ReadNote) -> dict[str, Any]:
    """Returns the result of a quiz.

    Keys: ``says``, ``score`` (in [0, 1]), ``took``, ``topics``, ``read_again``, ``confusions``, ``wrong`` (how many may
    be tried again), ``count``, ``answers`` (the feedback on each question).
    """
    replies = {reply.number: reply for reply in quiz.replies}
    shown = [n for n in range(len(quiz.posed)) if n in replies or quiz.mode is Mode.EXAM]
    return {
        "says": wording.score(result.right, result.count) if result.count else "Nothing was answered",
        "score": round(result.score, 4),
        "took": wording.duration(result.took_s),
        "count": result.count,
        "wrong": len(quiz.wrong),
        "topics": [_topic(score, read) for score in result.topics],
        "read_again": _read_again(result, read),
        "confusions": [_confusion(found, read) for found in result.confusions],
        "answers": [feedback_view(quiz.posed[n], n, replies.get(n), read) for n in shown],
    }


def _read_again(result: QuizResult, read: ReadNote) -> list[dict[str, Any]]:
    """Returns the places to read again, each heading once."""
    places = {(anchor.note, anchor.heading_path): anchor for anchor in reversed(result.read_again)}
    return [view for anchor in reversed(places.values()) for view in passage_views([anchor], read)]


def _topic(score: TopicScore, read: ReadNote) -> dict[str, Any]:
    says = f"{score.points:.3g} of {score.count}"
    return place_view(score.note, score.heading_path, read) | {"says": says, "share": score.points / score.count}


def _confusion(found: Confusion, read: ReadNote) -> dict[str, Any]:
    asked = passage_views([found.asked], read)[0]
    instead = passage_views([found.instead], read)[0] if found.instead else None
    right = found.item.options[found.item.key[0]]
    return {"question": found.question, "right": right, "chosen": found.chosen, "asked": asked, "instead": instead}


def bank_view(progress: BankProgress | None) -> dict[str, Any] | None:
    """Returns how far the writing of questions is: ``says``, ``share``, ``ready``; None when none is going on."""
    if progress is None:
        return None
    share = progress.done / progress.total if progress.total else 0.0
    return {"says": wording.writing_questions(progress), "share": round(share, 3), "ready": progress.items}
