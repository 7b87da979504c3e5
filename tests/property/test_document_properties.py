"""Whatever is written in a document, its elements, its tree and its sections keep every character in its place."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.documents.formats import formats
from assistant.documents.loading import parse
from assistant.documents.outline import Node, tree
from assistant.documents.tables import table_rows
from assistant.types import HIDDEN, Document, ElementKind

_WORDS = st.sampled_from(
    ["**Term**- of it", "text", "a | b", "---", "```", "~~~~", "$$", "1986. it", "===", "x: y", "|-|-|", "%%", "%%a%%",
     "<!-- a -->", "<!--", "-->", "$x$ is", "\\[", "\\]", "See it. Now. ^id", "[!note] Well", "`a`", "| a | \\| b |"]
)  # fmt: skip
_MARKS = st.sampled_from(
    ["", "# ", "### ", "- ", "* ", "1. ", "12) ", "• ", "> ", "> > ", "#", "- [ ] ", "- ```", "> - "]
)
_INDENT = st.sampled_from(["", "\t", "  ", "    ", "\t\t", "   \t", "\u00a0", " " * 9])
_LINES = st.builds("".join, st.tuples(_INDENT, _MARKS, _WORDS)) | st.just("") | st.text(max_size=12)
_TEXTS = st.builds("\n".join, st.lists(_LINES, max_size=40)) | st.text(alphabet=" \t\n-#`|*1.a$=%<!>", max_size=200)
_KINDS = st.sampled_from(sorted(formats()))
_HAVE_CHILDREN = {"document", "section", "item"}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    kind = draw(_KINDS)
    pages = draw(st.lists(_TEXTS, min_size=1, max_size=4))
    starts, text = [], ""
    for page in pages:
        starts.append(len(text))
        text += page + "\n\n"
    paged = formats()[kind].has_pages
    navigation = draw(st.sets(st.sampled_from(starts))) if paged else ()
    return parse("n", text, kind, "t", tuple(starts) if paged else (), navigation)


def leaves(root: Node) -> list[Node]:
    return [node for node in root.walk() if not node.children]


@given(documents())
@settings(max_examples=300, deadline=None)
def test_blocks_tile_the_text(document: Document) -> None:
    edges = [0, *(block.end for block in document.blocks)]
    assert [block.start for block in document.blocks] == edges[:-1]
    assert edges[-1] == len(document.text)
    assert all(block.start < block.end and block.start <= block.body <= block.end for block in document.blocks)


@given(documents())
@settings(max_examples=300, deadline=None)
def test_elements_are_in_order_and_lie_in_what_holds_them(document: Document) -> None:
    assert all(one.start <= other.start for one, other in pairwise(document.elements))
    for number, element in enumerate(document.elements):
        assert element.parent < number
        if element.parent >= 0 and document.block_of(element) is not element:
            holder = document.elements[element.parent]
            assert holder.start <= element.start < element.end <= holder.end
        if element.kind in (ElementKind.HEADING, ElementKind.ITEM):
            assert not any(document.text[element.start : element.body].strip(" \t\u00a0#=-*+•‣◦▪●○0123456789.)[]xX"))


@given(documents())
@settings(max_examples=300, deadline=None)
def test_sentences_do_not_overlap_and_hold_words_and_nothing_hidden(document: Document) -> None:
    found = document.sentences()
    assert all(one.end <= other.start for one, other in pairwise(found))
    hidden = [e for e in document.elements if e.kind in HIDDEN]
    for sentence in found:
        body = document.text[sentence.start : sentence.end]
        assert body == body.strip() != ""
        assert sentence.body <= sentence.start
        assert not any(one.start < sentence.end and sentence.start < one.end for one in hidden)
        assert document.block_of(sentence).kind not in ("heading", "front_matter", "comment", "navigation")


@given(documents(), st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=200, deadline=None)
def test_sentences_of_parts_are_those_of_the_whole(document: Document, start: int, length: int) -> None:
    end = start + length
    inside = [s for s in document.sentences() if s.start < end and start < s.end]
    found = document.sentences(start, end)
    assert [(s.start, s.end) for s in found] == [(max(s.start, start), min(s.end, end)) for s in inside]


@given(documents())
@settings(max_examples=200, deadline=None)
def test_a_formula_is_in_one_sentence(document: Document) -> None:
    formulas = [e for e in document.elements if e.kind is ElementKind.FORMULA]
    for sentence in document.sentences():
        for formula in formulas:
            inside = sentence.start <= formula.start and formula.end <= sentence.end
            in_row = document.block_of(sentence).kind is ElementKind.TABLE
            assert inside or in_row or formula.end <= sentence.start or sentence.end <= formula.start


@given(documents())
@settings(max_examples=200, deadline=None)
def test_cells_stand_where_they_say(document: Document) -> None:
    for block in document.blocks:
        if block.kind is ElementKind.TABLE:
            for cell in (cell for row in table_rows(document, block) for cell in row):
                assert block.start <= cell.start <= cell.end <= block.end
                assert document.text[cell.start : cell.end].replace("\\|", "|") == cell.text == cell.text.strip()


@given(documents())
@settings(max_examples=300, deadline=None)
def test_children_tile_their_parent(document: Document) -> None:
    root = tree(document)
    assert (root.start, root.end) == (0, len(document.text))
    for node in root.walk():
        edges = [edge for child in node.children for edge in (child.start, child.end)]
        assert not edges or [node.start, *edges[1:-1:2], node.end] == [*edges[0::2], edges[-1]]
        assert node.start < node.end
        assert bool(node.children) == (node.kind in _HAVE_CHILDREN)
    assert "".join(document.text[leaf.start : leaf.end] for leaf in leaves(root)) == document.text


@given(documents())
@settings(max_examples=200, deadline=None)
def test_parents_know_their_first_child(document: Document) -> None:
    for node in tree(document).walk():
        kinds = [child.kind for child in node.children]
        if node.kind == "section":
            assert kinds[0] == "heading"
            assert "heading" not in kinds[1:]
        if node.kind == "item":
            assert kinds[0] == "line"
            assert "line" not in kinds[1:]


@given(documents())
@settings(max_examples=200, deadline=None)
def test_blank_lines_belong_to_what_stands_before_them(document: Document) -> None:
    for block in document.blocks:
        text = document.text[block.start : block.end]
        assert block.start == 0 or text[: text.find("\n") + 1 or None].strip()


@given(documents())
@settings(max_examples=200, deadline=None)
def test_no_block_crosses_a_page(document: Document) -> None:
    for block in document.blocks:
        crossed = [start for start in document.page_starts if block.start < start < block.end]
        assert not any(document.text[start : block.end].strip() for start in crossed)


@given(documents())
@settings(max_examples=300, deadline=None)
def test_sections_nest_and_begin_at_their_headings(document: Document) -> None:
    found = document.outline
    for section in found:
        assert section.start <= section.body_start <= section.end
        assert section.level == 0 or section.heading_path[-1]
        inside = [other for other in found if section.start < other.start < section.end]
        assert all(other.end <= section.end and other.level > section.level for other in inside)
        assert all(other.heading_path[: len(section.heading_path)] == section.heading_path for other in inside)
