"""Answers as trees: what Markdown becomes, where the chips stand, what is marked as unsupported, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.documents.sentences import split_sentences
from assistant.types import Citation, Sentence, citation_numbers
from assistant.ui.markdown import parse_markdown
from assistant.ui.marks import TextMark, parse_marked
from assistant.ui.nodes import TagNode, find_all, plain_text, to_json
from assistant.ui.render import render_answer, render_passage

COURSE = Path(__file__).resolve().parents[3] / "notes"


def cited(text: str, words: str, *spans: tuple[int, int]) -> Sentence:
    start = text.index(words)
    citations = tuple(Citation("a.md", (), a, b, "quote", 0.9) for a, b in spans)
    return Sentence(words, start, start + len(words), True, 0.9, citations)


def unsupported(text: str, words: str, reason: str = "“1868” is not in your notes") -> Sentence:
    start = text.index(words)
    return Sentence(words, start, start + len(words), False, 0.1, (), reason)


def tree(text: str, *sentences: Sentence) -> list[object]:
    return [to_json(node) for node in render_answer(text, sentences)]


def chips(text: str, *sentences: Sentence) -> list[int]:
    return [int(e.attrs["n"]) for e in find_all(render_answer(text, sentences), lambda e: e.tag == "cite")]


def test_a_chip_stands_inside_the_sentence_before_its_full_stop() -> None:
    text = "Batch takes many inputs. Real-time takes one."
    first, second = cited(text, "Batch takes many inputs.", (0, 5)), cited(text, "Real-time takes one.", (9, 12))
    assert tree(text, first, second) == [
        ["p", {}, "Batch takes many inputs", ["cite", {"n": 1}], ". Real-time takes one", ["cite", {"n": 2}], "."]
    ]


def test_a_chip_after_bold_words_stands_behind_them_and_the_words_stay_bold() -> None:
    text = "It is **very slow.** And cheap."
    assert tree(text, cited(text, "It is **very slow.**", (0, 5))) == [
        ["p", {}, "It is ", ["strong", {}, "very slow."], ["cite", {"n": 1}], " And cheap."]
    ]


def test_chips_in_nested_lists_stand_in_their_own_items() -> None:
    text = "- **Outer** item\n  - _inner_ item.\n- last"
    sentences = [
        cited(text, "- **Outer** item", (0, 1)),
        cited(text, "- _inner_ item.", (2, 3)),
        cited(text, "- last", (4, 5)),
    ]
    outer = ["li", {}, ["strong", {}, "Outer"], " item", ["cite", {"n": 1}]]
    inner = ["ul", {}, ["li", {}, ["em", {}, "inner"], " item", ["cite", {"n": 2}], "."]]
    assert tree(text, *sentences) == [["ul", {}, [*outer, inner], ["li", {}, "last", ["cite", {"n": 3}]]]]


def test_a_chip_never_stands_in_code() -> None:
    text = "Call `run()`\n\n```python\nrun()\n```\n\nDone."
    rendered = tree(text, cited(text, "Call `run()`", (0, 1)), cited(text, "```python\nrun()\n```", (2, 3)))
    assert rendered[0] == ["p", {}, "Call ", ["code", {}, "run()"], ["cite", {"n": 1}]]
    assert rendered[1][0] == "pre"
    assert plain_text(render_answer(text, ())) == "Call run()\nrun()\nDone.\n"
    assert rendered[2] == ["p", {}, ["cite", {"n": 2}]]


def test_a_chip_after_a_displayed_formula_stands_beside_it() -> None:
    text = "$$\na\n- b\n$$\n\nnext"
    line = tree(text, cited(text, "$$\na\n- b\n$$", (0, 1)))[0]
    assert line == ["p", {"class": "formula-line"}, ["math", {"tex": "a\n- b", "display": 1}], ["cite", {"n": 1}]]


def test_a_chip_in_a_table_stands_in_the_last_cell_of_its_row() -> None:
    text = "| a | b |\n|---|---|\n| one | two |"
    body = tree(text, cited(text, "| one | two |", (0, 1)))[0][3]
    assert body == ["tbody", {}, ["tr", {}, ["td", {}, "one"], ["td", {}, "two", ["cite", {"n": 1}]]]]


def test_numbers_count_distinct_spans_in_order_of_first_use() -> None:
    text = "One. Two. Three."
    sentences = (cited(text, "One.", (50, 60)), cited(text, "Two.", (0, 5), (50, 60)), cited(text, "Three.", (7, 9)))
    assert citation_numbers(sentences) == {("a.md", 50, 60): 1, ("a.md", 0, 5): 2, ("a.md", 7, 9): 3}
    assert chips(text, *sentences) == [1, 1, 2, 3]


def test_an_unsupported_sentence_is_wrapped_piece_by_piece_with_its_reason() -> None:
    text = "True. It was **Boltzmann** in `1868`."
    wrapped = list(
        find_all(
            render_answer(text, (unsupported(text, "It was **Boltzmann** in `1868`."),)), lambda e: e.tag == "span"
        )
    )
    assert "".join(plain_text([e]) for e in wrapped) == "It was Boltzmann in 1868."
    assert {e.attrs["class"] for e in wrapped} == {"unsupported"}
    assert {e.attrs["title"] for e in wrapped} == {"Not from your notes: “1868” is not in your notes"}


def test_a_sentence_that_states_nothing_is_left_alone() -> None:
    heading = Sentence("In short:", 0, 9, False, 0.0, (), "", is_claim=False)
    assert tree("In short:", heading) == [["p", {}, "In short:"]]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>window.hacked = 1</script>",
        '<img src=x onerror="window.hacked = 2">',
        "[click](javascript:alert(1))",
        "[click](data:text/html,<script>1</script>)",
        "![p](https://example.org/p.png)",
        '<iframe src="javascript:1"></iframe>',
        "<a href='vbscript:1'>x</a>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_of_a_hostile_text_becomes_more_than_text(hostile: str) -> None:
    nodes = render_answer(f"Before {hostile} after", ())
    tags = {element.tag for element in find_all(nodes, lambda _: True)}
    assert tags <= {"p", "br"}, "no link, no picture, no element of the note's own"


def test_only_links_to_the_web_stay_links() -> None:
    links = list(
        find_all(render_answer("[a](https://a.org) [b](other.md) [c](file:///etc/passwd)", ()), lambda e: e.tag == "a")
    )
    assert [link.attrs["href"] for link in links] == ["https://a.org"]


def test_a_tree_has_no_way_to_say_script() -> None:
    with pytest.raises(ValueError, match="script"):
        TagNode("script", ("1",))
    with pytest.raises(ValueError, match="onclick"):
        TagNode("p", (), {"onclick": "1"})


@pytest.mark.parametrize(
    ("text", "tex", "display"),
    [
        ("so $x^2$ is", "x^2", 0),
        (r"so \(a_1\) is", "a_1", 0),
        ("$$E = mc^2$$", "E = mc^2", 1),
        (r"\[ a \]", "a", 1),
        ("$$\na\n= b\n\n- c\n$$", "a\n= b\n\n- c", 1),
        ("- item with $$k$$", "k", 1),
    ],
)
def test_formulas(text: str, tex: str, display: int) -> None:
    (formula,) = find_all(render_answer(text, ()), lambda e: e.tag == "math")
    assert formula.attrs == {"tex": tex, "display": display}


@pytest.mark.parametrize("text", ["from $5 to $10", "`$x$`", r"\$x$", "$ x $", "$$", r"\(", "a $$b"])
def test_what_only_looks_like_a_formula_stays_text(text: str) -> None:
    assert not list(find_all(render_answer(text, ()), lambda e: e.tag == "math"))


def test_code_is_coloured_and_says_the_same() -> None:
    code = "def f(x):\n    return 'a' + 1  # why\n"
    (pre,) = render_answer(f"```python\n{code}```", ())
    assert isinstance(pre, TagNode)
    classes = {e.attrs["class"] for e in find_all([pre], lambda e: e.tag == "span")}
    assert {"tok-keyword", "tok-string", "tok-number", "tok-comment", "tok-name"} <= classes
    assert plain_text([pre]) == code


def test_code_of_an_unknown_language_is_plain() -> None:
    (pre,) = render_answer("```nosuchlanguage\na < b\n```", ())
    assert plain_text([pre]) == "a < b\n"
    assert not list(find_all([pre], lambda e: e.tag == "span"))


def test_line_breaks_of_an_answer_are_kept_and_those_of_a_markdown_note_are_not() -> None:
    assert tree("a\nb") == [["p", {}, "a", ["br", {}], "b"]]
    assert render_passage("a\nb", (), "markdown") == (TagNode("p", ("a\nb",)),)


def test_a_mark_that_markdown_cannot_carry_is_shown_on_the_plain_text() -> None:
    text = "[label](http://a.org/very/long) after"
    inside_the_address = TextMark(text.index("very"), text.index("very") + 4, TagNode("mark"))
    marked = list(find_all(render_passage(text, [inside_the_address], "markdown"), lambda e: e.tag == "mark"))
    assert [plain_text([m]) for m in marked] == ["very"]


def test_a_chip_that_finds_no_place_goes_to_the_end() -> None:
    text = "See [label](http://a.org/very/long)"
    rendered = tree(text, cited(text, "/very", (0, 1)))
    assert rendered[-1][-1] == ["cite", {"n": 1}]


@pytest.mark.parametrize("note", sorted(COURSE.glob("*.md")), ids=lambda path: path.stem)
def test_every_sentence_of_the_sample_course_could_carry_a_chip(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    spans = split_sentences(text)
    assert len(spans) > 5
    for first in range(0, len(spans), 40):
        some = spans[first : first + 40]
        start, end = text.rfind("\n", 0, some[0][0]) + 1, some[-1][1]
        marks = [TextMark(a - start, b - start, TagNode("mark")) for a, b in some]
        assert parse_marked(text[start:end], marks, parse_markdown).lost == ()
