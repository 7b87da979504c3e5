"""The bank: filled from notes, made anew where they change, checked by the model when there is time."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from quiz_setting import METRICS, choice, fair_items, note

from assistant.errors import Cancelled, NoSuchCard
from assistant.models.generator import Generator, LeasedGenerator
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.quiz import bank as bank_module
from assistant.quiz.bank import BankBuilder, BankProgress, WithModel
from assistant.quiz.bank_store import Bank
from assistant.quiz.choosing import Span
from assistant.quiz.item import ITEM, Item, Kind, Maker
from assistant.quiz.making.pool import Pool
from assistant.quiz.session import Mode, Quiz, pose
from assistant.quiz.store import QuizStore
from assistant.study.database import StudyDatabase
from assistant.testing import FakeGenerator
from assistant.types import ContextBlock, Document, Generated, Prompt, Token

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


def build(builder: BankBuilder, *notes: Document, model: WithModel | None = None) -> list[BankProgress]:
    told: list[BankProgress] = []
    builder.build(list(notes), free(), told.append, model)
    return told


def free(cancel: threading.Event | None = None) -> Lease:
    """A lease that nobody else wants."""
    return Scheduler().lease(Priority.BANK, cancel)


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
        assert ITEM.read(ITEM.write(item)) == item


def test_a_build_fills_the_bank_and_tells_how_far_it_is(bank: Bank, builder: BankBuilder) -> None:
    told = build(builder, note(), note(BIRDS, "birds.md"))
    counts = bank.counts()
    assert counts.notes == 2
    assert counts.items == len(bank.items()) > 40
    assert set(counts.kinds) == set(map(str, Kind))
    assert counts.makers == {"structure": counts.items}
    assert counts.pending == sum(item.kind not in (Kind.MATCH, Kind.ORDER) for item in bank.items())
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
    with pytest.raises(Cancelled):
        builder.build(notes, free(cancel), stop_after_one)
    assert {item.source.note for item in bank.items()} == {"metrics.md"}
    build(builder, *notes)
    assert {item.source.note for item in bank.items()} == {"metrics.md", "birds.md"}


def test_only_some_notes_can_be_made_first(bank: Bank, builder: BankBuilder) -> None:
    builder.build([note(), note(BIRDS, "birds.md")], free(), only=["birds.md"])
    assert {item.source.note for item in bank.items()} == {"birds.md"}


def test_the_model_checks_what_waits_and_fails_are_counted_out(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note(), note(BIRDS, "birds.md"))
    waiting = bank.counts().pending
    build(builder, note(), note(BIRDS, "birds.md"), model=WithModel(knowing()))
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


class Asked(FakeGenerator):
    """A model that somebody asks a question, once, while it works."""

    def __init__(self, *answers: str) -> None:
        super().__init__(answers, comparisons=(-0.1, -2.4))
        self.scheduler = Scheduler(quiet_s=0)
        self.lease = self.scheduler.lease(Priority.BANK)
        self.question: Lease | None = None
        self.tries = 0

    def interrupted(self, cancel: threading.Event) -> bool:
        self.tries += 1
        if self.question is None:
            self.question = self.scheduler.lease(Priority.QUESTION)
            assert not self.question.wait(0)
            assert cancel.is_set()
            threading.Thread(target=self.ask).start()
            return True
        return False

    def ask(self) -> None:
        assert self.question is not None
        with self.question:
            assert not self.lease.is_lent

    def generate(self, prompt: Prompt, **named):  # type: ignore[no-untyped-def]
        self.interrupted(named["cancel"])
        return super().generate(prompt, **named)

    def compare_next(self, prompt: Prompt, options: tuple[str, ...], **named):  # type: ignore[no-untyped-def]
        if self.interrupted(named["cancel"]):
            raise Cancelled("Something more urgent came first.")
        return super().compare_next(prompt, options, **named)


def test_a_question_interrupts_the_background_which_begins_anew() -> None:
    generator = Asked("first try", "second try")
    with generator.lease as lease:
        leased = LeasedGenerator(generator, lease)
        events = list(leased.generate(PROMPT, max_tokens=9, cancel=threading.Event()))
    assert generator.tries == 2
    assert "".join(event.text for event in events if isinstance(event, Token)) == "second try"
    assert [event.finish for event in events if isinstance(event, Generated)] == ["stop"]


def test_what_is_compared_is_compared_again() -> None:
    generator = Asked()
    with generator.lease as lease:
        scorer = LeasedGenerator(generator, lease).scorer
        assert scorer is not None
        assert scorer.compare_next(PROMPT, ("A", "B"), cancel=threading.Event()) == (-0.1, -2.4)
    assert generator.tries == 2


def test_the_background_ends_when_it_is_stopped() -> None:
    cancel = threading.Event()
    with free(cancel) as lease:
        leased = LeasedGenerator(knowing(), lease)
        cancel.set()
        with pytest.raises(Cancelled):
            leased.compare_next(PROMPT, ("A", "B"), cancel=threading.Event())
        with pytest.raises(Cancelled):
            list(leased.generate(PROMPT, max_tokens=9, cancel=threading.Event()))
    assert LeasedGenerator(FakeGenerator([], scores=False), lease).scorer is None


class Writer:
    """A maker with the model that has two sections in every note, and two questions for each."""

    def __init__(self, _: Generator, __: Pool, examine: Callable[[Item], Item]) -> None:
        self.dropped: Counter[str] = Counter()
        self._examine = examine

    def plan(self, note: Document) -> list[ContextBlock]:
        half = len(note.text) // 2
        spans = ((0, half), (half, len(note.text)))
        return [ContextBlock(note.path, (), (), a, b, note.text[a:b], n, note) for n, (a, b) in enumerate(spans)]

    def make_from(self, block: ContextBlock, rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
        self.dropped["repeated"] += 1
        name = f"{block.note}-{block.ordinal}"
        kind = ("smooth", "rough")[block.ordinal]
        question = f"Which {kind} ratio of {block.note} has only predictions below the line, as precision?"
        yield self._examine(choice(id=name, maker=Maker.MODEL, question=question))
        yield self._examine(choice(id=f"{name}-short", maker=Maker.MODEL, question="Too short?"))


def written(bank: Bank) -> list[str]:
    return [item.id for item in bank.items() if item.maker is Maker.MODEL]


def test_items_that_the_model_writes_pass_the_same_exam(bank: Bank, builder: BankBuilder) -> None:
    build(builder, note())
    told = build(builder, note(), model=WithModel(knowing(), Writer))
    assert written(bank) == ["metrics.md-0", "metrics.md-1"]
    assert bank.counts().dropped["repeated"] == 2
    assert [(p.done, p.total) for p in told if p.stage == "model"] == [(0, 2), (1, 2)]
    assert not [p for p in build(builder, note(), model=WithModel(knowing(), Writer)) if p.stage == "model"]


def test_a_stopped_writing_goes_on_with_the_next_section(bank: Bank, builder: BankBuilder) -> None:
    cancel, notes, read = threading.Event(), [note(), note(BIRDS, "birds.md")], []

    class Stopping(Writer):
        def make_from(self, block: ContextBlock, rng: random.Random, cancel_: threading.Event) -> Iterator[Item]:
            read.append((block.note, block.ordinal))
            if len(read) == 3:
                cancel.set()
            yield from super().make_from(block, rng, cancel_)

    builder.build(notes, free())
    with pytest.raises(Cancelled):
        builder.build(notes, free(cancel), model=WithModel(knowing(), Stopping))
    assert read == [("metrics.md", 0), ("birds.md", 0), ("metrics.md", 1)]
    build(builder, *notes, model=WithModel(knowing(), Stopping))
    assert read[3:] == [("metrics.md", 1), ("birds.md", 1)]
    assert bank.counts().dropped["repeated"] == 4


def test_what_is_being_studied_is_written_about_first(bank: Bank, builder: BankBuilder) -> None:
    read = []

    class Noting(Writer):
        def make_from(self, block: ContextBlock, rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
            read.append(block.note)
            yield from super().make_from(block, rng, cancel)

    builder.prefer(["birds.md"])
    build(builder, note(), note(BIRDS, "birds.md"), model=WithModel(knowing(), Noting))
    assert read == ["birds.md"] * 2 + ["metrics.md"] * 2


def test_the_first_questions_about_a_topic_are_written_while_a_quiz_waits(bank: Bank, builder: BankBuilder) -> None:
    notes = [note(), note(BIRDS, "birds.md")]
    told: list[BankProgress] = []
    spans = [Span("birds.md", 0, 20)]
    builder.write_first(notes, spans, WithModel(knowing(), Writer), free(), told.append)
    assert written(bank) == ["birds.md-0"]
    assert [(p.stage, p.items) for p in told] == [("first", 1), ("first", 1)]
    assert bank.fingerprints(Maker.MODEL) == {}, "the rest of the note is still to be written about"


def test_after_a_while_one_question_has_to_do(
    bank: Bank, builder: BankBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_module, "_PATIENCE_S", -1.0)
    builder.write_first([note(), note(BIRDS, "birds.md")], [], WithModel(knowing(), Writer), free())
    assert written(bank) == ["metrics.md-0"]


def test_an_item_of_a_changed_note_stays_as_long_as_its_words_do(bank: Bank, builder: BankBuilder) -> None:
    class Silent(Writer):
        def make_from(self, block: ContextBlock, rng: random.Random, cancel: threading.Event) -> Iterator[Item]:
            yield from ()

    build(builder, note(), model=WithModel(knowing(), Writer))
    longer = METRICS + "\nOne more line at the end.\n"
    build(builder, note(longer), model=WithModel(knowing(), Silent))
    assert len(written(bank)) == 2
    build(builder, note(f"Moved.\n\n{longer}"), model=WithModel(knowing(), Silent))
    assert written(bank) == []


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
    (record,) = store.all()
    assert store.merge([record]) == 0
    assert store.merge([replace(record, id="q2")]) == 1
    assert store.load("q2").posed == (posed,)


def test_a_quiz_goes_between_two_questions_to_the_model_and_finds_its_notes_read(
    bank: Bank, builder: BankBuilder
) -> None:
    build(builder, note(BIRDS, "birds.md"))
    scheduler = Scheduler(quiet_s=0)
    background = scheduler.lease(Priority.BANK)
    quizzes: list[threading.Thread] = []

    def start_quiz() -> None:
        with scheduler.lease(Priority.QUIZ) as lease:
            builder.build([note(BIRDS, "birds.md"), note()], lease, only=["metrics.md"])

    class Meanwhile(FakeGenerator):
        def compare_next(self, *given, **named):  # type: ignore[no-untyped-def]
            if not quizzes:
                quizzes.append(threading.Thread(target=start_quiz))
                quizzes[0].start()
                while not background.stop.is_set():
                    pass
                raise Cancelled("A quiz came first.")
            assert bank.items("metrics.md")
            return super().compare_next(*given, **named)

    model = WithModel(Meanwhile([], comparisons=(0.0, -1.0, -1.0, -1.0)))
    with background:
        builder.build([note(BIRDS, "birds.md")], background, model=model)
    quizzes[0].join()
    assert bank.items("metrics.md")


def test_a_note_that_is_interrupted_begins_anew_and_knows_what_others_made(
    bank: Bank, builder: BankBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler, read = Scheduler(quiet_s=0), []
    background, notes = scheduler.lease(Priority.BANK), [note(), note(BIRDS, "birds.md")]
    quizzes: list[threading.Thread] = []
    make = bank_module.make_items

    def start_quiz() -> None:
        with scheduler.lease(Priority.QUIZ) as lease:
            builder.build(notes, lease, only=["birds.md"])

    def making(path: str, *given: object) -> Iterator[Item]:
        read.append(path)
        for item in make(path, *given):  # type: ignore[arg-type]
            if not quizzes:
                quizzes.append(threading.Thread(target=start_quiz))
                quizzes[0].start()
                while not background.stop.is_set():
                    pass
            yield item

    monkeypatch.setattr(bank_module, "make_items", making)
    with background:
        builder.build(notes, background)
    quizzes[0].join()
    assert read == ["metrics.md", "birds.md", "metrics.md"]
    assert {item.source.note for item in bank.items()} == {"metrics.md", "birds.md"}
    monkeypatch.undo()
    assert build(builder, *notes) == []
