"""Making, changing and deleting cards; and what becomes of them when the notes change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from card_setting import DAY, NOW, OVERFITTING, SUPERVISED, TEXT, Notes, add, anchor, answer, note

from assistant.cards.card import AnchorState, CardDraft, Origin, draft_of_answer, draft_of_item
from assistant.cards.deck import Deck
from assistant.cards.note_lines import read_lines
from assistant.errors import NoSuchCard, StudyError
from assistant.quiz.item import GAP, Item, Kind, Maker
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS

OTHER = "# Other\n\nNothing of it is like the rest.\n"


def read_lines_of(text: str, path: str = "ml.md") -> tuple:
    return read_lines(note(text, path))


# Making and changing


def test_the_same_card_is_made_once(deck: Deck) -> None:
    first = add(deck, quote=OVERFITTING)
    assert add(deck, quote=OVERFITTING, at=NOW + DAY) == first
    assert deck.cards() == [first]
    assert first.topic == ("Learning", "Fit")


def test_ids_are_the_same_in_every_workspace(deck: Deck, tmp_path: Path) -> None:
    elsewhere = StudyDatabase(tmp_path / "elsewhere.db", MIGRATIONS)
    assert add(Deck(elsewhere)).id == add(deck).id
    elsewhere.close()


def test_a_card_is_found_by_the_first_digits_of_its_id(deck: Deck) -> None:
    card = add(deck)
    assert deck.card(card.id[:6].upper()) == card
    with pytest.raises(NoSuchCard, match="zz"):
        deck.card("zz")
    with pytest.raises(NoSuchCard, match="''"):
        deck.card("")
    made = [add(deck, str(number)) for number in range(17)]
    twice = next(c.id[0] for c in made if sum(other.id[0] == c.id[0] for other in deck.cards()) > 1)
    with pytest.raises(NoSuchCard, match="cards begin with"):
        deck.card(twice)


def test_an_edit_keeps_id_and_schedule(deck: Deck) -> None:
    card = answer(deck, add(deck), "3")
    changed = deck.edit(card.id, NOW + DAY, front=" New front ", tags=("two words", "b", "b"))
    assert (changed.id, changed.schedule, changed.back) == (card.id, card.schedule, card.back)
    assert (changed.front, changed.tags) == ("New front", ("two_words", "b"))
    assert deck.card(card.id) == changed


def test_what_a_card_said_before_an_edit_can_be_made_again(deck: Deck) -> None:
    card = add(deck, "front")
    deck.edit(card.id, NOW, front="another front")
    again = add(deck, "front")
    assert again.id != card.id
    assert {each.front for each in deck.cards()} == {"front", "another front"}


@pytest.mark.parametrize(("front", "back", "side"), [("  ", "b", "front"), ("a", "\n", "back")])
def test_a_side_is_never_empty(deck: Deck, front: str, back: str, side: str) -> None:
    with pytest.raises(StudyError, match=side):
        deck.add(CardDraft(front, back), NOW)
    card = add(deck)
    with pytest.raises(StudyError, match=side):
        deck.edit(card.id, NOW, **{side: " "})
    assert deck.card(card.id) == card


def test_a_deleted_card_keeps_its_history_and_comes_back(deck: Deck) -> None:
    card = answer(deck, add(deck), "34")
    deck.delete(card.id, NOW + DAY)
    assert deck.cards() == []
    assert [each.state for each in deck.cards(deleted=True)] == ["deleted"]
    assert len(deck.store.reviews(card.id)) == 2
    assert add(deck).schedule == card.schedule, "made again, it is the same card"
    deck.delete(card.id, NOW + DAY)
    assert deck.delete(card.id, NOW + DAY, deleted=False).is_live


def test_suspending_takes_out_of_the_queue(deck: Deck) -> None:
    card = add(deck)
    assert deck.suspend(card.id, NOW).state == "suspended"
    assert deck.reviews.queue(NOW).cards == ()
    deck.suspend(card.id, NOW, suspended=False)
    assert len(deck.reviews.queue(NOW).cards) == 1


def item(kind: Kind, **fields: object) -> Item:
    return Item("abc", kind, Maker.STRUCTURE, "Which?", (anchor(OVERFITTING),), "Because.", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "front", "back"),
    [
        (item(Kind.CHOICE, options=("a", "b"), key=(1,), answer="b"), "Which?\n\n- a\n- b", "b\n\nBecause."),
        (item(Kind.CHOICE, options=("a", "b"), key=(1,)), "Which?\n\n- a\n- b", "b\n\nBecause."),
        (
            item(Kind.TRUE_FALSE, options=("True", "False"), key=(1,), answer="It is not."),
            "True or false? Which?",
            "False. It is not.\n\nBecause.",
        ),
        (item(Kind.CLOZE, answer="gap"), "Which?", "gap\n\nBecause."),
        (
            item(Kind.MATCH, lefts=("x", "y"), options=("1", "2"), key=(1, 0)),
            "Which?\n\n- x\n- y",
            "- x - 2\n- y - 1\n\nBecause.",
        ),
        (item(Kind.ORDER, options=("b", "a"), key=(1, 0)), "Which?\n\n- b\n- a", "1. a\n2. b\n\nBecause."),
        (item(Kind.SHORT, answer="Long. Because."), "Which?", "Long. Because."),
    ],
)
def test_every_kind_of_item_makes_a_card(deck: Deck, made: Item, front: str, back: str) -> None:
    card = deck.add(draft_of_item(made), NOW)
    assert (card.front, card.back, card.origin, card.source) == (front, back, Origin.ITEM, "abc")
    assert card.anchor == made.source
    assert deck.add(draft_of_item(made), NOW + DAY) == card


def test_a_card_of_an_answer_points_at_its_citation(deck: Deck) -> None:
    card = deck.add(draft_of_answer("What is it?", "It learns too well.", anchor(OVERFITTING)), NOW)
    assert (card.origin, card.note, card.topic) == (Origin.ANSWER, "ml.md", ("Learning", "Fit"))
    assert deck.add(draft_of_answer("And?", "Nothing cited.", None), NOW).note == ""


# The notes change


def test_an_unchanged_note_changes_nothing(deck: Deck) -> None:
    card = add(deck, quote=OVERFITTING)
    add(deck, "no anchor")
    notes = Notes(note(), note(OTHER, "other.md"))
    done = deck.refresh(notes.notes, notes.read, NOW + DAY)
    assert (done.moved, done.stale, done.retired, done.returned) == ((), (), (), ())
    assert deck.card(card.id) == card
    assert notes.read_paths == ["ml.md"], "only what cards point at is read"


def test_a_passage_that_moved_is_followed_silently(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=SUPERVISED), "4")
    moved = TEXT.replace("## Fit", f"## Sorts\n\n{SUPERVISED}\n\n## Fit").replace(f"## Kinds\n\n{SUPERVISED}\n", "")
    notes = Notes(note(moved))
    done = deck.refresh(notes.notes, notes.read, NOW + DAY)
    assert [each.id for each in done.moved] == [card.id]
    now = deck.card(card.id)
    assert now.anchor == anchor(SUPERVISED, note(moved))
    assert (now.topic, now.anchor_state) == (("Learning", "Sorts"), AnchorState.FOUND)
    assert now.schedule == card.schedule


def test_other_spacing_is_the_same_passage(deck: Deck) -> None:
    card = add(deck, quote=SUPERVISED)
    wrapped = TEXT.replace("labelled examples", "labelled\n  examples")
    notes = Notes(note(wrapped))
    assert len(deck.refresh(notes.notes, notes.read, NOW).moved) == 1
    found = deck.card(card.id).anchor
    assert found is not None
    assert wrapped[found.start : found.end] == found.quote == SUPERVISED.replace("labelled ", "labelled\n  ")


def test_a_renamed_note_is_followed(deck: Deck) -> None:
    cards = [add(deck, "long", SUPERVISED), add(deck, "short", "Machines learn")]
    notes = Notes(note(path="a/renamed.md"), note(OTHER, "other.md"))
    assert len(deck.refresh(notes.notes, notes.read, NOW).moved) == 2
    assert {deck.card(card.id).note for card in cards} == {"a/renamed.md"}


def test_a_note_renamed_and_changed_makes_only_the_changed_passage_stale(deck: Deck) -> None:
    same, changed = add(deck, "same", SUPERVISED), add(deck, "changed", OVERFITTING)
    text = TEXT.replace("its training data too well", "its training data by heart")
    notes = Notes(note(text, "renamed.md"))
    done = deck.refresh(notes.notes, notes.read, NOW)
    assert [each.id for each in done.moved] == [same.id]
    assert [each.id for each in done.stale] == [changed.id]
    passage = deck.card(changed.id).passage
    assert passage is not None
    assert passage.note == "renamed.md"


def test_short_words_are_not_followed_into_any_note(deck: Deck) -> None:
    card = add(deck, quote="the model")
    notes = Notes(note("# Fashion\n\nOn the stage stood the model.\n", "fashion.md"))
    assert [each.id for each in deck.refresh(notes.notes, notes.read, NOW).retired] == [card.id]


def test_a_changed_passage_makes_the_card_stale_with_both_texts(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=OVERFITTING), "4")
    text = TEXT.replace("learns its training data too well", "learns its training data by heart and fails elsewhere")
    notes = Notes(note(text))
    done = deck.refresh(notes.notes, notes.read, NOW + DAY)
    assert [each.id for each in done.stale] == [card.id]
    (stale,) = deck.stale()
    assert stale.anchor == card.anchor
    assert stale.passage is not None
    assert "by heart and fails elsewhere" in stale.passage.quote
    assert text[stale.passage.start : stale.passage.end] == stale.passage.quote
    assert (stale.state, stale.schedule) == ("stale", card.schedule)
    assert stale.is_live, "it is still asked, with the hint that its passage changed"
    assert deck.refresh(notes.notes, notes.read, NOW + DAY).stale == (), "it is reported once"


def stale_card(deck: Deck) -> tuple[str, Notes]:
    card = add(deck, quote=OVERFITTING)
    notes = Notes(note(TEXT.replace("training data too well", "training data by heart")))
    deck.refresh(notes.notes, notes.read, NOW)
    return card.id, notes


def test_keep_points_at_the_passage_as_it_is(deck: Deck) -> None:
    card_id, notes = stale_card(deck)
    before = deck.card(card_id)
    kept = deck.keep(card_id, NOW + DAY)
    assert (kept.anchor, kept.passage, kept.anchor_state) == (before.passage, None, AnchorState.FOUND)
    assert kept.back == before.back
    assert deck.refresh(notes.notes, notes.read, NOW).stale == ()
    with pytest.raises(StudyError, match="has not changed"):
        deck.keep(card_id, NOW)


def test_fix_changes_the_card_too(deck: Deck) -> None:
    card_id, _ = stale_card(deck)
    fixed = deck.fix(card_id, NOW + DAY, back="By heart.")
    assert (fixed.back, fixed.anchor_state) == ("By heart.", AnchorState.FOUND)
    assert deck.stale() == []


def test_a_fix_that_fails_leaves_the_card_stale(deck: Deck) -> None:
    card_id, _ = stale_card(deck)
    with pytest.raises(StudyError, match="back"):
        deck.fix(card_id, NOW, back=" ")
    assert [card.id for card in deck.stale()] == [card_id]


def test_a_stale_card_whose_words_return_is_as_before(deck: Deck) -> None:
    card_id, _ = stale_card(deck)
    notes = Notes(note())
    assert [card.id for card in deck.refresh(notes.notes, notes.read, NOW).returned] == [card_id]
    assert (deck.card(card_id).passage, deck.card(card_id).anchor) == (None, anchor(OVERFITTING))


def test_a_deleted_note_retires_its_cards_until_it_returns(deck: Deck) -> None:
    card = answer(deck, add(deck, quote=OVERFITTING), "4")
    notes = Notes(note(OTHER, "other.md"))
    assert [each.id for each in deck.refresh(notes.notes, notes.read, NOW).retired] == [card.id]
    assert deck.card(card.id).state == "retired"
    assert deck.reviews.queue(NOW + 99 * DAY).cards == ()
    back = Notes(note())
    assert [each.id for each in deck.refresh(back.notes, back.read, NOW).returned] == [card.id]
    assert deck.card(card.id).schedule == card.schedule
    assert len(deck.store.reviews(card.id)) == 1


def test_a_deleted_passage_retires_its_card(deck: Deck) -> None:
    card = add(deck, quote=SUPERVISED)
    notes = Notes(note(TEXT.split("## Kinds")[0]))
    assert [each.id for each in deck.refresh(notes.notes, notes.read, NOW).retired] == [card.id]


def test_a_note_that_cannot_be_read_just_now_leaves_its_cards_alone(deck: Deck) -> None:
    card = add(deck, quote=OVERFITTING)
    notes = Notes(note())
    notes.unreadable.add("ml.md")
    assert deck.refresh(notes.notes, notes.read, NOW).retired == ()
    assert deck.card(card.id) == card


# Cards written into the notes

LINES = "# T\n\nCapital of France::Paris\n\nThe ==cell== has a ==nucleus==.\n"


def test_lines_become_cards_once(deck: Deck) -> None:
    done = deck.scan(read_lines_of(LINES), NOW)
    assert [(card.front, card.back) for card in done.added] == [
        ("Capital of France", "Paris"),
        (f"The {GAP} has a nucleus.", "cell"),
        (f"The cell has a {GAP}.", "nucleus"),
    ]
    again = deck.scan(read_lines_of(LINES), NOW + DAY)
    assert (again.added, again.updated, again.known) == ((), (), 3)
    moved = deck.scan(read_lines_of(LINES, "renamed.md") + read_lines_of(LINES, "copy.md"), NOW + DAY)
    assert (moved.added, moved.known, len(deck.cards())) == ((), 3, 3)


def test_an_edited_line_changes_its_card(deck: Deck) -> None:
    card = answer(deck, deck.scan(read_lines_of(LINES), NOW).added[0], "4")
    done = deck.scan(read_lines_of(LINES.replace("Paris", "Paris, on the Seine")), NOW + DAY)
    assert (done.added, [each.id for each in done.updated]) == ((), [card.id])
    assert (deck.card(card.id).back, deck.card(card.id).schedule) == ("Paris, on the Seine", card.schedule)
    original = deck.scan(read_lines_of(LINES), NOW + DAY)
    assert [each.id for each in original.updated] == [card.id]


def test_another_line_in_its_place_is_another_card(deck: Deck) -> None:
    deck.scan(read_lines_of(LINES), NOW)
    done = deck.scan(read_lines_of(LINES.replace("Capital of France::Paris", "Who wrote Faust?::Goethe")), NOW)
    assert ([card.front for card in done.added], done.updated) == (["Who wrote Faust?"], ())


def test_a_line_whose_card_was_edited_or_deleted_makes_no_new_one(deck: Deck) -> None:
    first, second, _ = deck.scan(read_lines_of(LINES), NOW).added
    deck.edit(first.id, NOW, front="What is the capital of France?")
    deck.delete(second.id, NOW)
    done = deck.scan(read_lines_of(LINES), NOW + DAY)
    assert (done.added, done.updated, done.known) == ((), (), 3)
    assert deck.card(first.id).front == "What is the capital of France?"


# The file


def test_everything_is_there_in_the_next_session(tmp_path: Path) -> None:
    first = StudyDatabase(tmp_path / "study.db", MIGRATIONS)
    card = answer(Deck(first), add(Deck(first), quote=OVERFITTING), "341")
    first.close()
    second = StudyDatabase(tmp_path / "study.db", MIGRATIONS)
    assert Deck(second).cards() == [card]
    assert len(Deck(second).store.reviews()) == 3
    second.close()


def test_an_older_format_is_brought_forward_with_its_cards(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    old = StudyDatabase(file, MIGRATIONS[:1])
    card = answer(Deck(old), add(Deck(old)), "3")
    old.close()
    newer = (*MIGRATIONS, "ALTER TABLE cards ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")
    opened = StudyDatabase(file, newer)
    assert opened.rows("SELECT id, colour FROM cards")[0]["colour"] == "blue"
    assert Deck(opened).cards() == [card]
    assert answer(Deck(opened), card, "3").schedule.phase == "review"
    opened.close()
    kept = sqlite3.connect(file.with_name("study.db.format-1"))
    assert kept.execute("SELECT count(*) FROM reviews").fetchone() == (1,)
    kept.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    old = StudyDatabase(file, MIGRATIONS)
    card = add(Deck(old))
    old.close()
    with pytest.raises(StudyError, match=r"study\.db"):
        StudyDatabase(file, (*MIGRATIONS, "ALTER TABLE cards ADD COLUMN a TEXT; ALTER TABLE nowhere ADD COLUMN b TEXT"))
    again = StudyDatabase(file, MIGRATIONS)
    assert Deck(again).cards() == [card]
    again.close()
