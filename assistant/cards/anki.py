"""Writes cards for Anki: as a table, and as a package. The one door to ``genanki``."""

from __future__ import annotations

import csv
import html
import io
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.cards.anki_text import read_field
from assistant.cards.card import AnchorState, Card
from assistant.cards.card_rows import topic_tag
from assistant.errors import StudyError
from assistant.study.transfer import write_export

_MEANS_MORE = ("#", "=", "+", "-", "@", "\t", "\r")
"""See https://owasp.org/www-community/attacks/CSV_Injection."""


def exportable(cards: Iterable[Card]) -> list[Card]:
    """Returns the cards that an export holds: all but the deleted and the retired ones."""
    return [card for card in cards if card.deleted_at is None and card.anchor_state is not AnchorState.RETIRED]


def tags_of(card: Card) -> tuple[str, ...]:
    """Returns the card's tags, and its headings as one, in Anki's manner: ``Generative_AI::Tokens``."""
    return tuple(dict.fromkeys(filter(None, (*card.tags, topic_tag(card)))))


def write_tsv(cards: Iterable[Card], file: Path) -> int:
    """Writes a table that Anki imports as it stands, and ``read_table`` reads; returns the number of cards.

    Raises:
        StudyError: The file cannot be written.
    """
    chosen = exportable(cards)
    text = io.StringIO()
    text.write("#separator:tab\n#html:false\n#guid column:1\n#tags column:4\n")
    table = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for card in chosen:
        table.writerow([card.id, *map(_harmless, (card.front, card.back, " ".join(tags_of(card))))])
    write_export(file, text.getvalue().encode("utf-8", "replace"))
    return len(chosen)


def _harmless(cell: str) -> str:
    """Returns a cell that begins with a blank where Anki would read it as a remark, or a spreadsheet as a formula."""
    return f" {cell}" if cell.startswith(_MEANS_MORE) else cell


DECK_NAME = "Study assistant"
_DECK_ID = 1_926_041_833  # fixed for ever: by these numbers Anki knows deck and note type again
MODEL_ID = 1_607_392_541
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
        MODEL_ID,
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
        write_export(file, package.read_bytes())
    return len(chosen)


def _source(card: Card) -> str:
    return " > ".join((card.note, *card.topic)) if card.note else ""


def _markup(text: str) -> str:
    """Returns a side of a card as Anki shows it as written: no markup, no sound, no LaTeX, which Anki would run."""
    return html.escape(text).replace("[", "&#91;").replace("{", "&#123;").replace("\n", "<br>")


def plain_side(field: str) -> str:
    """Returns the side of a card that an export of ours has as ``field``; if it was edited in Anki, as it is now."""
    if "<" in field.replace("<br>", ""):
        return read_field(field).text
    return html.unescape(field.replace("<br>", "\n")).strip()


def deck_names(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the names of a deck of Anki's that say something: not those of the decks that nobody named."""
    found = tuple(name.strip() for name in names if name.strip())
    return () if found in ((DECK_NAME,), ("Default",)) else found


def _genanki() -> Any:
    try:
        import genanki
    except ImportError as error:
        raise StudyError(
            "Writing .apkg files needs the package genanki, which is not installed.",
            hint=f'Install it: "{sys.executable}" -m pip install genanki - or name a .tsv file: Anki reads it too.',
        ) from error
    return genanki
