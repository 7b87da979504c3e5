"""``assistant review``: cards at the keyboard of the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import console, opened, options_of
from assistant.documents.formulas import drawn

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.app.assistant import Assistant
    from assistant.cards.card import Card
    from assistant.cards.reviews import ReviewSession
    from assistant.cli.json_output import DueShown


END = "\x04"
"""What Ctrl-D and the end of a file give."""

_FUNCTION_KEY = re.compile(r"\x1b(?:\[[0-9;]*[~A-Za-z]|O[A-Za-z])?")  # Home would be a digit, seen letter by letter


@contextlib.contextmanager
def keys() -> Iterator[Callable[[], str]]:
    """Gives a function that waits for the next key and returns it in small letters, Enter as an empty text.

    The terminal is quiet meanwhile: what is typed before it is asked for is neither shown nor lost. Ctrl-C works as
    ever.
    """
    if not sys.stdin.isatty():
        yield _line
    elif sys.platform == "win32":
        yield _getchar
    else:
        with _quiet_terminal(sys.stdin.fileno()):
            yield _Typed(sys.stdin.fileno()).next


def _line() -> str:
    line = sys.stdin.readline()
    return line.strip().lower()[:1] if line else END


def _getchar() -> str:
    try:
        return typer.getchar().strip("\r\n").lower()
    except EOFError:
        return END


class _Typed:
    """The keys of a terminal in the order in which they were pressed."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._waiting: deque[str] = deque()

    def next(self) -> str:
        while not self._waiting:
            pressed = os.read(self._terminal, 64)
            if not pressed:
                return END
            self._waiting.extend(_FUNCTION_KEY.sub("", pressed.decode("utf-8", "replace")).lower())
        return self._waiting.popleft().strip("\r\n")


if sys.platform != "win32":
    import termios
    import tty

    @contextlib.contextmanager
    def _quiet_terminal(terminal: int) -> Iterator[None]:
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal, termios.TCSADRAIN)
        try:
            yield
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


_QUIT = frozenset(("q", END))
_UNDO = "u"
_SHOW = frozenset(("", " "))
_RATINGS = frozenset("1234")


def review(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", show_default=False, help="Stop after N answers.")
    ] = None,
    cram: Annotated[bool, typer.Option("--cram", help="All cards, due or not; their schedule stays as it is.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is due as one JSON object and review nothing.")
    ] = False,
) -> None:
    """Review the cards that are due.

    Enter or space shows the back; 1 to 4 rate it: again, hard, good, easy; u takes the last answer back; q ends.
    Every answer is stored at once. Where standard input is no terminal, each line of it is one key.
    """
    from assistant.cards.reviews import Plan, cards_at

    with opened(context) as assistant:
        assistant.study.refresh(_now())
        plan = Plan(chosen=cards_at(options_of(context).parse_scope()), cram=cram, limit=limit)
        session = assistant.cards.session(plan)
        if as_json:
            from assistant.cli.json_output import print_json

            print_json("review", _due(assistant, session))
        else:
            with keys() as key:
                _ReviewTable(console(), session, key).sit()
            _print_next(console(), assistant, session)


@dataclass(slots=True)
class _ReviewTable:
    """The conversation about one card after another."""

    out: Console
    session: ReviewSession
    key: Callable[[], str]

    def sit(self) -> None:
        """Shows cards until none is left or the student ends it."""
        while (card := self.session.card(_now())) is not None:
            if not self._one(card):
                return

    def _one(self, card: Card) -> bool:
        """Shows a card and takes one decision about it; returns False if that is to end."""
        began = time.monotonic()
        self._show_front(card)
        pressed = self.key()
        while pressed not in _SHOW | _RATINGS | _QUIT | {_UNDO}:
            pressed = self.key()
        if pressed in _QUIT | {_UNDO}:
            return self._leave(pressed)
        self._show_back(card)
        while pressed not in _RATINGS:
            pressed = self.key()
            if pressed in _QUIT | {_UNDO}:
                return self._leave(pressed)
        self._rate(pressed, round(1000 * (time.monotonic() - began)))
        return True

    def _show_front(self, card: Card) -> None:
        from assistant.cli.card_commands import place_of
        from assistant.cli.terminal import visible

        self.out.print(f"\n{self.session.left(_now())} left  {place_of(card)}", style="dim", markup=False)
        self.out.print(visible(drawn(card.front)), style="bold", markup=False)

    def _show_back(self, card: Card) -> None:
        from assistant.cli.card_commands import print_passages
        from assistant.cli.terminal import visible

        self.out.print("---", style="dim")
        self.out.print(visible(drawn(card.back)), markup=False)
        print_passages(self.out, card)
        if card.passage:
            self.out.print("The passage was changed. To check the card later: assistant cards stale", style="yellow")
        names, intervals = _ratings(self.session)
        self.out.print(f"{names}   u undo   q quit", markup=False)
        if intervals.strip():
            self.out.print(intervals, style="dim", markup=False)

    def _rate(self, pressed: str, took_ms: int) -> None:
        from assistant.cards.scheduling import Rating

        done = self.session.rate(Rating(int(pressed)), _now(), took_ms)
        if done.became_leech:
            self.out.print(
                f"Forgotten {done.card.schedule.lapses} times, so it was suspended. Rewrite it: assistant cards edit "
                f"{done.card.id}",
                style="yellow",
                markup=False,
            )

    def _leave(self, pressed: str) -> bool:
        from assistant.errors import StudyError

        if pressed in _QUIT:
            return False
        try:
            self.session.undo(_now())
        except StudyError as error:
            self.out.print(error.message, style="yellow", markup=False)
        return True


def _ratings(session: ReviewSession) -> tuple[str, str]:
    """Returns the names of the ratings, and below them when the card would come back."""
    from assistant.cards.scheduling import Rating, interval_text

    preview = session.preview(_now())
    names, intervals = [], []
    for rating in Rating:
        name = f"{int(rating)} {rating.name.capitalize()}"
        interval = interval_text(preview[rating]) if preview else ""
        width = max(len(name), len(interval))
        names.append(name.ljust(width))
        intervals.append(interval.ljust(width))
    return "   ".join(names), "   ".join(intervals).rstrip()


def _print_next(out: Console, assistant: Assistant, session: ReviewSession) -> None:
    from assistant.cards.scheduling import interval_text

    done = session.answered
    if done:
        right = sum(answer.review.rating.right for answer in done)
        out.print(f"\n{len(done)} answered, {right} recalled.")
    now = _now()
    if session.plan.cram or session.card(now) is not None:
        return
    queue = assistant.cards.reviews.queue(now, None, session.plan.chosen)
    if queue.held_back:
        out.print(f"Done for today; {queue.held_back} more wait. To continue anyway: assistant review --cram")
    elif queue.next_at is not None:
        out.print(f"Nothing is due. The next card in {interval_text(queue.next_at - now)}.")
    elif not assistant.cards.cards():
        out.print('There are no cards yet. Make one: assistant cards add "Front" "Back"')
    else:
        out.print("Nothing is due.")


def _due(assistant: Assistant, session: ReviewSession) -> DueShown:
    from assistant.cli.json_output import DueCard, DueShown

    reviews, now, plan = assistant.cards.reviews, _now(), session.plan
    queue = reviews.queue(now, plan.zone, plan.chosen)
    cards = reviews.cram(now, plan.chosen) if plan.cram else queue.cards
    shown = []
    for card in cards[: plan.limit]:
        intervals = {r.name.lower(): round(wait.total_seconds()) for r, wait in reviews.preview(card, now).items()}
        shown.append(DueCard.model_validate(card).model_copy(update={"intervals_s": intervals}))
    return DueShown(due=len(cards), held_back=queue.held_back, next_at=queue.next_at, cards=tuple(shown))


def _now() -> datetime:
    return datetime.now(UTC)
