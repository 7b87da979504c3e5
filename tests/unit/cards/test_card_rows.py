"""Rows of a file become cards: each once, two with one front are two, and what was changed changes its card."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from card_setting import DAY, NOW, add, answer

from assistant.cards.anki import write_tsv
from assistant.cards.card import Card, Origin
from assistant.cards.card_rows import CardRow, TableAdded, add_rows
from assistant.cards.card_table import read_table
from assistant.cards.deck import Deck
from assistant.errors import StudyError


def counts(done: TableAdded) -> tuple[int, int, int]:
    return len(done.added), len(done.updated), done.known


def sides(cards: Iterable[Card]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(card.front, card.back, card.tags) for card in cards]


def test_a_changed_line_of_our_table_changes_its_card(deck: Deck, tmp_path: Path) -> None:
    card = answer(deck, add(deck, "front"), "3")
    write_tsv(deck.cards(), tmp_path / "a.tsv")
    text = (tmp_path / "a.tsv").read_text().replace("\tfront\t", "\tbetter\t")
    (tmp_path / "a.tsv").write_text(text)
    assert sides(add_rows(deck, read_table(tmp_path / "a.tsv").rows, NOW).updated) == [("better", card.back, ())]
    assert deck.card(card.id).schedule == card.schedule


def test_a_simple_table_makes_cards_once(deck: Deck) -> None:
    done = add_rows(deck, [CardRow("Q1", "A1"), CardRow("Q2", "A2", ("bio", "bio"))], NOW)
    assert sides(done.added) == [("Q1", "A1", ()), ("Q2", "A2", ("bio",))]
    assert {card.origin for card in done.added} == {Origin.FILE}
    again = add_rows(deck, [CardRow("Q1", "corrected"), CardRow("Q2", "A2", ("bio", "bio"))], NOW)
    assert (sides(again.updated), again.known) == ([("Q1", "corrected", ())], 1)
    assert [card.id for card in again.updated] == [done.added[0].id]


BANK = [CardRow("bank", "side of a river"), CardRow("bank", "house of money")]


def test_two_cards_with_one_front_are_two(deck: Deck) -> None:
    first = add_rows(deck, BANK, NOW)
    assert counts(first) == (2, 0, 0)
    assert counts(add_rows(deck, BANK, NOW)) == (0, 0, 2)
    assert counts(add_rows(deck, BANK[::-1], NOW)) == (0, 0, 2)
    done = add_rows(deck, [BANK[0], CardRow("bank", "house of gold")], NOW)
    assert [card.id for card in done.updated] == [first.added[1].id]
    assert counts(add_rows(deck, [*BANK, BANK[0]], NOW)) == (0, 1, 1), "the same line twice is one card"


def test_where_nobody_can_tell_which_was_changed_a_card_is_added(deck: Deck) -> None:
    add_rows(deck, BANK, NOW)
    assert counts(add_rows(deck, [CardRow("bank", "bench")], NOW)) == (1, 0, 0)
    assert sorted(card.back for card in deck.cards()) == ["bench", "house of money", "side of a river"]


def test_notes_of_ankis_with_one_front_stay_apart_and_follow_their_notes(deck: Deck) -> None:
    rows = [CardRow("bank", "river", guid="g1"), CardRow("bank", "money", guid="g2")]
    first = add_rows(deck, rows, NOW).added
    assert counts(add_rows(deck, [CardRow("shore", "river", guid="g1"), rows[1]], NOW)) == (0, 1, 1)
    assert deck.card(first[0].id).front == "shore"
    assert counts(add_rows(deck, [CardRow("bank", "bench", guid="g3")], NOW)) == (1, 0, 0)
    assert counts(add_rows(deck, [CardRow("shore", "river")], NOW)) == (0, 0, 1), "the same in a file without names"


def test_a_deck_is_the_topic_and_a_card_moves_with_it(deck: Deck) -> None:
    (card,) = add_rows(deck, [CardRow("a", "b", deck=("Bio", "Cells"))], NOW).added
    assert card.topic == ("Bio", "Cells")
    (moved,) = add_rows(deck, [CardRow("a", "b", deck=("Bio",))], NOW).updated
    assert (moved.id, moved.topic) == (card.id, ("Bio",))
    assert counts(add_rows(deck, [CardRow("a", "b", ("Bio",))], NOW)) == (0, 0, 1), (
        "its topic as a tag says nothing new"
    )


def test_a_deleted_card_comes_back_as_the_file_says(deck: Deck) -> None:
    for row in (CardRow("a", "b"), CardRow("c", "d", guid="g1")):
        (card,) = add_rows(deck, [row], NOW).added
        deck.edit(card.id, NOW, back="mine")
        deck.delete(card.id, NOW)
        (back,) = add_rows(deck, [row], NOW + DAY).added
        assert (back.id, back.back, back.deleted_at) == (card.id, row.back, None)


def test_all_rows_or_none(deck: Deck) -> None:
    before = deck.cards()
    with pytest.raises(StudyError, match="empty"):
        add_rows(deck, [CardRow("a", "b"), CardRow("c", " ")], NOW)
    assert deck.cards() == before
