"""Whatever the note: offsets are exact, nothing overlaps, everything fits, nothing is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.documents.outline import tree
from assistant.index.chunking import split
from assistant.testing import FakeEmbedder
from assistant.types import Document

WORDS = st.text(alphabet="abc é漢🙂.,*`", min_size=1, max_size=40)
LINES = st.one_of(
    st.builds(lambda n, t: "#" * n + " " + t, st.integers(1, 6), WORDS),
    st.builds(lambda n, m, t: "\t" * n + m + " " + t, st.integers(0, 5), st.sampled_from(["-", "*", "1."]), WORDS),
    st.builds(lambda n, t: "    " * n + "- **" + t + "**- rest of it", st.integers(0, 3), WORDS),
    st.builds(lambda t, n: " ".join([t] * n), WORDS, st.integers(1, 60)),
    st.sampled_from(["", "```", "---", "| a | b |", "> quoted", "\t", "word " * 90]),
)
TEXTS = st.lists(LINES, max_size=40).map("\n".join)
CONFIGS = st.builds(ChunkingConfig, st.integers(8, 60), st.integers(60, 200))


def note_of(text: str, kind: str = "markdown") -> Document:
    return parse("n.md", text, kind, "n")


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, config=CONFIGS, kind=st.sampled_from(["markdown", "text"]))
def test_offsets_are_exact_and_nothing_overlaps(text: str, config: ChunkingConfig, kind: str) -> None:
    blocks, chunks = split(note_of(text, kind), FakeEmbedder(), config)
    for pieces in (blocks, chunks):
        end = 0
        for piece in pieces:
            assert text[piece.start : piece.end] == piece.text
            assert piece.text.strip() == piece.text != ""
            assert piece.start >= end
            end = piece.end


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, config=CONFIGS)
def test_every_chunk_fits_the_window_with_its_context(text: str, config: ChunkingConfig) -> None:
    embedder = FakeEmbedder()
    for chunk in split(note_of(text), embedder, config)[1]:
        assert embedder.token_starts(chunk.embedding_text).size <= embedder.window_tokens


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, config=CONFIGS)
def test_every_chunk_lies_in_its_block(text: str, config: ChunkingConfig) -> None:
    blocks, chunks = split(note_of(text), FakeEmbedder(), config)
    for chunk in chunks:
        block = blocks[chunk.block]
        assert block.ordinal == chunk.block
        assert block.start <= chunk.start and chunk.end <= block.end


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, config=CONFIGS)
def test_what_no_chunk_holds_is_headings_front_matter_and_signs_alone(text: str, config: ChunkingConfig) -> None:
    note = note_of(text)
    _, chunks = split(note, FakeEmbedder(), config)
    left_out = list(text)
    for chunk in chunks:
        left_out[chunk.start : chunk.end] = " " * (chunk.end - chunk.start)
    for node in tree(note).walk():
        if node.kind in ("heading", "front_matter"):
            left_out[node.start : node.end] = " " * (node.end - node.start)
    assert not any(map(str.isalnum, left_out))


def test_the_rule_of_a_wide_table_is_no_passage_and_its_rows_are() -> None:
    rows = (("Parameter", "Comment"), ("-" * 20, "-" * 600), ("speed", "less of it is free"), ("affinity", "higher"))
    text = "\n".join(f"| {first:20} | {second:600} |" for first, second in rows)
    _, chunks = split(note_of(text), FakeEmbedder(), ChunkingConfig(8, 60))
    assert any("speed" in chunk.text for chunk in chunks)
    assert [chunk.text for chunk in chunks if not any(map(str.isalnum, chunk.text))] == []


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, config=CONFIGS)
def test_every_character_that_is_read_lies_in_one_block(text: str, config: ChunkingConfig) -> None:
    blocks, _ = split(note_of(text), FakeEmbedder(), config)
    left_out = list(text)
    for block in blocks:
        left_out[block.start : block.end] = " " * (block.end - block.start)
    assert "".join(left_out).strip() == ""


def test_a_bullet_keeps_its_parents_and_headings() -> None:
    deep = "\n".join(f"\t- **Kind {n}**- " + "word " * 12 for n in range(8))
    note = note_of(f"# Course\n## Part\n- **Types of data**-\n{deep}\n")
    _, chunks = split(note, FakeEmbedder(), ChunkingConfig(30, 400))
    inner = [chunk for chunk in chunks if "Kind 5" in chunk.text]
    assert [chunk.heading_path for chunk in inner] == [("Course", "Part")]
    assert inner[0].parents == ("Types of data",)
    assert inner[0].embedding_text.startswith("Course > Part > Types of data\n")


def test_small_sections_share_a_block_and_large_lists_are_cut_between_items() -> None:
    small = "# A\n\n## One\n\n- x\n\n## Two\n\n- y\n"
    blocks, _ = split(note_of(small), FakeEmbedder(), ChunkingConfig(20, 60))
    assert [block.text for block in blocks] == [small.strip()]
    items = [f"- item {n} " + "word " * 15 for n in range(12)]
    blocks, _ = split(note_of("# A\n" + "\n".join(items)), FakeEmbedder(), ChunkingConfig(20, 60))
    assert len(blocks) > 2
    for block in blocks:
        assert re.match(r"(# A\n)?- item \d+ ", block.text)


def test_a_heading_is_never_left_alone_in_a_block() -> None:
    note = note_of("# Title\n\n## Long\n\n" + "A sentence of some words here. " * 40)
    blocks, _ = split(note, FakeEmbedder(), ChunkingConfig(30, 60))
    assert blocks[0].text.startswith("# Title\n\n## Long\n\nA sentence")


def test_a_window_that_would_be_exceeded_is_an_error_not_a_silent_cut() -> None:
    class Lying(FakeEmbedder):
        def token_starts(self, text):  # type: ignore[no-untyped-def]
            starts = super().token_starts(text)
            return starts if "\n" in text and not text.startswith("#") else starts[:0]

    note = note_of("# " + "long heading " * 60 + "\n" + "word " * 60)
    with pytest.raises(AssertionError, match="cut silently"):
        split(note, Lying(window_tokens=20), ChunkingConfig(20, 60))
