"""Web pages: what a reader sees, once, in one piece and in the form in which it is found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.documents.html.to_markdown import page_title, parsed, to_markdown
from assistant.documents.loading import load_document
from assistant.documents.scripts import lowered, raised


def read(body: str, *, is_page: bool = False) -> str:
    return to_markdown(parsed(f"<html><body>{body}</body></html>"), is_page=is_page)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.38 &times; 10<sup>&minus;23</sup> J/K", "1.38 × 10^-23 J/K"),
        ("s = t<sup>2</sup>", "s = t^2"),
        ("C<sub>6</sub>H<sub>12</sub>O<sub>6</sub>", "C6H12O6"),
        ("Fe<sup>3+</sup> and Cl<sup>-</sup>", "Fe^3+ and Cl^-"),
        ("V<sub>max</sub>, x<sub>i+1</sub>, 101<sub>2</sub>", "V_max, x_(i+1), 101_2"),
        ("e<sup>kt + c</sup>", "e^(kt + c)"),
        ("the 3<sup>rd</sup> of May, Foo<sup>TM</sup>, 20<sup>o</sup>C", "the 3rd of May, FooTM, 20ºC"),
        ("<sup>14</sup>C", "^14C"),
    ],
)
def test_raised_and_lowered_text(written: str, text: str) -> None:
    assert read(f"<p>{written}</p>") == text


def test_the_rule_of_scripts_is_one() -> None:
    assert (raised("10", "23"), raised("x", " "), lowered("H", "2"), lowered("k", "B")) == ("^23", "", "2", "_B")


def test_blocks_are_never_glued_and_lines_of_the_source_are_no_lines() -> None:
    text = read("<div>one<section>two</section><figure><figcaption>three</figcaption></figure>four\nfive</div>six")
    assert text == "one\n\ntwo\n\nthree\n\nfour five\n\nsix"
    assert read("<details><summary>Why?</summary>Because.</details>") == "Why?\n\nBecause."


def test_what_only_looks_like_markup_stays_text() -> None:
    text = read("<p># 1 is first</p><p>&gt; 5</p><p>a &lt;!-- b --&gt; c</p><p>5 * 3 * 2</p>")
    assert text == "\\# 1 is first\n\n\\> 5\n\na \\<!-- b --> c\n\n5 * 3 * 2"


def test_a_page_without_its_furniture() -> None:
    page = """<header><a href="/">Home</a></header><nav><a href="/x">Other</a></nav>
        <div id="cookie-banner">We store cookies. <button>Fine</button></div>
        <div class="breadcrumbs"><a href="/">Top</a> <a href="/b">Biology</a></div>
        <div class="navfooter"><a href="/b"><img alt="Prev"/></a><p>Chapter 3. Cells</p></div>
        <main><h1>Osmosis</h1><p>Water moves.</p><p hidden>no</p><p style="display: none">no</p><aside>A hint.</aside>
        <a class="headerlink" href="#x">¶</a></main><aside>Read also</aside><footer>2020</footer>"""
    assert read(page, is_page=True) == "# Osmosis\n\nWater moves.\n\nA hint."


def test_a_page_that_is_all_text_keeps_it() -> None:
    page = (
        '<div class="sidebar"><p>A box of the textbook, with words.</p></div><p>Text with <a href="/a">a link</a>.</p>'
    )
    assert read(page, is_page=True) == "A box of the textbook, with words.\n\nText with a link."


def test_the_title_of_a_page(tmp_path: Path) -> None:
    assert page_title(parsed("<title> Old\nConstants </title><p>x</p>")) == "Old Constants"
    file = tmp_path / "p12.html"
    file.write_text("<title>Constants</title><p>c is fast.</p>", encoding="utf-8")
    assert load_document(file, "p12.html", NotesConfig()).title == "Constants"


def test_tables_with_captions_and_spans() -> None:
    table = """<table><caption>Yields</caption><tr><th rowspan=2>Kind<th colspan=2>Yield
        <tr><th>low<th>high<tr><td rowspan=2>oak<td>1<td>a|b<tr><td>3<td>4</table>"""
    assert read(table) == (
        "Yields\n\n| Kind | Yield low | Yield high |\n| --- | --- | --- |\n| oak | 1 | a\\|b |\n| oak | 3 | 4 |"
    )


def test_a_title_row_stands_above_its_table() -> None:
    table = "<table><tr><td colspan=2>Marks<tr><td>Name<td>Points<tr><td>Ann<td>7</table>"
    assert read(table) == "Marks\n\n| Name | Points |\n| --- | --- |\n| Ann | 7 |"


def test_heads_of_rows_are_no_heads_of_columns() -> None:
    assert read("<table><tr><th>Born<td>1815<tr><th>Died<td>1852</table>") == (
        "|  |  |\n| --- | --- |\n| Born | 1815 |\n| Died | 1852 |"
    )


def test_a_table_in_a_cell_and_a_table_that_places_text() -> None:
    nested = "<table><tr><th>A<th>B<tr><td>x <table><tr><td>1<td>2<tr><td>3<td>4</table><td><ul><li>p<li>q</ul></table>"
    assert read(nested) == "| A | B |\n| --- | --- |\n| x 1, 2; 3, 4 | p; q |"
    layout = (
        "<table><tr><td class=linenos><pre>1</pre><td><h2>Loops</h2><pre class='language-python'>for x:</pre></table>"
    )
    assert read(layout) == "## Loops\n\n```python\nfor x:\n```"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<math><mi>a</mi><mo>=</mo><msup><mi>b</mi><mn>2</mn></msup></math>", "$a = b^2$"),
        ('<math display="block"><mfrac><mn>1</mn><mi>n</mi></mfrac></math>', "$$\n\\frac{1}{n}\n$$"),
        ('<script type="math/tex">E=h\\nu</script>', "$E=h\\nu$"),
        ('<script type="math/tex; mode=display">a \\\\ b</script>', "$$\na \\\\ b\n$$"),
        (
            '<span class="katex"><span class="katex-mathml"><math><mi>z</mi><annotation encoding="application/x-tex">'
            '\\zeta</annotation></math></span><span class="katex-html" aria-hidden="true">z</span></span>',
            "$\\zeta$",
        ),
        (
            '<span class="mwe-math-element"><span style="display:none"><math alttext="{\\displaystyle x_{1}}"></math>'
            '</span><img alt="{\\displaystyle x_{1}}"></span>',
            "$x_{1}$",
        ),
        ('<img class="latex" alt="$k^2$">', "$k^2$"),
        ("<table><tr><th>f<tr><td><math><mo>|</mo><mi>x</mi><mo>|</mo></math></table>", None),
    ],
)
def test_a_formula_stands_there_once(written: str, text: str | None) -> None:
    found = read(f"<p>{written}</p>")
    assert found == text if text is not None else "\\vert x\\vert" in found


def test_footnotes_become_those_of_markdown() -> None:
    page = """<p>Sugar<sup><a href="#n1" id="r1">1</a></sup> is sweet.<sup>2</sup></p><p>5 m<sup>2</sup></p>
        <ol><li id="n1"><p>Glucose. <a href="#r1">↩</a></p></li></ol>"""
    assert read(page) == "Sugar[^1] is sweet.[^2]\n\n5 m^2\n\n[^1]: Glucose."


def test_terms_and_readings() -> None:
    assert read("<dl><dt>Osmosis<dd>Water moves.<dt>Xylem<dd>Tubes.</dl>") == (
        "- **Osmosis**: Water moves.\n- **Xylem**: Tubes."
    )
    assert read("<p><ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>だ</p>") == "漢字(かんじ)だ"


def test_links_lead_out_of_the_notes_or_are_words() -> None:
    text = read('<p><a href="b.html">beside</a> <a href="#x">below</a> <a href="https://example.org/">out</a></p>')
    assert text == "beside below [out](https://example.org/)"


def test_code_keeps_its_lines_and_its_fence() -> None:
    assert read("<pre><code># one\n```\ntwo</code></pre>") == "````\n# one\n```\ntwo\n````"
    assert read("<pre><code>\n\t\tif x:\n\t\t\ty\n\t</code></pre>") == "```\nif x:\n    y\n```"


def test_a_tree_that_no_person_wrote_gives_its_words() -> None:
    assert read("<div>" * 3000 + "deep" + "</div>" * 3000) == "deep"


def test_a_page_of_an_encyclopedia() -> None:
    page = """<div class="page-header menu"><h1>Oak</h1><a href="/de">Deutsch</a> <a href="/fr">Français</a></div>
        <table><tr><td colspan=2>An oak<tr><td colspan=2>In May<tr><th>Height<td>40 m<tr><th>Age<td>900</table>
        <h2>Leaves <a class="hl" href="#leaves">¶</a>\u200b</h2><p>Lobed.</p>"""
    assert read(page, is_page=True) == (
        "# Oak\n\nDeutsch Français\n\nAn oak\n\nIn May\n\n|  |  |\n| --- | --- |\n| Height | 40 m |\n| Age | 900 |\n\n"
        "## Leaves\n\nLobed."
    )


def test_a_page_with_many_headings_of_the_first_level_is_called_as_its_head_says(tmp_path: Path) -> None:
    file = tmp_path / "lang_sel.html"
    file.write_text("<title>SELECT</title><h1>1. Overview</h1><p>a</p><h1>2. Joins</h1><p>b</p>", encoding="utf-8")
    assert load_document(file, file.name, NotesConfig()).title == "SELECT"
