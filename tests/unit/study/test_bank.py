"""The bank: filled from notes, made anew where they change, checked by the model when there is time."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from quiz_setting import METRICS, choice, fair_items, note

from assistant.errors import Cancelled, NoSuchCard
from assistant.study.bank.builder import BankBuilder, BankProgress, WithModel
from assistant.study.bank.item_json import item_json, read_item
from assistant.study.bank.polite import PoliteGenerator
from assistant.study.bank.store import Bank
from assistant.study.database import StudyDatabase
from assistant.study.items import Item, Kind, Maker
from assistant.study.making.pool import Pool
from assistant.study.quiz.session import Mode, Quiz, pose
from assistant.study.quiz.store import QuizStore
from assistant.testing import FakeGenerator
from assistant.types import Generated, Note, Prompt, Token

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
BIRDS = (
    "# Birds\n\n## Kinds\n\n- **Owl** - hunts mice at night\n- **Heron** - waits for fish in shallow water\n"
    "- **Swift** - sleeps high up in the air\n- **Dipper** - walks along the bed of streams\n"
    "- **Cuckoo** - leaves its eggs to strangers\n"
)

PROMPT = Prompt("Reply with a letter.", ("notes",), "Which one?\nA) notes\nB) else")


@pytest.fixture
def bank(database: StudyDatabase) -> Bank:
    return Bank(database)


@pytest.fixture
def builder(bank: Bank) -> BankBuilder:
    return BankBuilder(bank, lambda: NOW)


def build(builder: BankBuilder, *notes: Note, model: WithModel | None = None) -> list[BankProgress]:
    told: list[BankProgress] = []
    builder.build(list(notes), threading.Event(), told.append, model)
    return told


def knowing() -> FakeGenerator:
    """A model that finds what the passage says."""

    def compare(prompt: Prompt) -> list[float]:
        lines = [line[3:].lower() for line in prompt.question.splitlines() if line[1:3] == ") "]
        passage = " ".join("".join(prompt.blocks).lower().split())
        if not lines:
            statement = prompt.question.lower().partition(":")[2].partition("\nreply")[0]
            known = all(word.strip(".,") in passage for word in statement.split())
            return [0.0] * 4 if not passage else [0.0, -3.0] * 2 if known else [-3.0, 0.0] * 2
        return [0.0 if line in passage else -5.0 for line in lines]

    return FakeGenerator([], comparisons=compare)


def test_an_item_survives_json() -> None:
    for item in fair_items(note()):
        assert read_item(json.loads(json.dumps(item_json(item)))) == item


def test_a_build_fills_the_bank_and_tells_how_far_it_is(bank: Bank, builder: BankBuilder) -> None:
    told = build(builder, note(), note(BIRDS, "birds.md"))
    counts = bank.counts()
    assert counts.notes == 2
    assert counts.items == len(bank.items()) > 40
    assert set(counts.kinds) == set(map(str, Kind))
    assert counts.makers == {"structure": counts.items}
    assert counts.pending == sum(item.kind in (Kind.CHOICE, Kind.TRUE_FALSE) for item in bank.items())
    assert [(p.stage, p.done, p.total) for p in told] == [("structure", 0, 2), ("structure", 1, 2), ("structure", 2, 2)]
    assert told[-1].items == counts.items


def test_only_a_changed_note_is_made_anew(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note(), note(BIRDS, "birds.md"))
    owls = [item.id for item in bank.items("birds.md")]
    told = build(builder, note(METRICS.replace("half an hour", "a quarter of an hour")), note(BIRDS, "birds.md"))
    assert told[-1].total == 1
    assert [item.id for item in bank.items("birds.md")] == owls
    texts = " ".join(item.explanation for item in bank.items("metrics.md"))
    assert "a quarter of an hour" in texts
    assert "half an hour" not in texts
    assert build(builder, note(METRICS.replace("half an hour", "a quarter of an hour")), note(BIRDS, "birds.md")) == []


def test_a_removed_note_takes_its_items_along(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note(), note(BIRDS, "birds.md"))
    build(builder, note())
    assert bank.items("birds.md") == []
    build(builder, note(), note(BIRDS, "birds.md"))
    assert bank.items("birds.md")


def test_a_change_elsewhere_can_make_a_question_unfair(bank: Bank, builder: BankBuilder) -> None:
    """Birds did not change, but another note now says of one of them what was a wrong option."""
    build(builder, note(BIRDS, "birds.md"))
    items = [item for item in bank.items() if item.kind is Kind.CHOICE]
    before, bird = next(
        (i, b) for i in items for b in ("Owl", "Heron", "Swift", "Cuckoo") if f"{b.lower()}" in i.question.lower()
    )
    wrong = next(option for option in before.options if option != before.answer)
    more = note(f"# More\n\n- **{bird}** - {wrong.lower()}\n", "more.md")
    build(builder, note(BIRDS, "birds.md"), more)
    assert before.id not in {item.id for item in bank.items()}


def test_a_stopped_build_keeps_what_is_done_and_goes_on(bank: Bank, builder: BankBuilder) -> None:
    cancel = threading.Event()

    def stop_after_one(progress: BankProgress) -> None:
        if progress.done == 1:
            cancel.set()

    notes = [note(), note(BIRDS, "birds.md")]
    builder.build(notes, cancel, stop_after_one)
    assert {item.source.note for item in bank.items()} == {"metrics.md"}
    build(builder, *notes)
    assert {item.source.note for item in bank.items()} == {"metrics.md", "birds.md"}


def test_only_some_notes_can_be_made_first(bank: Bank, builder: BankBuilder) -> None:
    builder.build([note(), note(BIRDS, "birds.md")], threading.Event(), only=["birds.md"])
    assert {item.source.note for item in bank.items()} == {"birds.md"}


def test_the_model_checks_what_waits_and_fails_are_counted_out(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note(BIRDS, "birds.md"))
    waiting = bank.counts().pending
    build(builder, note(BIRDS, "birds.md"), model=WithModel(knowing()))
    left = [item for item in bank.items() if item.kind in (Kind.CHOICE, Kind.TRUE_FALSE)]
    assert bank.counts().pending == 0
    assert 0 < len(left) <= waiting
    ends = {Kind.CHOICE: "orders of the options.", Kind.TRUE_FALSE: "than without them."}
    assert all(item.checks[-1].detail.endswith(ends[item.kind]) for item in left)
    assert {item.kind for item in left} == set(ends)


def test_what_the_model_cannot_answer_is_taken_out(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note(BIRDS, "birds.md"))
    first_option = FakeGenerator([], comparisons=[0.0, -1.0, -2.0, -3.0])
    build(builder, note(BIRDS, "birds.md"), model=WithModel(first_option))
    assert not [item for item in bank.items() if item.kind is Kind.CHOICE]
    assert bank.counts().pending == 0


def busy_for(looks: int) -> Callable[[], bool]:
    """Somebody who asks until it was looked that often."""
    left = iter(range(looks))
    return lambda: next(left, None) is not None


def test_the_background_waits_while_somebody_asks() -> None:
    generator, cancel = knowing(), threading.Event()
    asked = PoliteGenerator(generator, busy_for(2)).compare_next(PROMPT, ("A", "B"), cancel=cancel)
    assert asked == generator.compare_next(PROMPT, ("A", "B"), cancel=cancel)


def test_a_question_interrupts_the_background_which_begins_anew() -> None:
    """The first look finds nobody, the second one, in the middle of the work, somebody."""
    looks = iter([False, True, True, False])
    generator = FakeGenerator(["first try", "second try"])
    events = list(
        PoliteGenerator(generator, lambda: next(looks, False)).generate(PROMPT, max_tokens=9, cancel=threading.Event())
    )
    assert len(generator.prompts) == 2
    assert "".join(event.text for event in events if isinstance(event, Token)) == "second try"
    assert [event.finish for event in events if isinstance(event, Generated)] == ["stop"]


def test_the_background_ends_when_it_is_stopped_while_somebody_asks() -> None:
    cancel = threading.Event()
    polite = PoliteGenerator(knowing(), lambda: bool(cancel.set()) or True)
    with pytest.raises(Cancelled):
        polite.compare_next(PROMPT, ("A", "B"), cancel=cancel)


class Writer:
    """A maker with the model that has two questions for every note."""

    def __init__(self, _: Pool, examine: Callable[[Item], Item]) -> None:
        self.dropped = Counter({"copied": 2})
        self._examine = examine

    def make(self, note: Note, cancel: threading.Event) -> Iterator[Item]:
        question = "Which ratio has only predictions below the line, as precision?"
        yield self._examine(choice(id="m1", maker=Maker.MODEL, question=question))
        yield self._examine(choice(id="m2", maker=Maker.MODEL, question="Too short?"))


def test_items_that_the_model_writes_pass_the_same_exam(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note())
    told = build(builder, note(), model=WithModel(knowing(), Writer))
    assert [item.id for item in bank.items() if item.maker is Maker.MODEL] == ["m1"]
    assert bank.counts().dropped["copied"] == 2
    assert told[-1].stage == "model"
    assert not [p for p in build(builder, note(), model=WithModel(knowing(), Writer)) if p.stage == "model"]


def test_an_unknown_item_is_an_error_with_a_way_out(bank: Bank) -> None:
    with pytest.raises(NoSuchCard) as caught:
        bank.item("nothing")
    assert "assistant quiz bank show" in caught.value.hint
    with pytest.raises(NoSuchCard):
        bank.report("nothing", "bad", NOW)


def test_items_are_found_by_kind(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note())
    assert {item.kind for item in bank.items(kinds={Kind.ORDER, Kind.MATCH})} == {Kind.ORDER, Kind.MATCH}


def test_the_log_of_answers_outlives_its_items_and_merges(
    bank: Bank, builder: BankBuilder, database: StudyDatabase
) -> None:
    build(builder, note())
    store = QuizStore(database)
    (posed,) = pose(bank.items()[:1], random.Random(0))
    quiz = Quiz("q1", "all", Mode.PRACTICE, (posed,), NOW)
    store.save(quiz)
    build(builder)
    assert bank.items() == []
    assert bank.item(posed.item.id) == posed.item
    records = json.loads(json.dumps(store.dump()))
    assert store.merge(records) == 0
    records[0]["id"] = "q2"
    assert store.merge(records) == 1
    assert store.load("q2").posed == (posed,)


def test_notes_are_read_while_the_model_is_being_asked(bank: Bank, builder: BankBuilder) -> None:
    """A quiz that starts meanwhile must not wait for the model."""
    build(builder, note(BIRDS, "birds.md"))

    class Meanwhile(FakeGenerator):
        def compare_next(self, *given, **named):  # type: ignore[no-untyped-def]
            builder.build([note(BIRDS, "birds.md"), note()], threading.Event(), only=["metrics.md"])
            return super().compare_next(*given, **named)

    build(builder, note(BIRDS, "birds.md"), model=WithModel(Meanwhile([], comparisons=(0.0, -1.0, -1.0, -1.0))))
    assert bank.items("metrics.md")
