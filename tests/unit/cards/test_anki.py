"""Export to Anki: a second one updates, and retired cards stay at home."""

from __future__ import annotations

import builtins
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from card_setting import DAY, NOW, OVERFITTING, Notes, add, note

from assistant.cards.anki import write_apkg, write_tsv
from assistant.cards.card import CardDraft
from assistant.cards.deck import Deck
from assistant.errors import StudyError

TRICKY = CardDraft('<b>"x" & y</b>\tz\n# not a heading', "line one\nline two", tags=("two words", "ml"))


def package(file: Path, folder: Path) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Returns fields and tags of each note by its guid, and the numbers of decks and note types."""
    with zipfile.ZipFile(file) as archive:
        archive.extract("collection.anki2", folder)
    db = sqlite3.connect(folder / "collection.anki2")
    notes = {
        guid: [*fields.split("\x1f"), tags.strip()]
        for guid, fields, tags in db.execute("SELECT guid, flds, tags FROM notes")
    }
    decks, models = map(json.loads, db.execute("SELECT decks, models FROM col").fetchone())
    db.close()
    return notes, sorted(decks), sorted(models)


def test_an_export_holds_the_cards_with_their_source(deck: Deck, tmp_path: Path) -> None:
    card, tricky = add(deck, quote=OVERFITTING), deck.add(TRICKY, NOW)
    deck.delete(add(deck, "deleted").id, NOW)
    assert write_apkg(deck.cards(deleted=True), tmp_path / "a.apkg", NOW) == 2
    notes, _, _ = package(tmp_path / "a.apkg", tmp_path)
    assert notes == {
        card.id: [card.front, card.back, "ml.md &gt; Learning &gt; Fit", "Learning::Fit"],
        tricky.id: [
            "&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;\tz<br># not a heading",
            "line one<br>line two",
            "",
            "two_words ml",
        ],
    }


def test_a_second_export_updates_the_first(deck: Deck, tmp_path: Path) -> None:
    card = add(deck)
    write_apkg(deck.cards(), tmp_path / "a.apkg", NOW)
    first = package(tmp_path / "a.apkg", tmp_path)
    deck.edit(card.id, NOW, front="Better")
    add(deck, "new")
    write_apkg(deck.cards(), tmp_path / "a.apkg", NOW + DAY)
    second = package(tmp_path / "a.apkg", tmp_path)
    assert first[0].keys() < second[0].keys()
    assert second[0][card.id][0] == "Better"
    assert first[1:] == second[1:], "deck and note type are the same ones"


def test_retired_cards_stay_at_home(deck: Deck, tmp_path: Path) -> None:
    add(deck, quote=OVERFITTING)
    notes = Notes(note("# Empty\n", "other.md"))
    deck.refresh(notes.notes, notes.read, NOW)
    assert write_tsv(deck.cards(), tmp_path / "a.tsv") == 0


def test_without_genanki_the_error_says_how_to_get_it(
    deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "genanki":
            raise ModuleNotFoundError("No module named 'genanki'", name="genanki")
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StudyError, match="genanki") as fault:
        write_apkg([add(deck)], tmp_path / "a.apkg", NOW)
    assert "pip install" in fault.value.hint
    assert ".tsv" in fault.value.hint
    assert list(tmp_path.glob("*.apkg")) == []


def test_an_export_to_nowhere_is_an_error(deck: Deck, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        write_apkg([add(deck)], tmp_path / "nowhere" / "a.apkg", NOW)
