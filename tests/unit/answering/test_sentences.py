import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents.sentences import SentenceSplitter, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("It costs 3.5 dollars. Cheap!", ["It costs 3.5 dollars.", "Cheap!"]),
        ("Services, e.g. Polly, speak. They talk.", ["Services, e.g. Polly, speak.", "They talk."]),
        ("Types:\n- **Batch**: many\n- Real-time", ["Types:", "- **Batch**: many", "- Real-time"]),
        ("1. Collect data.\n2. Clean it.", ["1. Collect data.", "2. Clean it."]),
        ("Is it? Yes. (No.) Done", ["Is it?", "Yes.", "(No.)", "Done"]),
        ('He said "stop." Then left.', ['He said "stop."', "Then left."]),
        ("  \n\n ", []),
        ("", []),
        ("no end", ["no end"]),
        ("AI vs. ML is asked. See fig. 3.", ["AI vs. ML is asked.", "See fig. 3."]),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(
    st.lists(
        st.sampled_from(["A", "b", ". ", ".", "! ", "\n", " ", "e.g. ", "3.5", "- x", "\n\n", "é", '."', "。", "！」"])
    ).map("".join)
)
def test_pieces_of_any_size_give_the_same_sentences(text: str) -> None:
    whole = split_sentences(text)
    splitter = SentenceSplitter()
    found = [span for char in text for span in splitter.feed(char)]
    assert found + splitter.finish() == whole
    end = 0
    for start, stop in whole:
        assert start >= end
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    kept = "".join(text[start:stop] for start, stop in whole)
    assert "".join(kept.split()) == "".join(text.split())


def test_full_stops_of_chinese_and_japanese_end_sentences() -> None:
    text = "光合成は葉緑体で行われる。植物は糖を作る！「本当？」と言った。 おわり"
    assert [text[low:high] for low, high in split_sentences(text)] == [
        "光合成は葉緑体で行われる。",
        "植物は糖を作る！",
        "「本当？」",
        "と言った。",
        "おわり",
    ]
