from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.index.chunking import split_text

PARTS = st.sampled_from(
    ["a", "word", " ", "  ", "\n", "\n\n", "\t", ". ", ".", "? ", "!", ", ", "; ", "é", "🙂", "漢字"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=80).map("".join), st.integers(1, 30))
def test_pieces_join_to_the_text_and_fit(text: str, limit: int) -> None:
    pieces = split_text(text, limit, len)
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= limit for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, max_size=80).map("".join), st.integers(1, 10))
def test_a_measure_that_gives_blanks_no_length_is_lossless_too(text: str, limit: int) -> None:
    def count(piece: str) -> int:
        return len("".join(piece.split()))

    pieces = split_text(text, limit, count)
    assert "".join(pieces) == text
    assert all(count(piece) <= limit for piece in pieces)


def test_a_text_longer_than_the_window_is_whole_too() -> None:
    text = "Some words that go on. " * 5000
    pieces = split_text(text, 100, len)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 100


def test_sentences_are_kept_whole_where_they_fit() -> None:
    assert split_text("One two. Three four. Five six.", 13, len) == ["One two. ", "Three four. ", "Five six."]
