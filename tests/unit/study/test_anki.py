"""Exchange with Anki: a second export updates, and a table comes back as it went."""

from __future__ import annotations

import builtins
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import pytest
from card_setting import DAY, NOW, OVERFITTING, Notes, add, answer, note

from assistant.errors import StudyError
from assistant.study.anki import write_apkg
from assistant.study.card_table import Row, add_rows, read_tsv, write_tsv
from assistant.study.cards import Card, Draft, Origin
from assistant.study.deck import Deck

TRICKY = Draft('<b>"x" & y</b>\tz\n# not a heading', "line one\nline two", tags=("two words", "ml"))


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


# Tables


def sides(cards: tuple[Card, ...] | list[Card]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(card.front, card.back, card.tags) for card in cards]


def test_a_table_comes_back_as_it_went(deck: Deck, tmp_path: Path) -> None:
    answer(deck, add(deck, quote=OVERFITTING), "3")
    deck.add(TRICKY, NOW)
    deck.add(Draft("# begins like a remark", 'a "quote'), NOW)
    before = deck.cards()
    assert write_tsv(before, tmp_path / "a.tsv") == 3
    done = add_rows(deck, read_tsv(tmp_path / "a.tsv"), NOW + DAY)
    assert (done.added, done.updated, done.known) == ((), (), 3)
    assert deck.cards() == before


def test_a_changed_line_of_our_table_changes_its_card(deck: Deck, tmp_path: Path) -> None:
    card = answer(deck, add(deck, "front"), "3")
    write_tsv(deck.cards(), tmp_path / "a.tsv")
    text = (tmp_path / "a.tsv").read_text().replace("\tfront\t", "\tbetter\t")
    (tmp_path / "a.tsv").write_text(text)
    assert sides(add_rows(deck, read_tsv(tmp_path / "a.tsv"), NOW).updated) == [("better", card.back, ())]
    assert deck.card(card.id).schedule == card.schedule


def test_a_simple_table_makes_cards_once(deck: Deck, tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_bytes("\ufeffQ1\tA1\r\n\r\nÜ\tß\tbio ch 3\r\n".encode())
    done = add_rows(deck, read_tsv(file), NOW)
    assert sides(done.added) == [("Q1", "A1", ()), ("Ü", "ß", ("bio", "ch", "3"))]
    assert {card.origin for card in done.added} == {Origin.FILE}
    file.write_text("Q1\tcorrected\nÜ\tß\tbio ch 3\n", encoding="utf-8")
    again = add_rows(deck, read_tsv(file), NOW)
    assert (len(again.added), sides(again.updated), again.known) == (0, [("Q1", "corrected", ())], 1)
    assert [card.id for card in again.updated] == [done.added[0].id]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"with\nbreak"\tback\n', [Row("with\nbreak", "back")]),
        ('"quoted" word\tback\n', [Row('"quoted" word', "back")]),
        ('an "inner" quote\tback\n', [Row('an "inner" quote', "back")]),
        ('"open\tback\nsecond\tback\n', [Row('"open', "back"), Row("second", "back")]),
        ("#separator:tab\n#tags column:1\nt1 t2\tfront\tback\n", [Row("front", "back", ("t1", "t2"))]),
        ("#guid column:3\nfront\tback\tabc\n", [Row("front", "back", (), "abc")]),
        ("", []),
    ],
)
def test_tables_as_people_and_programs_write_them(tmp_path: Path, text: str, rows: list[Row]) -> None:
    (tmp_path / "a.tsv").write_text(text, encoding="utf-8")
    assert read_tsv(tmp_path / "a.tsv") == rows


@pytest.mark.parametrize("line", ["only one side", "front\t", "\tback", "front\t \ttag"])
def test_a_line_without_two_sides_is_named_and_nothing_is_imported(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.tsv").write_text(f"Q\tA\n{line}\n", encoding="utf-8")
    with pytest.raises(StudyError, match="Card 2"):
        read_tsv(tmp_path / "a.tsv")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="UTF-8"):
        read_tsv(tmp_path / "a.tsv")
    with pytest.raises(StudyError, match="cannot be read"):
        read_tsv(tmp_path / "b.tsv")
