"""A quiz at the terminal: one question after the other, and what came out of it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.cli.startup import console
from assistant.cli.terminal import visible
from assistant.documents.formulas import drawn
from assistant.quiz.item import Item
from assistant.quiz.kinds import AnswerForm, Mark, kind_of
from assistant.quiz.session import Mode, Posed, Quiz

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.quiz.bank import BankProgress
    from assistant.quiz.bank_store import BankCounts
    from assistant.quiz.results import QuizResult
    from assistant.quiz.room import QuizRoom

Clock = Callable[[], datetime]

_STAGES = {
    "structure": "Reading notes",
    "checking": "Asking the model",
    "model": "Writing questions",
    "first": "Writing the first questions",
}


def play(out: Console, room: QuizRoom, quiz: Quiz, clock: Clock) -> None:
    """Asks the questions of ``quiz`` and prints its result. An empty line passes, q ends it, b reports a question."""
    _QuizTable(out, room, clock).sit(quiz)


@dataclass(slots=True)
class _QuizTable:
    out: Console
    room: QuizRoom
    clock: Clock

    def sit(self, quiz: Quiz) -> None:
        """Goes through the quiz; every answer is stored at once."""
        limit = f", {quiz.limit_s // 60} minutes" if quiz.limit_s else ""
        self._say(f"{len(quiz.posed)} questions on {quiz.topic}{limit}. Enter skips, b reports a bad question, q ends.")
        passed: set[str] = set()
        while (number := _next(quiz, passed)) is not None and not quiz.is_over:
            if quiz.seconds_left(self.clock()) == 0:
                self._say("\nTime is up.")
                break
            posed = quiz.posed[number]
            began = time.monotonic()
            typed = self._ask(number, posed, len(quiz.posed))
            if typed is None or typed.lower() == "q":
                break
            if not typed:
                passed.add(posed.item.id)
            elif typed.lower() == "b" and not kind_of(posed.item).is_graded:
                quiz = self.room.report(quiz, posed.item.id, self._line("What is wrong with it? ") or "", self.clock())
            else:
                quiz = self._answer(quiz, number, typed, int(1000 * (time.monotonic() - began)))
        quiz = self.room.finish(quiz, self.clock())
        print_result(self.out, self.room.result(quiz))

    def _ask(self, number: int, posed: Posed, count: int) -> str | None:
        self._say(f"\n{number + 1}/{count}  {kind_of(posed.item).shown(posed.item)}")
        for place, option in enumerate(() if kind_of(posed.item).has_fixed_options else posed.options):
            self._say(f"  {place + 1}  {option}")
        for place, left in enumerate(posed.item.lefts):
            self._say(f"  {chr(ord('a') + place)}  {left}")
        return self._line(f"({_how(posed)}) ")

    def _answer(self, quiz: Quiz, number: int, typed: str, took_ms: int) -> Quiz:
        posed = quiz.posed[number]
        response = kind_of(posed.item).read(posed.item, typed)
        if response is None:
            self._say(f"Please answer with {_how(posed)}.")
            return quiz
        quiz = self.room.answer(quiz, number, response, self.clock(), took_ms)
        if quiz.mode is Mode.PRACTICE:
            self._tell(posed.item, quiz.replies[-1].mark)
        return quiz

    def _tell(self, item: Item, mark: Mark) -> None:
        self._say(
            "Right."
            if mark.is_right
            else "Partly right."
            if mark.share > 0
            else f"Wrong. The right answer is: {mark.right}"
        )
        if mark.grade is not None:
            for point in mark.grade.points:
                self._say(f"  [{point.verdict}] {point.point.text} - {point.reason}")
        elif not mark.is_right and mark.share > 0:
            self._say(f"The right answer is: {mark.right}")
        place = " > ".join((item.source.note, *item.source.heading_path))
        self._say(f"  “{' '.join(item.source.quote.split())}”\n  {place}")

    def _line(self, prompt: str) -> str | None:
        if sys.stdin.isatty():
            try:
                return input(prompt).strip()
            except EOFError:
                return None
        line = sys.stdin.readline()
        return line.strip() if line else None

    def _say(self, text: str) -> None:
        self.out.print(visible(drawn(text)), markup=False)


def _next(quiz: Quiz, passed: set[str]) -> int | None:
    answered = {reply.number for reply in quiz.replies}
    open_ = [n for n, posed in enumerate(quiz.posed) if n not in answered and posed.item.id not in passed]
    return open_[0] if open_ else None


def _how(posed: Posed) -> str:
    return kind_of(posed.item).how.format(count=len(posed.options))


def print_result(out: Console, result: QuizResult) -> None:
    """Prints the score, the topics, what to read again and what was taken for what."""
    say = _sayer(out)
    if not result.count:
        say("Nothing was answered.")
        return
    minutes, seconds = divmod(round(result.took_s), 60)
    say(f"\n{result.right} of {result.count} right ({result.score:.0%}) in {minutes}:{seconds:02d}.")
    for topic in result.topics:
        say(f"  {topic.points:.3g}/{topic.count}  {' > '.join((topic.note, *topic.heading_path))}")
    if result.read_again:
        say("Read again:")
    for anchor in result.read_again:
        say(f"  {' > '.join((anchor.note, *anchor.heading_path))}: “{' '.join(anchor.quote.split())}”")
    for found in result.confusions:
        say(f"Asked: {found.question}\n  “{' '.join(found.asked.quote.split())}”\nYou chose: {found.chosen}")
        if found.instead is not None:
            say(f"  “{' '.join(found.instead.quote.split())}”")


def print_items(out: Console, items: Sequence[Item]) -> None:
    """Prints items with their keys and the record of their checks."""
    say = _sayer(out)
    for item in items:
        say(f"\n{item.id}  {item.kind}  {kind_of(item).shown(item)}")
        for number, option in enumerate(() if item.lefts else item.options):
            is_key = number in item.key and kind_of(item).form is AnswerForm.OPTION
            say(f"  {'*' if is_key else ' '} {option}")
        say(f"  = {item.answer or item.explanation}")
        say(f"  “{' '.join(item.source.quote.split())}”  {' > '.join((item.source.note, *item.source.heading_path))}")
        say("  Fair because: " + " ".join(check.detail for check in item.checks))
    say(f"\n{len(items)} questions.")


def print_bank(out: Console, counts: BankCounts) -> None:
    """Prints what is in the bank and what was dropped."""
    say = _sayer(out)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.kinds.items()))
    say(f"{counts.items} questions from {counts.notes} notes" + (f": {kinds}." if kinds else "."))
    if counts.pending:
        say(f"The model has not been asked about {counts.pending} of them: assistant quiz bank build --with-model")
    if counts.dropped:
        stopped = ", ".join(f"{count} {name}" for name, count in sorted(counts.dropped.items()))
        say(f"Rejected by the checks: {stopped}.")
    if counts.reported:
        say(f"Removed by you: {counts.reported}.")


@contextlib.contextmanager
def bank_bar() -> Iterator[Callable[[BankProgress], None]]:
    """Gives a callback that draws the progress of a build on stderr, if that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[items]} questions"))
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, items=0)

        def show(progress: BankProgress) -> None:
            stage = _STAGES.get(progress.stage, progress.stage)
            bar.update(
                task, description=stage, total=progress.total or None, completed=progress.done, items=progress.items
            )

        yield show


def _sayer(out: Console) -> Callable[[str], None]:
    return lambda text: out.print(visible(drawn(text)), markup=False)
