"""Pieces as they are shown, what they cost, and the texts to compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.lab.lessons.tokens import (
    EXAMPLES,
    Price,
    Split,
    TokenPiece,
    bill,
    density_chart,
    embedder_split,
    generator_split,
    premium_chart,
)
from assistant.models.llama.library import LlamaModel


class SpacePrefixed:
    """A vocabulary like Llama 2's, which reads a blank in front of every text."""

    def tokenize(self, text: str, *, special: bool) -> tuple[int, ...]:
        return tuple(f" {text}".encode())

    def piece(self, token: int) -> bytes:
        return bytes([token])


def words(text: str, name: str = "words") -> Split:
    """A tokenizer with a piece for each word."""
    parts = text.split(" ")
    pieces = [TokenPiece(len(part), "", (part + " " * (i < len(parts) - 1)).encode()) for i, part in enumerate(parts)]
    return Split(name, tuple(pieces))


def test_a_broken_character_is_shown_as_bytes_and_named() -> None:
    piece = TokenPiece(1, "", b" \xe6\xbc", "漢")
    assert piece.runs == ((" ", True), ("E6 BC", False))
    assert TokenPiece(2, "", "né".encode()).runs == (("né", True),)


def test_a_blank_that_a_vocabulary_adds_is_no_text() -> None:
    split = generator_split(SpacePrefixed(), "hi", "spm")  # type: ignore[arg-type]
    assert split.text == "hi"
    assert split.count == 3
    assert split.pieces[0].data == b""


@pytest.mark.embedder
def test_the_searching_model_loses_what_it_does_not_know(models_dir: Path) -> None:
    embedder = SentenceTransformerEmbedder(models_dir / "all-minilm-l6-v2", "m", threads=1)
    split = embedder_split(embedder, "A Café 🎉!", "searcher")
    shown = [(piece.token, piece.data.decode()) for piece in split.pieces]
    assert shown == [("a", "A"), ("", " "), ("cafe", "Café"), ("", " "), ("[UNK]", "🎉"), ("!", "!")]
    assert (split.count, split.unknown) == (4, 1)
    assert split.chars_per_token == 9 / 4


def test_a_bill_worked_by_hand() -> None:
    found = bill(1500, 500, Price(2.0, 8.0), context_tokens=4000)
    assert found.cost == pytest.approx(0.003 + 0.004)
    assert found.share == 0.5
    assert found.fits == 2  # 3,500 are left beside the answer


def test_what_does_not_fit_and_what_is_empty() -> None:
    assert bill(5000, 0, Price(1, 1), 4096).fits == 0
    assert bill(0, 0, Price(1, 1), 4096).fits == 0
    assert bill(10, 5000, Price(1, 1), 4096).fits == 0


@pytest.mark.parametrize("price", [(-1.0, 0.0), (0.0, float("inf")), (float("nan"), 0.0)])
def test_an_impossible_price_is_refused_with_its_value(price: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match=r"-1|inf|nan"):
        Price(*price)


def test_the_premium_is_the_dearest_way_against_english() -> None:
    chart = premium_chart([words, words])
    assert [len(series.x) for series in chart.series] == [sum(e.is_translation for e in EXAMPLES)] * 2
    english = len(EXAMPLES[0].text.split(" "))
    assert chart.series[0].y[0] == english
    assert f"{english} tokens in English" in chart.says


def test_the_own_text_stands_first_among_the_others() -> None:
    chart = density_chart("ab cd", [words])
    assert chart.series[0].x[0] == "Your text"
    assert chart.series[0].y[0] == 2.5


@pytest.mark.model
def test_frequent_english_is_dense_and_the_rest_costs_more(small_model_path: Path) -> None:
    with LlamaModel(small_model_path, vocabulary_only=True) as model:
        chart = premium_chart([lambda text: generator_split(model, text, "small")])
        assert [piece.runs[0][0] for piece in generator_split(model, "is learning", "small").pieces] == [
            "is",
            " learning",
        ]
    counts = dict(zip(chart.series[0].x, chart.series[0].y, strict=True))
    assert min(counts, key=lambda name: counts[name]) == "English"
    assert counts["Typos"] > 1.5 * counts["English"]
