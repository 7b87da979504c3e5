"""Which things a question compares, and that the sections of each are read."""

from __future__ import annotations

import pytest

from assistant.answering.comparing import compared, with_each
from assistant.types import ContextBlock


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("What is the difference between batch and real-time inference?", ("batch inference", "real-time inference")),
        ("difference btw felony n misdemeanor", ("felony", "misdemeanor")),
        ("Compare supply with demand.", ("supply", "demand")),
        ("compare and contrast mitosis and meiosis", ("mitosis", "meiosis")),
        ("How does civil law differ from criminal law?", ("civil law", "criminal law")),
        ("difference between criminal and civil law", ("criminal law", "civil law")),
        ("How is TCP different from UDP?", ("TCP", "UDP")),
        ("felony vs misdemeanor", ("felony", "misdemeanor")),
        ("whats RAM vs. ROM", ("RAM", "ROM")),
        ("how often does RAM fail compared to ROM", ("how often does RAM fail", "ROM")),
        ("differences between TCP, UDP and QUIC", ("TCP", "UDP", "QUIC")),
        ("How is it different from UDP?", ("UDP",)),
        ("Was ist der Unterschied zwischen Soll und Haben?", ("Soll", "Haben")),
        ("¿Cuál es la diferencia entre una clase y un objeto?", ("una clase", "un objeto")),
        ("difference between variable y and variable x", ("variable y", "variable x")),
        ("What is a difference engine?", ()),
        ("How do I compare two strings in C?", ("two strings in C",)),
        ("Why do cells divide?", ()),
        ("compare a, b, c, d, e and f of g, h", ()),
    ],
)
def test_what_is_compared(question: str, things: tuple[str, ...]) -> None:
    assert compared(question) == things


def block(ordinal: int) -> ContextBlock:
    return ContextBlock("n.md", (), (), 0, 1, "x", ordinal)


def test_the_best_section_of_each_thing_is_among_those_read() -> None:
    found, first, second = [block(0), block(1), block(2)], [block(3), block(1)], [block(0), block(4)]
    assert with_each(found, [first, second], 3) == (block(0), block(3), block(1))
    assert with_each(found, [], 3) == tuple(found)
    assert with_each([], [], 3) == ()
