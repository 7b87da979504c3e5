"""The language of a text: of prose, and of notes in bare phrases."""

from __future__ import annotations

import pytest

from assistant.documents.language import language_of

PHRASES = """
## Sluice

- gate of oak, iron bands, tarred every second summer
- raised with rack, lowered by hand, keeper lives nearby
- boards across flow, each twelve centimetres wide

## Weir

- low wall, stone on clay, holds river level all year
- flood passes over, boats wait in basin until evening
- fish ladder: ten pools, forty centimetres apart
- repairs: every spring, dry month, two masons, four carts
- built for mills, later used as crossing
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PHRASES, "en"),
        ("Die Schleuse ist ein Bauwerk, mit dem Schiffe einen Höhenunterschied überwinden.", "de"),
        ("Sulku pidättää vettä, pato ohjaa sen myllylle, ja veneet odottavat altaassa iltaan asti.", ""),
        ("sluice weir towpath basin lock gate oak iron clay stone", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language
