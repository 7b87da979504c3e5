"""A quiz from its start to its result: topics, choice of items, modes, marks, appeals, confusion, reload."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from quiz_setting import METRICS, choice, cloze, fair_items, note, true_false

from assistant.errors import ModelError, StudyError
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.quiz.bank import BankBuilder
from assistant.quiz.bank_store import Bank
from assistant.quiz.choosing import Difficulty, QuizTopic, Span, TopicKind, choose_items, find_topic, tags_of
from assistant.quiz.item import Anchor, Item, Kind, Maker
from assistant.quiz.kinds import Mark, kind_of
from assistant.quiz.kinds.written import fills
from assistant.quiz.quiz_json import QUIZ, QuizRecord
from assistant.quiz.room import QuizRequest, QuizRoom, Sources
from assistant.quiz.session import Mode, Posed, Quiz
from assistant.quiz.store import ItemHistory, QuizStore
from assistant.study.database import StudyDatabase
from assistant.types import Document

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def notes() -> list[Document]:
    """The notes of the workspace; a test may change the list."""
    return [note()]


@pytest.fixture
def room(database: StudyDatabase, notes: list[Document]) -> QuizRoom:
    bank = Bank(database)
    sources = Sources(
        notes=lambda: notes,
        outline=lambda: [section for one in notes for section in one.outline],
        search=lambda words: [Span("metrics.md", METRICS.index(words), METRICS.index(words) + 40)],
    )
    return QuizRoom(bank, QuizStore(database), BankBuilder(bank, lambda: NOW), sources, Scheduler())


def right(posed: Posed) -> int | str | tuple[int, ...]:
    places = {option: place for place, option in enumerate(posed.order)}
    item = posed.item
    if item.kind in (Kind.SHORT, Kind.CLOZE):
        return item.answer
    if item.kind in (Kind.CHOICE, Kind.TRUE_FALSE):
        return places[item.key[0]]
    return tuple(places[i] for i in item.key)


def wrong(posed: Posed) -> int:
    return next(place for place, option in enumerate(posed.order) if option != posed.item.key[0])


def answer_all(room: QuizRoom, quiz: Quiz, answer: Callable[[Posed], object]) -> Quiz:
    for number, posed in enumerate(quiz.posed):
        quiz = room.answer(quiz, number, answer(posed), NOW + timedelta(seconds=5), 900)  # type: ignore[arg-type]
    return quiz


# -- topics


def topic(text: str, notes: Sequence[Document]) -> QuizTopic:
    outline = [section for one in notes for section in one.outline]
    return find_topic(text, notes, outline, lambda words: [Span("found.md", 0, len(words))])


def test_a_topic_is_a_note_a_heading_a_tag_or_free_words() -> None:
    notes = [note(), note("---\ntags: [Food, tea]\n---\n# Tea\n\nHot. #drink\n", "drinks/tea.md")]
    assert topic("", notes).kind is TopicKind.EVERYTHING
    assert topic("metrics.md", notes).spans == (Span("metrics.md", 0, len(METRICS) + 1),)
    assert topic("drinks", notes).kind is TopicKind.NOTE
    assert topic("MODEL METRICS", notes).kind is TopicKind.HEADING
    assert topic("metrics.md#Cooking rice > 3. Boiling", notes).spans[0].start == METRICS.index("### 3.")
    assert topic("#boiling", notes).kind is TopicKind.HEADING
    assert topic("#food", notes).spans[0].note == "drinks/tea.md"
    assert topic("#drink", notes).kind is TopicKind.TAG
    assert topic("wrong", notes).kind is TopicKind.WRONG
    assert topic("how to measure a model", notes).spans == (Span("found.md", 0, 22),)


def test_tags_are_words_behind_a_hash_and_no_headings_or_code() -> None:
    text = "# Not a tag\n\nOne #Tag and #two/three, not a#b or #1.\n\n```\n#code\n```\n"
    assert [tag for tag, _ in tags_of(note(text))] == ["tag", "two/three"]


def test_a_quiz_on_a_heading_asks_only_below_it(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest("Model metrics", count=5, seed=1), NOW)
    assert {posed.item.source.heading_path[-1] for posed in quiz.posed} == {"Model metrics"}


def test_free_words_lead_to_the_passages_that_are_found(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest("**Recall**", count=3, seed=1), NOW)
    assert {posed.item.source.quote[:10] for posed in quiz.posed} == {"**Recall**"}


def test_free_words_ask_the_best_passages_first_and_go_on_only_if_more_is_needed() -> None:
    items = [choice(id=str(n)) for n in range(6)]
    items = [replace(item, proofs=(replace(item.source, start=10 * n),)) for n, item in enumerate(items)]
    items.append(replace(items[4], id="4 again"))  # the same place once more
    place = items[0].source.note
    spans = (Span(place, 40, 60), Span(place, 0, 20), Span(place, 20, 40))
    topic = QuizTopic(TopicKind.WORDS, "measure", spans)
    assert [item.id for item in topic.of(items, 2)] == ["4", "5", "4 again"]
    assert [item.id for item in topic.of(items, 3)] == ["4", "5", "4 again", "0", "1"]
    assert len(topic.of(items, 99)) == len(replace(topic, kind=TopicKind.HEADING).of(items, 1)) == 7


def test_a_topic_without_questions_says_so(room: QuizRoom) -> None:
    with pytest.raises(StudyError, match="no such question"):
        room.start(QuizRequest("1. Washing", kinds=frozenset({Kind.MATCH})), NOW)


# -- choosing


def test_kinds_are_mixed_and_no_two_questions_share_a_proof() -> None:
    chosen = choose_items(fair_items(note()), 9, {}, random.Random(1))
    assert len({item.kind for item in chosen}) >= 4
    starts = [proof.start for item in chosen for proof in item.proofs]
    assert len(set(starts)) == len(starts)


def test_an_item_that_joins_many_facts_does_not_make_the_quiz_short() -> None:
    metrics = [replace(item, id=f"{item.id} alone") for item in fair_items(note()) if item.kind is not Kind.SHORT]
    match = next(item for item in metrics if item.kind is Kind.MATCH)
    single = [item for item in metrics if {p.start for p in item.proofs} < {p.start for p in match.proofs}]
    facts = len({proof.start for proof in match.proofs})
    assert len(single) >= facts > 2
    for seed in range(50):
        assert len(choose_items([match, *single], facts, {}, random.Random(seed))) == facts
    assert choose_items([match], facts, {}, random.Random(0)) == [match]


def test_what_was_asked_longest_ago_comes_before_what_was_asked_today() -> None:
    items = [choice(id=str(n), question=f"What is item number {n} in all of the notes?") for n in range(3)]
    items = [replace(item, proofs=(replace(item.source, start=n),)) for n, item in enumerate(items)]
    history = {"0": ItemHistory(1, 0, "2030-05-01", True), "1": ItemHistory(1, 0, "2030-01-01", True)}
    assert [item.id for item in choose_items(items, 3, history, random.Random(0))] == ["2", "1", "0"]


def test_difficulty_and_kinds_narrow_the_choice(room: QuizRoom) -> None:
    request = QuizRequest(count=4, kinds=frozenset({Kind.SHORT}), difficulty=Difficulty.HARD, seed=1)
    quiz = room.start(request, NOW)
    assert all(p.item.kind is Kind.SHORT and p.item.difficulty >= 0.5 for p in quiz.posed)
    with pytest.raises(StudyError):
        room.start(replace(request, difficulty=Difficulty.EASY), NOW)


def test_a_seed_draws_the_same_quiz_again(room: QuizRoom) -> None:
    first, again, other = (room.start(QuizRequest(count=5, seed=seed), NOW) for seed in (7, 7, 8))
    assert first.posed == again.posed
    assert first.posed != other.posed


def test_only_what_was_wrong_comes_back(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=4, kinds=frozenset({Kind.CHOICE}), seed=1), NOW)
    quiz = room.answer(quiz, 0, wrong(quiz.posed[0]), NOW, 10)
    for number in range(1, len(quiz.posed)):
        quiz = room.answer(quiz, number, right(quiz.posed[number]), NOW, 10)
    again = room.start(QuizRequest("wrong", count=4, kinds=frozenset({Kind.CHOICE})), NOW)
    assert [posed.item.id for posed in again.posed] == [quiz.posed[0].item.id]


# -- a quiz


def test_a_quiz_answered_rightly_has_a_full_score(room: QuizRoom) -> None:
    quiz = answer_all(room, room.start(QuizRequest(count=8, seed=3), NOW), right)
    result = room.result(quiz)
    assert quiz.is_over
    assert (result.right, result.count, result.score) == (len(quiz.posed), len(quiz.posed), 1.0)
    assert result.read_again == ()
    assert result.took_s == 5


def test_a_quiz_goes_on_after_it_was_stored_and_loaded(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=5, seed=3), NOW)
    quiz = room.answer(quiz, 0, right(quiz.posed[0]), NOW, 10)
    loaded = room.store.load(quiz.id)
    assert loaded == quiz == QUIZ.read(QUIZ.write(QuizRecord.of(quiz))).quiz()
    assert room.store.unfinished() == quiz
    assert loaded.number == 1
    done = answer_all_left(room, loaded)
    assert room.store.unfinished() is None
    assert room.result(done).score == 1.0


def answer_all_left(room: QuizRoom, quiz: Quiz) -> Quiz:
    while not quiz.is_over:
        quiz = room.answer(quiz, quiz.number, right(quiz.posed[quiz.number]), NOW, 10)
    return quiz


def test_an_exam_ends_with_its_time_and_what_is_open_counts_as_wrong(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=4, mode=Mode.EXAM, seed=1), NOW)
    assert quiz.limit_s is not None
    quiz = room.answer(quiz, 0, right(quiz.posed[0]), NOW, 10)
    late = NOW + timedelta(seconds=quiz.limit_s)
    assert quiz.seconds_left(late) == 0
    with pytest.raises(StudyError, match="over"):
        room.answer(quiz, 1, right(quiz.posed[1]), late, 10)
    result = room.result(room.finish(quiz, late + timedelta(hours=1)))
    assert (result.right, result.count) == (1, 4)
    assert result.took_s == quiz.limit_s


def test_a_question_is_answered_once(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=3, seed=1), NOW)
    quiz = room.answer(quiz, 0, right(quiz.posed[0]), NOW, 10)
    with pytest.raises(StudyError):
        room.answer(quiz, 0, right(quiz.posed[0]), NOW, 10)
    with pytest.raises(StudyError):
        room.answer(quiz, 9, 0, NOW, 10)


def test_an_appeal_counts_as_right_and_keeps_its_reason(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=1, kinds=frozenset({Kind.SHORT}), seed=1), NOW)
    quiz = room.answer(quiz, 0, "something else entirely", NOW, 10)
    assert room.result(quiz).right == 0
    with pytest.raises(StudyError, match="reason"):
        room.appeal(quiz, 0, "  ")
    quiz = room.appeal(quiz, 0, "my teacher says so")
    assert room.result(quiz).score == 1.0
    assert room.store.load(quiz.id).replies[0].appeal == "my teacher says so"
    assert room.store.answers()[0].is_right


def test_a_reported_question_leaves_the_quiz_and_never_comes_back(room: QuizRoom, notes: list[Document]) -> None:
    quiz = room.start(QuizRequest(count=4, seed=1), NOW)
    bad = quiz.posed[1].item
    quiz = room.report(quiz, bad.id, "two answers are right", NOW)
    assert bad.id not in {posed.item.id for posed in quiz.posed}
    notes[0] = note(METRICS + "\nOne more line.\n")
    room.build(Scheduler().lease(Priority.BANK))
    assert bad.id not in {item.id for item in room.bank.items()}
    assert room.bank.counts().reported == 1


def test_what_was_taken_for_what_is_shown_with_both_passages(room: QuizRoom) -> None:
    item = choice()
    quiz = Quiz("q", "precision", Mode.PRACTICE, (Posed(item, (0, 1, 2, 3)),), NOW)
    quiz = quiz.answered(0, kind_of(item).mark(item, (0, 1, 2, 3), 0, room.grade), NOW, 10)
    (found,) = room.result(quiz).confusions
    assert found.asked.quote.startswith("**Precision**")
    assert found.instead is not None
    assert found.instead.quote.startswith("**Recall**")


def test_a_confused_pair_is_told_apart_once_in_the_next_quiz(room: QuizRoom) -> None:
    room.build(Scheduler().lease(Priority.BANK))
    room.bank.add([choice(checks=())], NOW)
    quiz = Quiz("q", "precision", Mode.PRACTICE, (Posed(choice(), (0, 1, 2, 3)),), NOW)
    room.store.save(quiz.answered(0, kind_of(choice()).mark(choice(), (0, 1, 2, 3), 0, room.grade), NOW, 10))
    following = room.start(QuizRequest(count=4, seed=2), NOW + timedelta(days=1))
    contrasts = [posed.item for posed in following.posed if "mixed up" in posed.item.question]
    assert [item.lefts for item in contrasts] == [("Precision", "Recall")]
    third = room.start(QuizRequest(count=4, seed=2), NOW + timedelta(days=2))
    assert not [posed for posed in third.posed if "mixed up" in posed.item.question]


def test_topics_are_listed_worst_first(room: QuizRoom) -> None:
    quiz = room.start(QuizRequest(count=8, kinds=frozenset({Kind.CHOICE, Kind.ORDER, Kind.SHORT}), seed=5), NOW)

    def by_place(posed: Posed) -> object:
        good = posed.item.source.heading_path[1] == "Model metrics"
        return right(posed) if good or posed.item.kind is not Kind.CHOICE else wrong(posed)

    topics = room.result(answer_all(room, quiz, by_place)).topics
    shares = [topic.points / topic.count for topic in topics]
    assert shares == sorted(shares)


# -- marks


def marked(item: Item, response: object) -> Mark:
    order = tuple(range(len(item.options)))
    return kind_of(item).mark(item, order, response, lambda *_: pytest.fail("not a short answer"))  # type: ignore[arg-type]


def test_the_place_of_an_option_counts_as_it_was_shown() -> None:
    item = choice()
    assert kind_of(item).mark(item, (3, 1, 0, 2), 1, lambda *_: pytest.fail("")).is_right
    assert not kind_of(item).mark(item, (1, 3, 0, 2), 1, lambda *_: pytest.fail("")).is_right


def test_a_false_statement_is_corrected() -> None:
    item = true_false("Precision is the ratio of hits to all actual positives.", is_true=False)
    assert marked(item, 1).is_right
    assert marked(item, 0).right == f"False: {item.answer}"


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("Natural language processing", True),
        ("the natural language processing", True),
        ("natural-language processing", True),
        ("nlp", True),
        ("natural langauge procesing", True),
        ("natural language", False),
        ("language models", False),
        ("", False),
    ],
)
def test_a_gap_takes_other_spellings_and_slips_but_not_other_words(typed: str, fits: bool) -> None:
    assert fills(cloze("_____ is it.", "Natural language processing", ("NLP",)), typed) is fits


@pytest.mark.parametrize(("typed", "fits"), [("1698", True), ("1689", False), ("in 1698", False), ("1,698", True)])
def test_a_year_has_to_be_exact(typed: str, fits: bool) -> None:
    assert fills(cloze("The first pump was built in _____.", "1698"), typed) is fits


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("O(n*log(n))", True),
        ("$O(n \\log n)$", True),
        ("n log n", True),
        ("O(n/log n)", False),
        ("O(n + log n)", False),
    ],
)
def test_a_gap_takes_a_formula_in_any_form_that_means_the_same(typed, fits):
    assert fills(cloze("It takes _____ steps.", "$O(n \\log n)$"), typed) is fits


def test_pairs_and_steps_count_each() -> None:
    items = {item.kind: item for item in fair_items(note()) if item.kind in (Kind.MATCH, Kind.ORDER)}
    for item in items.values():
        good = list(item.key)
        assert marked(item, tuple(good)).is_right
        good[0], good[1] = good[1], good[0]
        part = marked(item, tuple(good))
        assert not part.is_right
        assert part.share == (len(good) - 2) / len(good)


@pytest.mark.parametrize("response", ["1", 4, -1, (0, 1)])
def test_an_answer_of_another_kind_is_refused(response: object) -> None:
    with pytest.raises(StudyError):
        marked(choice(), response)


# -- the first questions


def test_the_model_writes_the_first_questions_where_structure_gives_none(
    database: StudyDatabase,
) -> None:
    prose = note("# Rain\n\nIt rained.\n", "rain.md")
    bank = Bank(database)
    asked = []

    def write_first(topic: QuizTopic, lease: Lease) -> None:
        asked.append(topic.title)
        proof = Anchor("rain.md", ("Rain",), 8, 18, "It rained.")
        bank.add([choice(id="written", maker=Maker.MODEL, proofs=(proof,))], NOW)

    sources = Sources(notes=lambda: [prose], outline=lambda: prose.outline, search=lambda words: [])
    builder = BankBuilder(bank, lambda: NOW)
    alone = QuizRoom(bank, QuizStore(database), builder, sources, Scheduler())
    with pytest.raises(StudyError):
        alone.start(QuizRequest("rain.md"), NOW)
    written = QuizRoom(bank, QuizStore(database), builder, replace(sources, write_first=write_first), Scheduler())
    quiz = written.start(QuizRequest("rain.md"), NOW)
    assert [posed.item.id for posed in quiz.posed] == ["written"]
    assert len(asked) == 1
    written.start(QuizRequest("rain.md"), NOW)
    assert len(asked) == 1, "only where the bank has nothing"


def test_without_a_model_it_is_said_what_would_mend_it(database: StudyDatabase) -> None:
    def missing(topic: QuizTopic, lease: Lease) -> None:
        raise ModelError("The model is not here.", hint="assistant models pull")

    prose = note("# Rain\n\nIt rained.\n", "rain.md")
    sources = Sources(
        notes=lambda: [prose], outline=lambda: prose.outline, search=lambda words: [], write_first=missing
    )
    bank = Bank(database)
    room = QuizRoom(bank, QuizStore(database), BankBuilder(bank, lambda: NOW), sources, Scheduler())
    with pytest.raises(StudyError) as caught:
        room.start(QuizRequest("rain.md"), NOW)
    assert "The model is not here." in caught.value.message
    assert caught.value.hint == "assistant models pull"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# Rain\n\nIt rained.\n", "so that it can be asked by itself"),
        ("# Rain\n\n## Exercises\n\n- Measure the rain of one week.\n", "nothing of it teaches"),
        ("# Дождь\n\nВчера весь день шёл дождь, и все сидели дома.\n", "English, German and French"),
    ],
)
def test_notes_that_carry_no_quiz_say_why(database: StudyDatabase, text: str, why: str) -> None:
    rain = note(text, "rain.md")
    sources = Sources(notes=lambda: [rain], outline=lambda: rain.outline, search=lambda words: [])
    bank = Bank(database)
    room = QuizRoom(bank, QuizStore(database), BankBuilder(bank, lambda: NOW), sources, Scheduler())
    with pytest.raises(StudyError, match=why):
        room.start(QuizRequest("rain.md"), NOW)
