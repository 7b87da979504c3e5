"""Whatever the note and the settings: chunks are stretches of the note, in order, overlap as said, and lose no word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.config import ChunkingConfig
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.lab.charts.chunks import first_part, stretches
from assistant.lab.lessons.cutting import OURS, SPLITTERS, CutSettings, cut
from assistant.testing import FakeEmbedder

TEXTS = st.lists(
    st.sampled_from(
        ["# Head", "one two three.", "A sentence ends. Another one!", "- item", "", "  ", "word " * 30, "é漢🙂"]
    ),
    max_size=25,
).map("\n".join)
OTHERS = sorted(set(SPLITTERS) - {OURS})


@st.composite
def ways(draw: st.DrawFn) -> CutSettings:
    splitter = draw(st.sampled_from(sorted(SPLITTERS)))
    size = draw(st.integers(8, 100))
    return CutSettings(splitter, size, 0 if splitter == OURS else draw(st.integers(0, size - 2)))


@settings(max_examples=200)
@given(text=TEXTS, way=ways())
def test_chunks_are_stretches_of_the_note_in_order(text: str, way: CutSettings) -> None:
    _, cuts = cut(parse("n.md", text, "markdown", "n"), way, FakeEmbedder(), ChunkingConfig(way.size_tokens, 120))
    behind = 0
    for piece in cuts:
        chunk = piece.chunk
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.start <= piece.fresh < chunk.end
        assert piece.fresh >= behind  # what is new follows what was new before
        assert chunk.start < piece.read_to <= chunk.end
        behind = chunk.end


@settings(max_examples=200)
@given(text=TEXTS, splitter=st.sampled_from(OTHERS), size=st.integers(4, 60), data=st.data())
def test_no_word_is_lost_and_sizes_and_overlaps_are_as_asked(
    text: str, splitter: str, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, size - 2))
    embedder = FakeEmbedder()
    note = parse("n.md", text, "markdown", "n")
    _, cuts = cut(note, CutSettings(splitter, size, overlap), embedder, ChunkingConfig())
    left = list(text)
    for place, piece in enumerate(cuts):
        left[piece.fresh : piece.chunk.end] = " " * (piece.chunk.end - piece.fresh)
        shared = embedder.token_starts(text[piece.chunk.start : piece.fresh]).size
        before = embedder.token_starts(text[: piece.fresh]).size
        assert shared == min(overlap, before) if place else shared == 0
        assert embedder.token_starts(piece.chunk.text).size <= size
    assert "".join(left).strip() == ""


@settings(max_examples=200)
@given(text=TEXTS, way=ways())
def test_the_drawing_joins_to_the_text_and_marks_what_is_shared(text: str, way: CutSettings) -> None:
    embedder = FakeEmbedder(window_tokens=20)
    config = ChunkingConfig(min(way.size_tokens, 12), 120)
    _, cuts = cut(parse("n.md", text, "markdown", "n"), way, embedder, config)
    drawn = list(stretches(text, cuts))
    assert "".join(stretch.text for stretch in drawn) == text
    at = 0
    for stretch in drawn:
        holding = [i for i, piece in enumerate(cuts) if piece.chunk.start <= at < piece.chunk.end]
        owner = next((i for i in holding if cuts[i].fresh <= at), None)
        assert (stretch.chunk, stretch.shared) == (owner, len(holding) > 1)
        assert stretch.unread == (bool(holding) and all(cuts[i].read_to <= at for i in holding))
        at += len(stretch.text)


def test_fixed_tokens_by_hand() -> None:
    note = parse("n.md", "a b c d e f g h", "text", "n")
    _, cuts = cut(note, CutSettings("tokens", 4, 1), FakeEmbedder(), ChunkingConfig())
    assert [piece.chunk.text for piece in cuts] == ["a b c", "c d e f", "f g h"]


def test_sentences_by_hand() -> None:
    note = parse("n.md", "One two. Three four five. Six.\nA very long sentence of eight words it is.", "text", "n")
    _, cuts = cut(note, CutSettings("sentences", 8), FakeEmbedder(), ChunkingConfig())
    shown = [piece.chunk.text for piece in cuts]
    assert shown[:2] == ["One two. Three four five.", "Six."]
    assert " ".join(shown[2:]) == "A very long sentence of eight words it is."
    assert len(shown) > 3


def test_what_the_embedder_does_not_read_is_known() -> None:
    note = parse("n.md", " ".join(f"w{n}" for n in range(30)), "text", "n")
    _, (piece,) = cut(note, CutSettings("tokens", 30), FakeEmbedder(window_tokens=10), ChunkingConfig())
    assert note.text[: piece.read_to].split() == [f"w{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("wrong", "value"),
    [(("none", 10), "none"), (("tokens", 0), "0"), (("tokens", 10, 10), "10"), (("ours", 50, 5), "5")],
)
def test_impossible_settings_are_refused_with_the_value(wrong: tuple[str, int, int], value: str) -> None:
    with pytest.raises(UsageError, match=value):
        CutSettings(*wrong)


def test_a_long_note_is_shown_up_to_a_heading() -> None:
    text = "".join(f"# Part {n}\n\n{'word ' * 50}\n\n" for n in range(10))
    note = parse("n.md", text, "markdown", "n")
    assert first_part(note, 10_000) is note
    shown = first_part(note, 700).text
    assert text.startswith(shown) and len(shown) <= 700
    assert text[len(shown) :].startswith("# Part 2")
    assert len(first_part(parse("n.md", "x" * 900, "text", "n"), 700).text) == 700
