"""Each clause, each member of a list and each reason is looked up by itself."""

from __future__ import annotations

import pytest

from assistant.answering.attribution import Attributor
from assistant.answering.claim_parts import NO_REASON
from assistant.types import ContextBlock

NOTES = """## Rivers

The Rhine flows through Switzerland, Germany and the Netherlands. It carries coal, grain and containers.
Because the snow of the Alps melts in June, its water is highest in summer.

## Low water

- Ships load half of their cargo
- Sluices close at night to save water

## Fish

Salmon came back after the sewage works were built. Their number is counted at Iffezheim every spring.
"""


def judged(text: str, question: str = "") -> tuple[bool, str]:
    block = ContextBlock("rivers.md", (), (), 0, len(NOTES), NOTES, 0)
    found = Attributor([block], question, 0.68).attribute(text, 0, len(text))
    return found.supported, found.reason


@pytest.mark.parametrize(
    "text",
    [
        "The Rhine carries containers, grain and coal.",
        "The Rhine flows through Germany, Switzerland and the Netherlands, and carries grain, coal and containers.",
    ],
)
def test_the_members_of_a_list_in_any_order(text: str) -> None:
    assert judged(text) == (True, "")


def test_an_invented_member_is_named() -> None:
    assert judged("The Rhine carries coal, grain, timber and containers.") == (
        False,
        "your notes do not say “timber” here",
    )
    assert not judged("The Rhine flows through Switzerland, Germany, Denmark and the Netherlands.")[0]


@pytest.mark.parametrize(
    "text",
    [
        "The water of the Rhine is highest in summer because the snow of the Alps melts in June.",
        "The snow of the Alps melts in June, therefore the water of the Rhine is highest in summer.",
        "In low water the sluices close at night because that saves water.",
    ],
)
def test_a_reason_that_the_notes_give(text: str) -> None:
    assert judged(text) == (True, "")


@pytest.mark.parametrize(
    "text",
    [
        "Salmon came back after the sewage works were built because the snow of the Alps melts in June.",
        "Ships load half of their cargo because sluices close at night.",
        "The Rhine carries coal, grain and containers, so the number of salmon is counted every spring.",
    ],
)
def test_two_truths_and_a_because_are_none(text: str) -> None:
    assert judged(text) == (False, NO_REASON)


def test_what_only_repeats_the_question_needs_no_line_of_its_own_beside_the_reason() -> None:
    text = "Ships load half of their cargo because the sewage works were built."
    assert judged(text) == (False, NO_REASON)
    assert judged(text, "Why do ships load half of their cargo?")[1] != NO_REASON
