"""Whatever is written in a note, its tree and sections keep every character in its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.notes.outline import MARKDOWN_KINDS, Node, sections, tree
from assistant.types import Note

_WORDS = st.sampled_from(
    ["**Term**- of it", "text", "a | b", "---", "```", "~~~~", "$$", "1986. it", "===", "x: y", "|-|-|"]
)
_MARKS = st.sampled_from(["", "# ", "### ", "- ", "* ", "1. ", "12) ", "• ", "> ", "#", "- [ ] ", "- ```"])
_INDENT = st.sampled_from(["", "\t", "  ", "    ", "\t\t", "   \t", "\u00a0", " " * 9])
_LINES = st.builds("".join, st.tuples(_INDENT, _MARKS, _WORDS)) | st.just("") | st.text(max_size=12)
_TEXTS = st.builds("\n".join, st.lists(_LINES, max_size=40)) | st.text(alphabet=" \t\n-#`|*1.a$=", max_size=200)
_KINDS = st.sampled_from([*sorted(MARKDOWN_KINDS), "text", "pdf"])
_LEAVES = {"heading", "line", "paragraph", "code", "table", "front_matter"}


@st.composite
def notes(draw: st.DrawFn) -> Note:
    kind = draw(_KINDS)
    pages = draw(st.lists(_TEXTS, min_size=1, max_size=4))
    starts, text = [], ""
    for page in pages:
        starts.append(len(text))
        text += page + "\n\n"
    return Note("n", text, kind, "t", tuple(starts) if kind == "pdf" else ())


def leaves(root: Node) -> list[Node]:
    return [node for node in root.walk() if not node.children]


@given(notes())
@settings(max_examples=300, deadline=None)
def test_children_tile_their_parent(note: Note) -> None:
    root = tree(note)
    assert (root.start, root.end) == (0, len(note.text))
    for node in root.walk():
        edges = [edge for child in node.children for edge in (child.start, child.end)]
        assert not edges or [node.start, *edges[1:-1:2], node.end] == [*edges[0::2], edges[-1]]
        assert node.start < node.end
        assert bool(node.children) == (node.kind not in _LEAVES)
    assert "".join(note.text[leaf.start : leaf.end] for leaf in leaves(root)) == note.text


@given(notes())
@settings(max_examples=200, deadline=None)
def test_parents_know_their_first_child(note: Note) -> None:
    for node in tree(note).walk():
        kinds = [child.kind for child in node.children]
        if node.kind == "section":
            assert kinds[0] == "heading"
            assert "heading" not in kinds[1:]
        if node.kind == "item":
            assert kinds[0] == "line"
            assert "line" not in kinds[1:]


@given(notes())
@settings(max_examples=200, deadline=None)
def test_blank_lines_belong_to_what_stands_before_them(note: Note) -> None:
    for leaf in leaves(tree(note)):
        text = note.text[leaf.start : leaf.end]
        assert leaf.start == 0 or text[: text.find("\n") + 1 or None].strip()


@given(notes())
@settings(max_examples=200, deadline=None)
def test_no_leaf_crosses_a_page(note: Note) -> None:
    for leaf in leaves(tree(note)):
        crossed = [start for start in note.page_starts if leaf.start < start < leaf.end]
        assert not any(note.text[start : leaf.end].strip() for start in crossed)


@given(notes())
@settings(max_examples=300, deadline=None)
def test_sections_nest_and_agree_with_the_tree(note: Note) -> None:
    found = sections(note)
    assert sorted(found, key=lambda s: s.start) == list(found)
    for section in found:
        assert 0 <= section.start <= section.body_start <= section.end <= len(note.text)
        inside = [s for s in found if section.start < s.start < section.end]
        assert all(
            s.end <= section.end and s.heading_path[: len(section.heading_path)] == section.heading_path for s in inside
        )
        assert len(section.heading_path) <= section.level
    nodes = [(n.start, n.end, n.label) for n in tree(note).walk() if n.kind == "section"]
    assert nodes == [(s.start, s.end, s.heading_path[-1]) for s in found if s.level]
