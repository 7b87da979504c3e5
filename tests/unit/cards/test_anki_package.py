"""Packages of Anki's: read as Anki shows them, in every version's form, or refused in a sentence."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from anki_made import BASIC, CREATED_S, GAPS, MadePackage, zipped
from card_setting import DAY, NOW, OVERFITTING, add, answer

from assistant.cards import anki_collection
from assistant.cards.anki import write_apkg, write_tsv
from assistant.cards.card import CardDraft
from assistant.cards.card_rows import CardRow, FoundCards, add_rows
from assistant.cards.card_table import read_cards
from assistant.cards.deck import Deck
from assistant.cards.scheduling import CardPhase, CardScheduler, Rating
from assistant.core.json_form import time_text
from assistant.errors import StudyError
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import ProgressTransfer

MEMBERS = ("collection.anki2", "collection.anki21", "collection.anki21b")
START = datetime.fromtimestamp(CREATED_S, UTC)


def read(file: Path) -> FoundCards:
    return read_cards(file, CardScheduler())


def sides(found: FoundCards) -> list[tuple[str, str]]:
    return [(row.front, row.back) for row in found.rows]


@pytest.mark.parametrize("member", MEMBERS)
def test_every_form_gives_the_same_cards(tmp_path: Path, member: str) -> None:
    made = MadePackage().add(0, "What is <b>DNA</b>?", "A&nbsp;molecule<br>with letters", tags=" bio exam ")
    made.add(1, "cell", "Zelle").add(2, "{{c1::Rome}} is in {{c2::Italy::country}}", "in <i>Europe</i>", deck=1)
    assert read(made.write(tmp_path / "a.apkg", member)) == FoundCards(
        (
            CardRow("What is DNA?", "A molecule\nwith letters", ("bio", "exam"), "guid1", 0, ("Bio", "Cells")),
            CardRow("cell", "Zelle", (), "guid2", 0, ("Bio", "Cells")),
            CardRow("Zelle", "cell", (), "guid2", 1, ("Bio", "Cells")),
            CardRow("_____ is in Italy", "Rome\nin Europe", (), "guid3", 0),
            CardRow("Rome is in _____ (country)", "Italy\nin Europe", (), "guid3", 1),
        )
    )


def test_templates_show_what_anki_shows(tmp_path: Path) -> None:
    made = MadePackage(
        types=[
            (
                "Country",
                0,
                ("Country", "Capital", "River", "Hint"),
                [
                    (
                        "<style>b {}</style>Capital of {{Country}}?{{#River}} It is on the {{River}}.{{/River}}"
                        "{{^Hint}} No hint.{{/Hint}}{{hint:Hint}}{{type:Capital}}<script>go();</script>",
                        "<div>{{Country}}</div><hr id='answer'>It is {{text:Capital}}. {{Nothing}}",
                    )
                ],
            )
        ]
    )
    made.add(0, "France", "Paris", "Seine", "").add(0, "Spain", "Madrid", "<br>", "Real")
    assert sides(read(made.write(tmp_path / "a.apkg"))) == [
        ("Capital of France? It is on the Seine. No hint.", "It is Paris."),
        ("Capital of Spain?", "It is Madrid."),
    ]


def test_media_are_left_out_and_said(tmp_path: Path) -> None:
    made = (
        MadePackage().add(0, 'A <img src="leaf.png"> leaf', "[sound:x.mp3]das Blatt").add(0, "<img src='y.png'>", "a")
    )
    made.add(0, "only a front", "").add(2, "{{c1::image-occlusion:rect:left=.1}}", "")
    found = read(made.write(tmp_path / "a.apkg"))
    assert sides(found) == [("A [picture: leaf.png] leaf", "das Blatt")]
    assert found.remarks == (
        "2 cards were left out: a side is only a picture or a sound.",
        "1 card was left out: a side is empty.",
        "3 pictures or sounds were not taken over: of pictures the names are kept.",
    )


def test_what_was_exported_comes_back(deck: Deck, tmp_path: Path) -> None:
    answer(deck, add(deck, quote=OVERFITTING), "3")
    deck.add(CardDraft('<b>"x" & y</b>\tz  w\n# {{c1::no gap}}', "one\n\n  two [$]a[/$]", tags=("a b", "ml")), NOW)
    before = deck.cards()
    for name, write in (
        ("a.apkg", lambda file: write_apkg(before, file, NOW)),
        ("a.tsv", lambda f: write_tsv(before, f)),
    ):
        file = tmp_path / name
        write(file)
        done = add_rows(deck, read(file).rows, NOW + DAY)
        assert (done.added, done.updated, done.known) == ((), (), 2)
        assert deck.cards() == before
    with closing(StudyDatabase(tmp_path / "other.db", MIGRATIONS)) as database:
        other = Deck(database)
        for name in ("a.apkg", "a.tsv", "a.apkg"):
            add_rows(other, read(tmp_path / name).rows, NOW, keep_schedule=True)
        assert [(card.front, card.back) for card in other.cards()] == [(card.front, card.back) for card in before]
        assert [card.tags for card in other.cards()] == [("Learning::Fit",), ("a_b", "ml")]


# When cards are due


def learned(tmp_path: Path, **card: object) -> CardRow:
    made = MadePackage().add(0, "front", "back", **card)
    made.answers.append((1000 * (CREATED_S + 20 * 86_400), 100))
    (row,) = read(made.write(tmp_path / "a.apkg")).rows
    return row


def test_a_learned_card_keeps_its_day_and_gets_a_memory(tmp_path: Path) -> None:
    schedule = learned(tmp_path, type=2, queue=2, due=50, ivl=30, factor=2500, lapses=3).schedule
    assert schedule is not None
    assert (schedule.due_at, schedule.reviewed_at) == (START + timedelta(days=50), START + timedelta(days=20))
    assert (schedule.phase, schedule.stability, schedule.lapses) == (CardPhase.REVIEW, 30, 3)
    scheduler = CardScheduler()
    assert scheduler.retrievability(schedule, schedule.due_at) == pytest.approx(0.9)
    after = scheduler.review(schedule, Rating.GOOD, schedule.due_at).stability
    assert after == pytest.approx(75, rel=0.01), (
        "a review on the day multiplies the interval by the ease, as it would there"
    )


def test_a_memory_of_fsrs_is_taken_as_it_is(tmp_path: Path) -> None:
    schedule = learned(tmp_path, type=2, due=50, ivl=30, factor=2500, data='{"s":41.5,"d":6.25,"dr":0.9}').schedule
    assert schedule is not None
    assert (schedule.stability, schedule.difficulty) == (41.5, 6.25)


@pytest.mark.parametrize(
    ("card", "due"),
    [
        ({"type": 0, "due": 4}, None),
        ({"type": 1, "queue": 1, "due": CREATED_S + 600}, None),
        ({"type": 3, "queue": 1, "due": CREATED_S + 600, "ivl": 5}, START + timedelta(minutes=10)),
        ({"type": 2, "due": 3, "odue": 40, "odid": 7, "ivl": 9}, START + timedelta(days=40)),
        ({"type": 2, "due": 10**12, "ivl": 9}, None),
        ({"type": 2, "due": -(10**15), "ivl": 9}, None),
        ({"type": 2, "due": 5, "ivl": -90, "factor": 0, "data": "not JSON"}, START + timedelta(days=5)),
        ({"type": 2, "due": 5, "ivl": 10**15, "data": '{"s": 1e300, "d": 99}'}, START + timedelta(days=5)),
    ],
)
def test_what_cannot_be_taken_over_begins_anew(
    deck: Deck, tmp_path: Path, card: dict[str, object], due: object
) -> None:
    row = learned(tmp_path, **card)
    assert (row.schedule.due_at if row.schedule else None) == due
    (added,) = add_rows(deck, [row], NOW, keep_schedule=True).added
    assert deck.card(added.id) == added, "it can be stored and read"
    assert all(away > timedelta(0) for away in deck.reviews.preview(added, NOW).values())


def test_times_are_kept_only_if_wanted_and_never_over_answers_given_here(deck: Deck, tmp_path: Path) -> None:
    row = learned(tmp_path, type=2, queue=-1, due=50, ivl=30, factor=2500)
    (card,) = add_rows(deck, [row], NOW).added
    assert card.schedule.phase is CardPhase.NEW and not card.suspended
    (card,) = add_rows(deck, [row], NOW, keep_schedule=True).updated
    assert card.schedule == row.schedule and card.suspended
    assert add_rows(deck, [row], NOW, keep_schedule=True).known == 1
    deck.suspend(card.id, NOW, suspended=False)
    given = answer(deck, deck.card(card.id), "3").schedule
    add_rows(deck, [row], NOW, keep_schedule=True)
    assert deck.card(card.id).schedule == given


def test_a_backup_keeps_the_times_that_came_from_anki(deck: Deck, tmp_path: Path) -> None:
    row = learned(tmp_path, type=2, due=50, ivl=30, factor=2500)
    (card,) = add_rows(deck, [row], NOW, keep_schedule=True).added
    carrier = ProgressTransfer(deck.store, deck.scheduler)
    untouched = carrier.write(NOW)
    carrier.merge(untouched)
    assert deck.card(card.id).schedule == row.schedule
    answered = answer(deck, card, "3")
    carrier.merge(untouched)
    assert deck.card(card.id) == answered
    deck.reviews.undo(NOW)
    carrier.merge(carrier.write(NOW))
    assert deck.card(card.id).schedule == row.schedule


def test_two_computers_that_answered_it_agree(deck: Deck, tmp_path: Path) -> None:
    row = learned(tmp_path, type=2, due=50, ivl=30, factor=2500)
    (card,) = add_rows(deck, [row], NOW, keep_schedule=True).added
    carrier = ProgressTransfer(deck.store, deck.scheduler)
    with closing(StudyDatabase(tmp_path / "other.db", MIGRATIONS)) as database:
        other = Deck(database)
        theirs = ProgressTransfer(other.store, other.scheduler)
        theirs.merge(carrier.write(NOW))
        answer(deck, card, "3", START + timedelta(days=50))
        answer(other, other.card(card.id), "1", START + timedelta(days=51))
        theirs.merge(carrier.write(NOW))
        carrier.merge(theirs.write(NOW))
        assert deck.card(card.id).schedule == other.card(card.id).schedule
        first, second = deck.store.reviews(card.id)
        assert first.before == row.schedule and second.before.stability == pytest.approx(75, rel=0.01)


# Files that somebody damaged, or made to do harm


def refused(file: Path) -> StudyError:
    with pytest.raises(StudyError) as error:
        read(file)
    assert error.value.hint and file.name in error.value.message and len(error.value.message) < 400
    return error.value


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.apkg").write_bytes(b"no archive")
    assert "damaged" in refused(tmp_path / "a.apkg").message
    assert "no package" in refused(zipped(tmp_path / "b.apkg", {"readme.txt": b"x"})).message
    assert (
        "no package"
        in refused(zipped(tmp_path / "c.zip", {"../collection.anki2": b"x", "/collection.anki2": b""})).message
    )
    assert list(tmp_path.parent.glob("collection*")) == []
    assert "cannot be read" in refused(tmp_path / "nothing.apkg").message


@pytest.mark.parametrize("member", MEMBERS)
def test_a_damaged_database_is_refused_wherever_it_is_cut(tmp_path: Path, member: str) -> None:
    made = MadePackage().add(0, "front" * 400, "back" * 400).add(1, "a", "b")
    data = made.database(new=member.endswith("b"))
    for cut in (0, 10, 100, 1000, len(data) // 2, len(data) - 5000):
        broken = data[:cut] + bytes(len(data) - cut)
        for found in (data[:cut], broken):
            packed = zstandard.compress(found) if member.endswith("b") else found
            refused(zipped(tmp_path / "a.apkg", {member: packed}))
    refused(zipped(tmp_path / "a.apkg", {member: zstandard.compress(data)[:-9]}))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki_collection, "MAX_BYTES", 3_000_000)
    for member, data in (
        ("collection.anki21b", zstandard.compress(bytes(9_000_000))),
        ("collection.anki2", bytes(9_000_000)),
    ):
        assert "3 MB" in refused(zipped(tmp_path / "a.apkg", {member: data})).message


def test_a_locked_archive_is_named(tmp_path: Path) -> None:
    file = MadePackage().add(0, "front", "back").write(tmp_path / "a.apkg")
    data = bytearray(file.read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    file.write_bytes(bytes(data))
    assert "password" in refused(file).message


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("DROP TABLE cards", "no table cards"),
        ("DROP TABLE notes; CREATE VIEW notes AS SELECT 1 AS id, '' AS guid", "no table notes"),
        ("DELETE FROM col", "empty"),
        ("UPDATE col SET models = '[1]'", "damaged"),
        ('UPDATE col SET models = \'{"0": {"name": 1}}\'', "damaged"),
        ("UPDATE col SET decks = 'x'", "damaged"),
        ("UPDATE col SET crt = 'x'", "damaged"),
        ("UPDATE notes SET flds = CAST(x'ff' AS TEXT)", "damaged"),
    ],
)
def test_a_strange_database_is_refused(tmp_path: Path, script: str, said: str) -> None:
    data = MadePackage().add(0, "front", "back").database(new=False)
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        db.executescript(script)
        assert said in refused(zipped(tmp_path / "a.apkg", {"collection.anki2": db.serialize()})).message


def test_a_view_that_never_ends_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki_collection, "MAX_SECONDS", 0.0)
    data = MadePackage().add(0, "front", "back").database(new=False)
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        db.execute("DROP TABLE revlog")
        db.execute(
            "CREATE VIEW revlog AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, 1 AS cid FROM n"
        )
        packed = zipped(tmp_path / "a.apkg", {"collection.anki2": db.serialize()})
    assert sides(read(packed)) == [("front", "back")], "a view is no table of Anki's"


def test_reading_ends_at_some_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki_collection, "MAX_SECONDS", -1.0)
    monkeypatch.setattr(anki_collection, "_STEPS", 10)
    assert "seconds" in refused(MadePackage().add(0, "front", "back").write(tmp_path / "a.apkg")).message


def test_too_many_cards_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki_collection, "MOST_CARDS", 2)
    made = MadePackage().add(0, "a", "b").add(1, "c", "d")
    assert "more than 2" in refused(made.write(tmp_path / "a.apkg")).message


def test_a_card_that_fits_no_note_type_is_left_out(tmp_path: Path) -> None:
    made = MadePackage().add(0, "front", "back").add(0, "x", "y", ord=9).add(0, "z" * 200_000, "y")
    made.notes.append((9, "lost", 44, "", "a\x1fb"))
    made.cards.append(made.cards[0] | {"id": 900, "nid": 9})
    found = read(made.write(tmp_path / "a.apkg"))
    assert sides(found) == [("front", "back")]
    assert found.remarks == ("3 cards were left out: it does not fit its note type, or is too long.",)


def test_cut_off_note_types_are_refused(tmp_path: Path) -> None:
    for config in ("x'0a'", "x'0aff'", "x'0f'", "x'ffffffffffffffffffffff'", "x'09'"):
        with closing(sqlite3.connect(":memory:")) as db:
            db.create_collation("unicase", lambda a, b: (a > b) - (a < b))
            db.deserialize(MadePackage().add(0, "front", "back").database(new=True))
            db.execute(f"UPDATE templates SET config = {config}")
            db.commit()
            packed = zipped(tmp_path / "a.apkg", {"collection.anki21b": zstandard.compress(db.serialize())})
        assert "damaged" in refused(packed).message


def test_made_packages_are_what_they_say(tmp_path: Path) -> None:
    file = MadePackage(types=[BASIC, GAPS]).add(0, "a", "b").write(tmp_path / "a.apkg", MEMBERS[2])
    assert set(zipfile.ZipFile(file).namelist()) == {"collection.anki2", "collection.anki21b", "media"}
    assert time_text(START).startswith("2026-01-01T04:00")
