"""Marks that a reader does not read: of footnotes, highlights and scripts; and formulas, which stay as they are."""

from __future__ import annotations

import pytest

from assistant.documents.labels import plain
from assistant.documents.loading import parse
from assistant.types import ElementKind


def sentences(text: str) -> list[str]:
    document = parse("n.md", text)
    return [plain(document.text[s.start : s.end]) for s in document.sentences()]


def test_the_mark_of_a_footnote_is_no_part_of_a_sentence() -> None:
    text = "Iron is red.[^1] Gold[^gold] is yellow^[And heavy.], they say.\n\n[^1]: When it rusts.\n[^gold]: Au.\n"
    assert sentences(text) == [
        "Iron is red.",
        "Gold is yellow (And heavy.), they say.",
        "When it rusts.",
        "Au.",
    ]
    document = parse("n.md", text)
    assert [document.text[e.start : e.end] for e in document.elements if e.kind is ElementKind.NOTE_MARK] == [
        "[^1]",
        "[^gold]",
        "[^1]:",
        "[^gold]:",
    ]
    assert "[^" not in document.readable
    assert not any("^" in e.label for e in document.elements)


def test_a_mark_in_code_is_code() -> None:
    document = parse("n.md", "Match `[^1]` in it.\n\n```\n[^2]\n```\n")
    assert not [e for e in document.elements if e.kind is ElementKind.NOTE_MARK]
    assert sentences("Match `[^1]` in it.")[0] == "Match [^1] in it."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            r"$\det\begin{pmatrix}a&b\\c&d\end{pmatrix}=ad-bc$ is it",
            r"$\det\begin{pmatrix}a&b\\c&d\end{pmatrix}=ad-bc$ is it",
        ),
        (r"**the $a*b*c$ law**", "the $a*b*c$ law"),
        (r"\(x_1\) and __y__", r"\(x_1\) and y"),
        (r"costs \$5, *not* $6", "costs $5, not $6"),
        ("10<sup>23</sup> H<sub>2</sub>O", "10^23 H2O"),
        ("==marked== [word](x.md)", "marked word"),
        ('a [stimulus](https://x.example/Stimulus_(physiology) "Stimulus (physiology)") acts', "a stimulus acts"),
        ('a **tide**{: data-type="term"} and {: .highlight }the sea', "a tide and the sea"),
    ],
)
def test_a_line_without_its_markup(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_break_in_a_line_is_a_blank_and_pandoc_raises_charges() -> None:
    assert plain("elastic<br />(flat curve)<br>rare") == "elastic (flat curve) rare"
    assert plain("Ca^2+^ and H^+^ but x^2") == "Ca^2+ and H^+ but x^2"
