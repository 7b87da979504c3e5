"""Formulas in a text: found whatever way they are written, and the same where they mean the same."""

from __future__ import annotations

import pytest

from assistant.documents.equations import Equation, find_equations, formulas_of, one_spelling, symbols_of_formulas


def read(text: str, like: str = "") -> list[Equation]:
    known = symbols_of_formulas(like or text)
    if like:
        known |= {name for one in find_equations(one_spelling(like), known) for name in one.symbols}
    return find_equations(one_spelling(text), known)


@pytest.mark.parametrize(
    ("notes", "typed"),
    [
        ("$O(n \\log n)$", "it takes O(n*log(n)) steps"),
        ("$O(n \\log n)$", "n log n"),
        ("$\\mathcal{O}(n \\lg n)$", "О(n log n)"),  # with a Cyrillic letter
        ("$E = mc^2$", "E=m*c²"),
        ("$E = mc^2$", "m c squared"),
        ("$E_k = \\frac{1}{2} m v^2$", "½mv²"),
        ("$E_k = \\frac{1}{2} m v^2$", "half of m times v squared"),
        ("$\\alpha = N/M$", "alpha = \\frac{N}{M}"),
        ("$h(v) = v~\\%~M$", "h(v) = v mod M"),
        ("$pV = nRT$", "p = nRT/V"),
        ("$a^2 + b^2 = c^2$", "c = √(a² + b²)"),
        ("$n_1 \\sin\\theta_1 = n_2 \\sin\\theta_2$", "sin θ₁ / sin θ₂ = n₂/n₁"),
        ("$P(A|B) = \\frac{P(B|A) P(A)}{P(B)}$", "P(A|B) P(B) = P(B|A) P(A)"),
        ("$F = G\\frac{m_1m_2}{r^2}$", "F = (G m_1 m_2) r^{-2}"),
        ("ΔG = ΔH - TΔS", "$\\Delta G = \\Delta H - T \\Delta S$"),
        ("ΔG° = -RT ln K", "ln K = −ΔG°/(RT)"),
        ("FF = GFR / RPF", "GFR/RPF = 1/5"),
        ("RPF = RBF × (1 - Hct)", "ＲＰＦ＝ＲＢＦ×（１－Ｈｃｔ）"),
        ("it should be below 0.5", "keep it under 50 %"),
        ("Re > 2000", "the Reynolds number is greater than 2,000"),
        ("$T = 2\\pi\\sqrt{\\frac{l}{g}}$", "2π times the square root of l/g"),
    ],
)
def test_formulas_that_mean_the_same_are_the_same(notes: str, typed: str) -> None:
    (one,) = read(notes)
    assert any(one.same(other) for other in read(typed, like=notes)), read(typed, like=notes)


@pytest.mark.parametrize(
    ("notes", "typed"),
    [
        ("$O(k + n)$", "$O(k \\cdot n)$"),
        ("$\\Theta(n^2)$", "$\\Theta(n \\log n)$"),
        ("$\\alpha = N/M$", "α = M/N"),
        ("$h(v) = v~\\%~M$", "h(v) = M % v"),
        ("$pV = nRT$", "p/V = nRT"),
        ("$pV = nRT$", "pT = nRV"),
        ("$E_k = \\frac{1}{2} m v^2$", "E = m v^2"),
        ("$P(A|B) = \\frac{P(B|A) P(A)}{P(B)}$", "P(A|B) = P(B|A)*P(B)/P(A)"),
        ("RPF = RBF × (1 - Hct)", "RBF = RPF × (1 − Hct)"),
        ("ΔG° = -RT ln K", "ΔG° = RT ln K"),
        ("EF = (EDV - ESV) / EDV", "(ESV − EDV)/EDV"),
        ("it should be below 0.5", "it should be above 0.5"),
        ("Re > 2000", "Re < 2000"),
    ],
)
def test_a_formula_that_means_something_else_competes_with_the_right_one(notes: str, typed: str) -> None:
    (one,) = read(notes)
    (other,) = read(typed, like=notes)
    assert not one.same(other)
    assert one.competes(other, one.symbols)


@pytest.mark.parametrize(
    "text",
    ["attitude/behavior and so on", "a list - of things", "He is 20 (or 21).", "(", "((((a", "x ^", "= =", "F1-score"],
)
def test_what_is_no_formula_is_none(text: str) -> None:
    assert read(text) == []


def test_a_side_that_is_zero_is_compared_too() -> None:
    product, difference, equality = (formulas_of(f"$0 = {side}$")[0] for side in ("a b", "a - b", "b - a"))
    assert difference.same(equality)
    assert not equality.same(product)
    assert formulas_of("$a = b$")[0].same(difference)
    assert not formulas_of("$a = b$")[0].same(product)


def test_where_a_formula_stands_and_what_it_is_about() -> None:
    text = one_spelling("The load factor α = N/M is below 0.5.")
    first, second = find_equations(text)
    assert text[first.start : first.end] == "α = N/M"
    assert first.symbols == {"α", "N", "M"}
    assert (second.relations, second.numbers) == (("<",), (0.5,))
