"""Function words of a question in another language say nothing of its subject."""

from __future__ import annotations

import pytest

from assistant.index.words import content_words, language_of


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Was versteht man unter dem Trittbrettfahrerproblem?", ["trittbrettfahrerproblem"]),
        ("Warum ist das nominale BIP ein schlechtes Maß?", ["nominale", "bip", "schlechtes", "mass"]),
        ("Pourquoi la chute de la monarchie est-elle rapide ?", ["chute", "monarchie", "rapide"]),
        ("¿Qué es la fotosíntesis?", ["fotosintesis"]),
        ("Perché la luce del sole è bianca?", ["luce", "sole", "bianca"]),
    ],
)
def test_what_is_asked_about_is_left(question: str, said: list[str]) -> None:
    assert content_words(question) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What is an OS?", ["os"]),
        ("Who was in Die Hard?", ["die", "hard"]),
        ("DES and AES", ["des", "aes"]),
        ("the man in the middle attack", ["man", "middle", "attack"]),
        ("la la", ["la"]),
        ("man", ["man"]),
    ],
)
def test_english_words_and_names_stay(text: str, said: list[str]) -> None:
    assert content_words(text) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was ist der Unterschied zwischen Soll und Haben?", "de"),
        ("Pourquoi la chute de la monarchie est-elle rapide ?", "fr"),
        ("¿Qué es la fotosíntesis?", "es"),
        ("Perché la luce del sole è bianca?", "it"),
        ("What was the die made of?", "en"),
        ("SWOT", "en"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
