"""Export and import: nothing is lost, nothing is doubled, whatever is there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from card_setting import DAY, MINUTE, NOW, OVERFITTING, add, answer

from assistant.cards.deck import Deck
from assistant.cards.scheduling import CardPhase, Rating, Schedule
from assistant.errors import StudyError
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.study.transfer import Imported, ProgressPart, ProgressTransfer


@pytest.fixture
def another(tmp_path: Path) -> Callable[[], Deck]:
    """Makes further, empty decks."""
    made: list[Deck] = []

    def make() -> Deck:
        made.append(Deck(StudyDatabase(tmp_path / f"{len(made)}.db", MIGRATIONS)))
        return made[-1]

    return make


def transfer(deck: Deck) -> ProgressTransfer:
    return ProgressTransfer(deck.store, deck.scheduler)


def content(deck: Deck) -> str:
    return transfer(deck).write(NOW)


def studied(deck: Deck) -> Deck:
    answer(deck, add(deck, "a", OVERFITTING), "3341")
    answer(deck, add(deck, "b"), "31")
    deck.reviews.undo(NOW)
    deck.reviews.review(add(deck, "c").id, Rating.AGAIN, NOW, cram=True)
    deck.suspend(add(deck, "d").id, NOW)
    deck.delete(add(deck, "e").id, NOW)
    return deck


def test_a_round_trip_loses_nothing(deck: Deck, another: Callable[[], Deck], tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    assert transfer(studied(deck)).export(file, NOW) == 5
    new = another()
    assert transfer(new).load(file) == Imported(5, 0, 7)
    assert content(new) == content(deck)
    assert new.cards(deleted=True) == deck.cards(deleted=True)
    assert new.store.reviews() == deck.store.reviews()


def test_importing_again_changes_nothing(deck: Deck) -> None:
    before = content(studied(deck))
    for _ in range(2):
        assert transfer(deck).merge(before) == Imported(0, 0, 0)
    assert content(deck) == before


def test_an_old_export_takes_nothing_back(deck: Deck) -> None:
    old = content(studied(deck))
    card = deck.cards()[0]
    deck.edit(card.id, NOW + DAY, back="Newer")
    answer(deck, card, "3")
    now = content(deck)
    assert transfer(deck).merge(old) == Imported(0, 0, 0)
    assert content(deck) == now


def test_a_newer_export_brings_its_answers_and_schedules(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    card = answer(deck, add(deck), "4")
    transfer(laptop).merge(content(deck))
    there = answer(laptop, laptop.edit(card.id, NOW + DAY, back="Better"), "33")
    assert transfer(deck).merge(content(laptop)) == Imported(0, 1, 2)
    assert deck.card(card.id) == there


def test_answers_on_two_computers_give_the_schedule_of_all_of_them(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    card = answer(deck, add(deck), "4")
    transfer(laptop).merge(content(deck))
    deck.reviews.review(card.id, Rating.AGAIN, NOW + 9 * DAY)
    laptop.reviews.review(card.id, Rating.GOOD, NOW + 10 * DAY)
    laptop.reviews.review(card.id, Rating.HARD, NOW + 30 * DAY)
    here, there = content(deck), content(laptop)
    transfer(deck).merge(there)
    transfer(laptop).merge(here)
    given = [
        (Rating.EASY, NOW),
        (Rating.AGAIN, NOW + 9 * DAY),
        (Rating.GOOD, NOW + 10 * DAY),
        (Rating.HARD, NOW + 30 * DAY),
    ]
    schedules = deck.scheduler.replay(Schedule(due_at=NOW), given)
    for merged in (deck, laptop):
        assert merged.card(card.id).schedule == schedules[-1]
        assert [review.before for review in merged.store.reviews(card.id)] == schedules[:-1]
        assert [review.place for review in merged.store.reviews(card.id)] == [1, 2, 3, 4]
    assert content(deck) == content(laptop)
    assert transfer(deck).merge(there) == Imported(0, 0, 0)


def test_only_what_was_answered_here_is_taken_back(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    answer(laptop, add(laptop, "there"), "3")
    answer(deck, add(deck, "here"), "3")
    transfer(deck).merge(content(laptop))
    assert deck.reviews.undo(NOW).front == "here"
    with pytest.raises(StudyError, match="no answer"):
        deck.reviews.undo(NOW)


def test_an_answer_taken_back_on_one_computer_is_on_both(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    card = answer(deck, add(deck), "34")
    transfer(laptop).merge(content(deck))
    deck.reviews.undo(NOW + DAY)
    transfer(laptop).merge(content(deck))
    assert laptop.card(card.id).schedule == deck.card(card.id).schedule
    assert content(laptop) == content(deck)


def test_the_later_change_of_a_card_wins_on_both_sides(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    card = add(deck)
    transfer(laptop).merge(content(deck))
    deck.edit(card.id, NOW + DAY, back="earlier")
    laptop.edit(card.id, NOW + DAY + MINUTE, back="later")
    here, there = content(deck), content(laptop)
    transfer(deck).merge(there)
    transfer(laptop).merge(here)
    assert (deck.card(card.id).back, laptop.card(card.id).back) == ("later", "later")


def test_a_history_written_by_a_clock_that_jumped_survives(deck: Deck, another: Callable[[], Deck]) -> None:
    card = answer(deck, add(deck), "4", NOW + 900 * DAY)
    after = deck.reviews.review(card.id, Rating.GOOD, NOW).card
    new = another()
    transfer(new).merge(content(deck))
    assert new.card(card.id) == after
    assert transfer(new).merge(content(deck)) == Imported(0, 0, 0)


@dataclass(frozen=True)
class Given:
    answer: int


def test_other_parts_travel_along(deck: Deck, another: Callable[[], Deck]) -> None:
    taken: list[Given] = []
    out = ProgressPart(Given, lambda: [Given(1)], lambda _: 0)

    def take(records: Sequence[Given]) -> int:
        taken.extend(records)
        return len(records)

    exported = ProgressTransfer(deck.store, deck.scheduler, {"quizzes": out}).write(NOW)
    new = another()
    into = ProgressTransfer(new.store, new.scheduler, {"quizzes": ProgressPart(Given, tuple, take)})
    assert into.merge(exported).others == 1
    assert taken == [Given(1)]
    assert into.merge(content(deck)).others == 0, "an export without this part is no fault"


# Faults


def damaged(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def apply(exported: dict[str, Any]) -> dict[str, Any]:
        change(exported)
        return exported

    return apply


@pytest.mark.parametrize(
    "change",
    [
        damaged(lambda e: e.pop("reviews")),
        damaged(lambda e: e["cards"][1].pop("front")),
        damaged(lambda e: e["cards"][1].update(front=3)),
        damaged(lambda e: e["cards"][1].update(created_at="yesterday")),
        damaged(lambda e: e["cards"][1].update(created_at="2026-01-01T00:00:00")),
        damaged(lambda e: e["cards"][0]["schedule"].update(stability=None)),
        damaged(lambda e: e["cards"][0]["schedule"].update(step=None, phase="learning")),
        damaged(lambda e: e["cards"][0].update(origin="heaven")),
        damaged(lambda e: e["reviews"][0].update(rating=5)),
        damaged(lambda e: e["reviews"][0].update(card="nobody")),
        damaged(lambda e: e.update(cards=None)),
        damaged(lambda e: e.update(cards=["text"])),
    ],
)
def test_a_damaged_export_changes_nothing(
    deck: Deck, another: Callable[[], Deck], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    exported = json.dumps(change(json.loads(content(studied(deck)))))
    new = another()
    with pytest.raises(StudyError, match="the export is damaged"):
        transfer(new).merge(exported)
    assert new.cards(deleted=True) == []
    assert new.store.reviews() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Invalid JSON"),
        ("[]", "not an export"),
        ("{}", "not an export"),
        ('{"format": 99}', "newer"),
        ("[" * 9999, "JSON"),
    ],
)
def test_a_file_that_is_no_export_is_named(deck: Deck, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "progress.json"
    file.write_text(text)
    with pytest.raises(StudyError, match=said) as fault:
        transfer(deck).load(file)
    assert str(file) in fault.value.message
    with pytest.raises(StudyError, match="cannot be read"):
        transfer(deck).load(tmp_path / "nothing.json")


def test_an_export_is_written_whole_or_not_at_all(deck: Deck, tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    transfer(studied(deck)).export(file, NOW)
    before = file.read_bytes()
    assert json.loads(before)["format"] == 1
    with pytest.raises(StudyError, match="cannot be written"):
        transfer(deck).export(tmp_path / "nowhere" / "progress.json", NOW)
    folder = tmp_path / "folder.json"
    folder.mkdir()
    with pytest.raises(StudyError, match="cannot be written"):
        transfer(deck).export(folder, NOW)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_new_card_stays_new(deck: Deck, another: Callable[[], Deck]) -> None:
    laptop = another()
    card = add(deck, at=NOW + DAY)
    add(laptop, at=NOW)
    transfer(deck).merge(content(laptop))
    assert (deck.card(card.id).created_at, deck.card(card.id).schedule.due_at) == (NOW, NOW)
    assert deck.card(card.id).schedule.phase is CardPhase.NEW
