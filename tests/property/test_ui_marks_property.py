"""Marks never change how a text is set, wherever they stand."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from assistant.ui.markdown import Style, parse_markdown
from assistant.ui.marks import TextMark, parse_marked
from assistant.ui.nodes import TagNode, find_all, plain_text

BLOCKS = ["\n", "\n\n", "- ", "  - ", "1. ", "# ", "> ", "```\n", "| a | b |\n", "|---|---|\n", "---\n", "\t"]
INLINE = [
    "word",
    " ",
    "**",
    "*",
    "_",
    "`",
    "$x$",
    "$$",
    "\\(",
    "\\)",
    "[a](http://b.c)",
    "<b>",
    "&amp;",
    "\\",
    "~~",
    "é",
]
SIGNS = ["\U00010a50", "\U00010a53"]
PIECES = BLOCKS + INLINE + SIGNS
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
PARSE = partial(parse_markdown, style=Style())


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[TextMark]]:
    text = draw(TEXTS)
    offsets = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(offsets, offsets), max_size=5))
    spans = [(min(pair), max(pair)) for pair in pairs]
    return text, [TextMark(a, b, TagNode("mark"), (TagNode("cite", (), {"n": i}),)) for i, (a, b) in enumerate(spans)]


@given(marked_texts())
def test_marks_change_no_visible_character_and_each_ends_once_or_is_reported_lost(
    given_text: tuple[str, list[TextMark]],
) -> None:
    text, marks = given_text
    marked = parse_marked(text, marks, PARSE)
    bare = text.translate(dict.fromkeys(range(68176, 68185), "�"))
    assert plain_text(marked.nodes) == plain_text(PARSE(bare))
    ends = [e.attrs["n"] for e in find_all(marked.nodes, lambda e: e.tag == "cite")]
    lost = [mark.tail[0].attrs["n"] for mark in marked.lost]  # type: ignore[union-attr]
    assert sorted(ends + lost) == list(range(len(marks)))


@given(marked_texts())
def test_on_plain_text_the_marked_words_are_the_words_of_the_span(given_text: tuple[str, list[TextMark]]) -> None:
    text, marks = given_text
    words = "".join(c for c in text if c.isalpha()) or "nothing"
    for mark in marks[:1]:
        span = TextMark(mark.start % len(words), len(words), TagNode("mark"))
        nodes = parse_marked(words, [span], lambda t: (TagNode("p", (t,)),)).nodes
        assert "".join(plain_text([e]) for e in find_all(nodes, lambda e: e.tag == "mark")) == words[span.start :]
