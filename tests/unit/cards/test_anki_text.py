"""Fields of Anki's as text, and gaps."""

from __future__ import annotations

import time

import pytest

from assistant.cards.anki_text import FieldText, gap_numbers, is_html, joined, read_field, with_gap


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("What is <b>DNA</b>?", "What is DNA?"),
        ("a&nbsp;b<br>c<br />d", "a b\nc\nd"),
        ("<div>one</div><div>two<br></div>\n<p>three</p>", "one\ntwo\nthree"),
        ("6.022 &times; 10<sup>23</sup>, 10<sup>-34</sup>, r<sup>2</sup>", "6.022 × 10^23, 10^-34, r^2"),
        ("x<sup>n+1</sup>, Ca<sup>2+</sup>, 1<sup>st</sup>", "x^(n+1), Ca^2+, 1st"),
        ("H<sub>2</sub>O, a<sub>i</sub>, v<sub>max</sub>", "H2O, a_i, v_max"),
        ("<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>e", "- a\n- b\n1. c\n2. d\ne"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ("<pre>def f():\n    return 1</pre>", "```\ndef f():\n    return 1\n```"),
        ("use <code>x &lt; y</code>", "use `x < y`"),
        ("[latex]$a$[/latex] [latex]b[/latex] [$]c[/$] [$$]d[/$$] \\(e\\)", "$a$ $$b$$ $c$ $$d$$ \\(e\\)"),
        ('<anki-mathjax block="true">x &lt; 1</anki-mathjax> <anki-mathjax>y</anki-mathjax>', "$$x < 1$$ $y$"),
        ("<style>p { }</style>a<!-- <b>not</b> -->b<script>c</script>", "ab"),
        ("<ruby>漢<rt>かん</rt></ruby>字", "漢(かん)字"),
        ("[anki:tts lang=en_US]word[/anki:tts]", "word"),
        ("1 < 2 and 3 > 2, a<b", "1 < 2 and 3 > 2, a<b"),
        ("<sup></sup>a<sub></sup>", "a"),
    ],
)
def test_a_field_as_text(field: str, text: str) -> None:
    assert read_field(field) == FieldText(text)


def test_pictures_leave_their_names_and_sounds_nothing() -> None:
    assert read_field('A <img src="a b.png"> leaf [sound:x.mp3]') == FieldText(
        "A [picture: a b.png] leaf", ("a b.png", "x.mp3")
    )
    assert read_field("<img alt='A &amp; B' src=c.png>") == FieldText("A & B", ("c.png",))
    assert read_field('<img src="data:image/png;base64,AAAA">') == FieldText("[picture]", ("a picture",), True)
    assert read_field("[sound:x.mp3]<br>").is_bare
    assert joined([read_field("[sound:x.mp3]"), read_field("")]) == FieldText("", ("x.mp3",), True)
    assert joined([read_field("a"), read_field("<img src=x>")]) == FieldText("a\n[picture: x]", ("x",))


def test_what_is_html_without_saying_so() -> None:
    assert all(map(is_html, ("a <b>c</b>", "line<br>line", "a&nbsp;b", '<img src="x.png">')))
    assert not any(map(is_html, ("a < b > c", "What does <b> do?", "vector<int>", "R&D", "a <br> b")))


@pytest.mark.parametrize(
    ("text", "number", "front", "answers"),
    [
        ("{{c1::Rome}} is in {{c2::Italy::country}}.", 1, "_____ is in Italy.", ["Rome"]),
        ("{{c1::Rome}} is in {{c2::Italy::country}}.", 2, "Rome is in _____ (country).", ["Italy"]),
        ("{{c1::a}} and {{c1::b}}", 1, "_____ and _____", ["a", "b"]),
        ("{{c1::out {{c2::in}} side}}", 1, "_____", ["out in side"]),
        ("{{c1::out {{c2::in}} side}}", 2, "out _____ side", ["in"]),
        ("}} {{c1::open", 1, "}} {{c1::open", []),
        ("$\\frac{{a}}{{b}}$", 0, "$\\frac{{a}}{{b}}$", []),
    ],
)
def test_gaps(text: str, number: int, front: str, answers: list[str]) -> None:
    assert with_gap(text, number) == (front, answers)


def test_the_numbers_of_gaps() -> None:
    assert gap_numbers("{{c3::a}} {{c1::b}} {{c3::c}} {{cx::d}} {{c1234::e}}") == [1, 3]
    assert len(gap_numbers("".join(f"{{{{c{n}::x}}}}" for n in range(999)))) == 200


@pytest.mark.parametrize(
    "piece",
    [
        "<!",
        "<a ",
        "<a",
        "[sound:",
        "[latex]",
        "[$]",
        "<sup>",
        "<style>",
        "&",
        "<b>",
        '<img src="',
        "{{c1::",
        "<ul>",
        "}}",
    ],
)
def test_marks_that_are_left_open_take_no_longer_than_text(piece: str) -> None:
    def steps(count: int) -> float:
        start = time.process_time()
        read_field(piece * count)
        with_gap(piece * count, 1)
        is_html(piece * count)
        return time.process_time() - start

    few = max(steps(4000), 0.002)
    assert steps(32_000) < 40 * few, "eight times the text"
