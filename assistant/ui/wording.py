"""What the page says, in words for a student. Everything here is a pure function from records to text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from assistant.answering.verdict import count as count  # said of everything on the page
from assistant.answering.verdict import verdict
from assistant.answering.warming import WarmStatus
from assistant.app.calibrating import CalibrationStatus
from assistant.cards.deck import Scanned
from assistant.cards.scheduling import interval_text
from assistant.quiz.bank import BankProgress
from assistant.quiz.session import Quiz
from assistant.study.database import local_day
from assistant.types import Answer, AnswerState, BuildProgress, ContextBlock, IndexStatus

_SHAPES = {AnswerState.FROM_NOTES: "full", AnswerState.PARTLY: "half"}


def duration(seconds: float) -> str:
    """Returns a rough duration: ``5 s``, ``2 min``, ``1 h 10 min``."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def reading(share: float | None, blocks: Sequence[ContextBlock]) -> str:
    """Returns how far the model is in reading, in words of the notes: tokens mean nothing to a student."""
    total = sum(len(block.text.split()) for block in blocks)
    what = f"Reading {count(len(blocks), 'passage')}…"
    return what if share is None else f"{what} about {round(total * share):,} of {total:,} words"


def badge(answer: Answer) -> dict[str, str]:
    """Returns the state of an answer as a word and a shape (``full``, ``half``, ``none``), with its reason."""
    found = verdict(answer)
    shape = _SHAPES.get(found.state, "none")
    return {"state": found.state.value, "word": found.word, "shape": shape, "detail": found.reason}


def corrections(pairs: Sequence[tuple[str, str]]) -> str:
    """Returns which words were searched in place of those typed, or nothing."""
    return "; ".join(f"Searched for “{found}” instead of “{typed}”" for typed, found in pairs)


def building(progress: BuildProgress) -> str:
    """Returns how far an index build is, with the time left once it is known."""
    text = f"Reading your notes: {progress.notes_done:,} of {progress.notes_total:,}"
    if progress.pages:
        text = f"Reading the text of {progress.current}: {progress.part} {progress.page + 1:,} of {progress.pages:,}"
    if progress.seconds_left is not None:
        text += f", about {duration(progress.seconds_left)} left"
    return text


def waiting(index: IndexStatus) -> str:
    """Returns that notes changed since the last build, or nothing."""
    if index.state == "missing":
        return "Your notes are not indexed yet."
    return f"{count(index.waiting, 'note')} changed." if index.state == "stale" and index.waiting else ""


def warmth(warm: WarmStatus) -> str:
    """Returns how many sections are ready for answers that start at once, or nothing before they are counted."""
    if not warm.total:
        return ""
    if warm.full:
        return f"The cache contains {warm.ready:,} of {count(warm.total, 'section')}"
    if warm.ready >= warm.total:
        return "All sections ready" if warm.total > 1 else "Ready for instant answers"
    return f"{warm.ready:,} of {count(warm.total, 'section')} ready for instant answers"


def warmth_means(warm: WarmStatus) -> str:
    """Returns what that means for the student."""
    if warm.full:
        return (
            "The cache is full. Sections you have not needed for long are replaced by those of the topic you ask about."
        )
    if warm.total and warm.ready >= warm.total:
        return "The model has read all of your notes ahead, so that answers start at once."
    return "While you do not ask anything, the model reads your notes ahead, so that answers start at once."


def calibration(status: CalibrationStatus) -> str:
    """Returns how far it is that the model is tried on questions with known answers, or why it could not be."""
    if status.fault:
        return f"When its own Yes can be trusted could not be found out: {status.fault}"
    if not status.total:
        return ""
    return f"While you do not ask anything, it is asked known questions: {status.done} of {status.total}."


def when(at: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Returns when something is: ``in 3 h`` today, ``tomorrow``, ``on Friday``, ``on 12 December``."""
    day = local_day(at, zone)
    days = (day - local_day(now, zone)).days
    if days <= 0:
        return f"in {interval_text(at - now)}"
    if days == 1:
        return "tomorrow"
    return f"on {day:%A}" if days < 7 else f"on {day.day} {day:%B}"


def leech(lapses: int) -> str:
    """Returns what happened to a card that was forgotten once too often."""
    return f"Forgotten {lapses} times, so this card was suspended. Rewrite it in smaller pieces."


def scanned(done: Scanned) -> str:
    """Returns what the lines of the notes made, and which look like cards and are not read."""
    made = f"{count(len(done.added), 'new card')} from your notes."
    follow = f" {count(len(done.updated), 'card')} changed with their lines." if done.updated else ""
    said = made + follow if done.added or done.updated else "Nothing new: your notes have no more such lines."
    if not done.unread:
        return said
    first, others = done.unread[0], len(done.unread) - 1
    more = f" And {count(others, 'other line')}: assistant cards scan names them." if others else ""
    return f"{said} Not read: {first.note}, line {first.line} ({first.why}).{more}"


def score(right: int, asked: int) -> str:
    """Returns ``7 of 10 right``."""
    return f"{right} of {asked} right"


def percent(share: float | None) -> str:
    """Returns ``92%``, or a dash for what is not known."""
    return "–" if share is None else f"{100 * share:.0f}%"


def writing_questions(progress: BankProgress) -> str:
    """Returns how far the writing of questions is: they may be asked before it is done."""
    ready = f"{progress.items:,} ready"
    if progress.stage == "checking":
        return f"Checking questions, {progress.done:,} of {progress.total:,}: {ready}"
    if progress.stage == "first":
        return f"Writing the first questions: {ready}"
    if progress.stage == "model":
        return f"Writing questions, section {min(progress.done + 1, progress.total):,} of {progress.total:,}: {ready}"
    note = min(progress.done + 1, progress.total)
    return f"Writing questions, note {note:,} of {progress.total:,}: {ready}"


def left_quiz(quiz: Quiz) -> str:
    """Returns where a quiz was left."""
    where = f"question {quiz.number + 1} of {len(quiz.posed)}"
    return f"You are in the middle of {'an exam' if quiz.limit_s else 'a quiz'} on {quiz.topic}: {where}."
