"""Formulas are drawn in the signs that a terminal has."""

from __future__ import annotations

import pytest

from assistant.documents.formulas import drawn


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"It is $x^2 \leq \frac{1}{2}$.", "It is x² ≤ 1/2."),
        (r"$$\sum_{i=0}^{n} x_i$$", "∑ᵢ₌₀ⁿ xᵢ"),
        (r"\(\frac{a+1}{\sqrt{b}}\)", "(a+1)/√b"),
        (r"\[\alpha \to \hat{y}\]", "α → y\u0302"),
        (r"$\text{speed} = 10^{-3}$", "speed = 10⁻³"),
        (r"$\begin{aligned} a &= b \\ c &= d \end{aligned}$", "a = b; c = d"),
        (r"$A = \{x \mid x > 0\}$", "A = {x | x > 0}"),
        (r"$x^{2k}$ and $\foo{y}$", r"x^(2k) and \fooy"),
        ("5 dollars are $5 and not $6", "5 dollars are $5 and not $6"),
        ("no formula", "no formula"),
    ],
)
def test_a_formula_in_signs(text: str, shown: str) -> None:
    assert drawn(text) == shown
