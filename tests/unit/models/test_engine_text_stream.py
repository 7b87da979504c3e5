import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models.llama.writer import TextStream


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_characters_come_out_whole(size):
    text = "Ä👩‍🔬日本 ok 🎓"
    stream = TextStream()
    shown = [stream.push(piece) for piece in pieces(text.encode(), size)]
    assert "".join(shown) == text
    assert all("�" not in part for part in shown)
    assert len(shown) > sum(bool(part) for part in shown) or size == 5


def test_an_unfinished_character_at_the_end_is_dropped():
    stream = TextStream()
    assert stream.push("né🎓".encode()[:-1]) + stream.finish() == "né"


def test_a_stop_text_over_several_pieces_ends_the_answer():
    stream = TextStream(stop=("\nQuestion:",))
    shown = [stream.push(piece) for piece in (b"Paris.", b"\nQues", b"tion: next", b" more")]
    assert shown == ["Paris.", "", "", ""]
    assert stream.stopped
    assert stream.finish() == ""


def test_what_only_looked_like_a_stop_text_is_shown():
    stream = TextStream(stop=("\nQuestion:",))
    assert stream.push(b"one\nQuest") == "one"
    assert stream.push(b"s") == "\nQuests"
    assert stream.push(b"\nQ") == ""
    assert stream.finish() == "\nQ"
    assert not stream.stopped


@given(st.text(), st.integers(1, 7), st.lists(st.text(min_size=1, max_size=4), max_size=3))
def test_any_text_in_any_pieces_ends_before_the_first_stop_text(text, size, stop):
    stream = TextStream(tuple(stop))
    shown = "".join(stream.push(piece) for piece in pieces(text.encode(), size)) + stream.finish()
    ends = [text.index(word) for word in stop if word in text]
    assert stream.stopped == bool(ends)
    if not ends:
        assert shown == text
    else:
        # Of two stop texts that overlap, the one that is complete first ends the answer.
        assert text.startswith(shown)
        assert any(text[len(shown) :].startswith(word) for word in stop)
