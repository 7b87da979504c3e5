"""A formula of an answer is one of the notes, or it is named."""

from __future__ import annotations

import pytest

from assistant.answering.attribution import Attributor
from assistant.answering.formula_check import NO_FORMULA
from assistant.types import ContextBlock, Sentence

NOTES = r"""# Mechanics

The force $F$ on a mass $m$ with acceleration $a$ is

$$F = m \cdot a$$

The kinetic energy of a mass $m$ with speed $v$ is $E = \frac{1}{2} m v^2$.

NM_H = V_OH - V_IH, the noise margin.
"""


def judged(claim: str) -> Sentence:
    block = ContextBlock("physics.md", (), (), 0, len(NOTES), NOTES, 0)
    return Attributor([block], "What is the formula?", 0.68).attribute(claim, 0, len(claim))


@pytest.mark.parametrize(
    "claim",
    [
        "The force on a mass is $F = m a$.",
        "The force on a mass is $F = a \\cdot m$.",
        "The kinetic energy of a mass is E = (1/2) * m * v^2.",
        "The kinetic energy is $E = m v^2 / 2$ of a mass with speed.",
        "The noise margin is NM_H = V_OH - V_IH.",
        "The force on a mass with acceleration.",
    ],
)
def test_the_same_formula_in_another_form_is_one_of_the_notes(claim: str) -> None:
    assert judged(claim).reason == ""


@pytest.mark.parametrize(
    "claim",
    [
        "The force on a mass is $F = m / a$.",
        "The kinetic energy of a mass with speed is $E = m v$.",
        "The noise margin is NM_H = V_IH - V_OH.",
        r"The force on a mass is F = \frac{m}{a}.",
        r"E = \frac{F}{m}",
    ],
)
def test_one_that_is_made_of_symbols_of_the_notes_is_not(claim: str) -> None:
    assert judged(claim).reason == NO_FORMULA
