"""Cards as a package for Anki. The one door to ``genanki``, which only an export of an ``.apkg`` file needs.

A note's guid in Anki is the card's id, and the numbers of deck and note type are fixed, so that a second export updates
what the first one brought and leaves Anki's own schedule as it is.

Source: https://github.com/kerrickstaley/genanki
"""

from __future__ import annotations

import html
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.errors import StudyError
from assistant.study.card_table import exportable, tags_of
from assistant.study.cards import Card
from assistant.study.transfer import write_whole

DECK_NAME = "Study assistant"
_DECK_ID = 1_926_041_833  # fixed for ever: by these numbers Anki knows deck and note type again
_MODEL_ID = 1_607_392_541
_FIELDS = ("Front", "Back", "Source")
_STYLE = (
    ".card { font-family: sans-serif; font-size: 20px; text-align: left; max-width: 40em; margin: 1em auto; }\n"
    ".source { color: gray; font-size: 14px; margin-top: 1.5em; }\n"
)
_BACK = '{{FrontSide}}<hr id="answer">{{Back}}<div class="source">{{Source}}</div>'


def write_apkg(cards: Iterable[Card], file: Path, now: datetime) -> int:
    """Writes a package for Anki, whole or not at all, and returns the number of cards in it.

    Raises:
        StudyError: ``genanki`` is not installed, or the file cannot be written.
    """
    genanki = _genanki()
    deck = genanki.Deck(_DECK_ID, DECK_NAME)
    model = genanki.Model(
        _MODEL_ID,
        DECK_NAME,
        fields=[{"name": name} for name in _FIELDS],
        templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": _BACK}],
        css=_STYLE,
    )
    chosen = exportable(cards)
    for card in chosen:
        fields = [_markup(card.front), _markup(card.back), _markup(_source(card))]
        deck.add_note(genanki.Note(model, fields, guid=card.id, tags=list(tags_of(card))))
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "cards.apkg"
        genanki.Package(deck).write_to_file(str(package), timestamp=now.timestamp())
        write_whole(file, package.read_bytes())
    return len(chosen)


def _source(card: Card) -> str:
    return " > ".join((card.note, *card.topic)) if card.note else ""


def _markup(text: str) -> str:
    """Returns a side of a card as Anki shows it as written: no markup, no sound, no LaTeX, which Anki would run."""
    return html.escape(text).replace("[", "&#91;").replace("{", "&#123;").replace("\n", "<br>")


def _genanki() -> Any:
    try:
        import genanki
    except ImportError as error:
        raise StudyError(
            "Writing .apkg files needs the package genanki, which is not installed.",
            hint=f'Install it: "{sys.executable}" -m pip install genanki - or name a .tsv file: Anki reads it too.',
        ) from error
    return genanki
