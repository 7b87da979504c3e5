"""What came out of a load, as figures."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import asdict, dataclass

from load_clients import Act, Records

_AT_ONCE_S = 1.0
"""Questions sent within this time of one another came at once: their order is chance."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run. Times are seconds, memory is MB.

    Attributes:
        overtaken: The most questions that came after one and were answered before it.
        fewest, most: Answers that single clients got.
        first_word_median, first_word_p95: From asking to the first word on the page, of the answers that had one.
        in_flight: How many answers of a server were under way at once, at most; 0 without a server.
        memory_growth: Of the last third over the second, as a share.
    """

    seconds: float
    answers: int
    quizzes: int
    uploads: int
    declined: int
    wait_median: float
    wait_longest: float
    first_word_median: float
    first_word_p95: float
    in_flight: int
    overtaken: int
    fewest: int
    most: int
    status_median: float
    status_p95: float
    status_longest: float
    memory_start: float
    memory_end: float
    memory_growth: float
    faults: tuple[str, ...]
    mixed: tuple[str, ...]

    def lines(self) -> list[str]:
        """Returns a line for each figure."""
        return [f"{name:>16}  {_shown(value)}" for name, value in asdict(self).items()]


def figures(records: Records, memory: list[tuple[float, float]], clients: int, in_flight: int = 0) -> Figures:
    """Returns the figures of what ``clients`` tabs did."""
    asks, pulse = records.of("ask"), sorted(act.seconds for act in records.of("status"))
    answered = Counter(act.client for act in asks)
    waits = [act.seconds for act in asks] or [0.0]
    firsts = sorted(act.first - act.began for act in asks if act.first is not None) or [0.0]
    used = [megabytes for _, megabytes in memory] or [0.0]
    third = max(1, len(used) // 3)
    middle, last = statistics.median(used[third : 2 * third] or used), statistics.median(used[-third:])
    return Figures(
        seconds=round(records.clock(), 1),
        answers=len(asks),
        quizzes=len(records.of("quiz")),
        uploads=len(records.of("upload")),
        declined=records.declined,
        wait_median=statistics.median(waits),
        wait_longest=max(waits),
        first_word_median=statistics.median(firsts),
        first_word_p95=firsts[int(len(firsts) * 0.95)],
        in_flight=in_flight,
        overtaken=max((overtakers(act, asks) for act in asks), default=0),
        fewest=min(answered.values()) if len(answered) == clients else 0,
        most=max(answered.values(), default=0),
        status_median=statistics.median(pulse) if pulse else 0.0,
        status_p95=pulse[int(len(pulse) * 0.95)] if pulse else 0.0,
        status_longest=max(pulse, default=0.0),
        memory_start=used[0],
        memory_end=used[-1],
        memory_growth=last / middle - 1 if middle else 0.0,
        faults=tuple(records.faults),
        mixed=tuple(records.mixed),
    )


def overtakers(act: Act, asks: list[Act]) -> int:
    """Returns how many of ``asks`` came clearly after ``act`` and were answered clearly before it."""
    return sum(a.began > act.began + _AT_ONCE_S and a.ended < act.ended - _AT_ONCE_S for a in asks)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "none" if not value else f"{len(value)}: " + "; ".join(value[:5])
    return f"{value:.3f}" if isinstance(value, float) else str(value)
