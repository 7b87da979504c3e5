"""What the Quiz, Review and Progress tabs ask for, as plain functions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fake_study
import pytest
from fake_scripts import FUNDAMENTALS
from fake_service import FakeStudyService
from through_api import Asked

from assistant.documents.loading import parse
from assistant.quiz.choosing import Difficulty
from assistant.quiz.item import Kind
from assistant.quiz.store import Logged
from assistant.types import AnswerProgress
from assistant.ui.status_line import PageHandlers
from assistant.ui.tabs.chat.exchange import Exchange
from assistant.ui.tabs.chat.view import ExchangeView
from assistant.ui.tabs.progress.handlers import ProgressHandlers
from assistant.ui.tabs.quiz.handlers import QuizHandlers
from assistant.ui.tabs.review.handlers import ReviewHandlers

BATCH = "processes a large number of inputs at once"
NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def review(service: FakeStudyService) -> Asked:
    return Asked(ReviewHandlers(service))


@pytest.fixture
def quizzes(service: FakeStudyService) -> Asked:
    return Asked(QuizHandlers(service))


def line(service: FakeStudyService) -> Asked:
    """The status line."""
    return Asked(PageHandlers(service, QuizHandlers(service), ReviewHandlers(service)))


def texts(tree: Any) -> str:
    """All text of a tree that the page draws."""
    if isinstance(tree, str):
        return tree
    is_element = bool(tree) and isinstance(tree[0], str)
    return " ".join(map(texts, tree[2:] if is_element else tree))


# Review


def test_without_cards_it_says_where_they_come_from(review: Asked) -> None:
    table = review.open({})
    assert (table["card"], table["rest"]["title"], table["left"]) == (None, "No cards yet", 0)


def test_a_card_comes_with_its_passage_and_four_intervals(review: Asked, service: FakeStudyService) -> None:
    fake_study.card(service, "What is **batch** inference? <b>", "Many at once.", BATCH)
    table = review.open({})
    assert table["card"]["front"] == [["p", {}, "What is ", ["strong", {}, "batch"], " inference? <b>"]]
    assert table["card"]["place"]["trail"] == ["Fundamentals of AI and ML", "Basic concepts", "Types of inference"]
    assert json.dumps(["mark", {}, BATCH]) in json.dumps(table["card"]["passages"][0]["body"])
    assert [(r["name"], r["interval"]) for r in table["ratings"]] == [
        ("Again", "1 min"), ("Hard", "6 min"), ("Good", "10 min"), ("Easy", "8 d"),
    ]  # fmt: skip


def test_rating_stores_the_answer_and_undo_takes_it_back(review: Asked, service: FakeStudyService) -> None:
    card = fake_study.card(service, "Front", "Back")
    sitting = review.open({})["sitting"]
    table = review.rate({"sitting": sitting, "card": card.id, "rating": 4, "took_ms": 1200})
    assert (table["card"], table["can_undo"], table["done"]["says"]) == (None, True, "1 answer, 1 recalled.")
    assert service.cards.store.reviews(card.id)[0].took_ms == 1200
    back = review.undo({"sitting": sitting})
    assert (back["card"]["id"], back["left"], back["can_undo"]) == (card.id, 1, False)
    assert service.cards.card(card.id).schedule == card.schedule


def test_a_card_is_rated_once_though_the_button_is_pressed_twice(review: Asked, service: FakeStudyService) -> None:
    first, second = fake_study.card(service, "One", "1"), fake_study.card(service, "Two", "2")
    sitting = review.open({})["sitting"]
    for _ in range(2):
        table = review.rate({"sitting": sitting, "card": first.id, "rating": 4})
    assert table["card"]["id"] == second.id
    assert len(service.cards.store.reviews()) == 1


def test_nothing_due_says_when_and_how_many(service: FakeStudyService) -> None:
    for number in range(3):
        made = fake_study.card(service, f"Front {number}", "Back")
        day, hour = timedelta(days=1), timedelta(hours=number)
        moved = replace(
            fake_study.learned(service, made, due_in=day, ago=day, stability=3).schedule, due_at=NOW + day + hour
        )
        service.cards.store.put(replace(made, schedule=moved))
    table = Asked(ReviewHandlers(service, lambda: NOW)).open({})
    assert (table["rest"]["title"], table["rest"]["says"]) == ("Nothing is due", "Next review tomorrow, 3 cards.")
    cram = Asked(ReviewHandlers(service, lambda: NOW)).open({"cram": True})
    assert (cram["left"], cram["cram"], {rating["interval"] for rating in cram["ratings"]}) == (3, True, {""})


def changed_note(service: FakeStudyService) -> str:
    """Makes a card and changes the passage it is from. Returns the card's id."""
    old = "models can analyse medical images to help doctors."
    card = fake_study.card(service, "Where do models assist?", "They analyse images.", old)
    note = service.notes[FUNDAMENTALS]
    text = note.text.replace(old, "models can analyse medical images and texts to help nurses and doctors.")
    service.notes[FUNDAMENTALS] = parse(note.path, text, note.kind, note.title)
    return card.id


def test_a_changed_passage_is_shown_beside_the_old_one_and_kept(review: Asked, service: FakeStudyService) -> None:
    card = changed_note(service)
    table = review.open({})
    assert table["card"]["then"] == "models can analyse medical images to help doctors."
    assert "nurses" in texts(table["card"]["passages"][0]["body"])
    kept = review.keep_card({"sitting": table["sitting"], "card": card})
    assert kept["card"]["then"] == ""
    assert service.cards.stale() == []


def test_a_changed_passage_lets_the_card_be_fixed(review: Asked, service: FakeStudyService) -> None:
    card = changed_note(service)
    sitting = review.open({})["sitting"]
    fixed = review.fix_card({"sitting": sitting, "card": card, "front": "Whom do models help?", "back": "Nurses too."})
    assert fixed["card"]["sides"] == {"front": "Whom do models help?", "back": "Nurses too."}
    assert (fixed["sitting"], fixed["card"]["then"]) == (sitting, "")


def test_cards_are_made_by_hand_and_of_answers(review: Asked, service: FakeStudyService) -> None:
    by_hand = review.add_card({"front": "What?", "back": "That."})["card"]
    progress = AnswerProgress("What is batch or real-time inference?")
    for event in service.answers.ask(progress.question):
        progress = progress.after(event)
    study = ExchangeView(service.notes.read).render(Exchange("q1", progress))["study"]
    assert study["topic"] == f"{FUNDAMENTALS}#Fundamentals of AI and ML > Basic concepts > Types of inference"
    request = {"front": "Batch?", "back": study["back"], "question": progress.question, "anchor": study["anchor"]}
    of_answer = service.cards.card(review.add_card(request)["card"])
    assert (of_answer.origin, of_answer.front, of_answer.note) == ("answer", "Batch?", FUNDAMENTALS)
    assert of_answer.anchor and of_answer.anchor.quote in service.notes.read(FUNDAMENTALS).text
    assert service.cards.card(by_hand).anchor is None


def test_errors_are_sentences_with_a_hint(review: Asked) -> None:
    assert review.add_card({"front": " ", "back": "x"})["error"] == {
        "message": "The front of a card cannot be empty.",
        "hint": "Both sides need at least one word.",
    }
    assert "There is no answer to take back." in review.undo({"sitting": "unknown"})["error"]["message"]


# Progress


def test_progress_says_states_in_words_and_names_a_quiz_for_each(service: FakeStudyService) -> None:
    fake_study.some_progress(service)
    found = Asked(ProgressHandlers(service)).overview()
    states = {cell["label"]: cell["state"] for note in found["notes"] for cell in note["topics"]}
    assert (states["Types of inference"], states["Bias and fairness"], states["Softmax"]) == (
        "known", "fading", "not yet",
    )  # fmt: skip
    topics = {cell["label"]: cell["topic"] for note in found["notes"] for cell in note["topics"]}
    room = service.quiz.room
    assert room.find_topic(topics["Softmax"]).spans == room.find_topic("#Transformers > Softmax").spans != ()
    assert len(found["forecast"]["bars"]) == 14
    assert found["forecast"]["bars"][0] == {"day": "Today", "value": "1", "share": 1.0, "says": ""}
    assert (found["pairs"][0]["asked"], found["pairs"][0]["chosen"], found["pairs"][0]["times"]) == (
        "Batch inference", "Real-time inference", "once",
    )  # fmt: skip
    assert found["figures"][3] == {"number": "80%", "label": "right"}


def test_pairs_are_counted_either_way_round(service: FakeStudyService) -> None:
    from assistant.quiz.results import most_confused

    item = fake_study.items(service)[Kind.CHOICE]
    turned = replace(item, id="turned", key=(1,))
    given = [(item, "Real-time inference"), (turned, "Batch inference"), (item, "Training"), (item, "Training")]
    log = [Logged("q", n, one.id, "", (), said, False, NOW) for n, (one, said) in enumerate(given)]
    log.append(Logged("q", 9, item.id, "", (), "Batch inference", True, NOW))
    pairs = most_confused(log, {item.id: item, "turned": turned}.get, 5)
    assert [(pair.asked, pair.chosen, pair.times) for pair in pairs] == [
        ("Batch inference", "Training", 2), ("Real-time inference", "Batch inference", 2),
    ]  # fmt: skip
    assert most_confused(log, {}.get, 5) == []


# Quiz


def answer(desk: Asked, number: int, response: object) -> dict[str, Any]:
    shown: dict[str, Any] = desk.answer({"quiz": "quiz-of-test", "number": number, "response": response})
    return shown


RIGHT: dict[Kind, object] = {
    Kind.CHOICE: 0,
    Kind.TRUE_FALSE: 1,
    Kind.CLOZE: "supervised",
    Kind.MATCH: [1, 0],
    Kind.ORDER: [2, 0, 1],
    Kind.SHORT: "So that softmax does not become too sharp",
}
WRONG: dict[Kind, object] = {
    Kind.CHOICE: 1,
    Kind.TRUE_FALSE: 0,
    Kind.CLOZE: "unlabelled",
    Kind.MATCH: [0, 1],
    Kind.ORDER: [0, 1, 2],
    Kind.SHORT: "To save money",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_marked_and_explained(quizzes: Asked, service: FakeStudyService, kind: Kind) -> None:
    fake_study.quiz(service, kind, Kind.CHOICE if kind is not Kind.CHOICE else Kind.CLOZE)
    asked = quizzes.open({"quiz": "quiz-of-test"})
    assert asked["feedback"] is None
    assert asked["question"].keys() == {"number", "item", "kind", "form", "name", "text", "options", "lefts"}
    told = answer(quizzes, 0, RIGHT[kind])["feedback"]
    assert (told["outcome"], told["word"], told["shape"]) == ("right", "Right", "check")
    assert told["passages"][0]["trail"][0] in ("Fundamentals of AI and ML", "Transformers")
    assert '["mark"' in json.dumps(told["passages"][0]["body"])
    assert [check["says"] for check in told["checks"]] == [check.detail for check in fake_study.FAIR]


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_can_be_answered_wrong(quizzes: Asked, service: FakeStudyService, kind: Kind) -> None:
    fake_study.quiz(service, kind)
    shown = answer(quizzes, 0, WRONG[kind])
    told = shown["feedback"]
    assert (told["outcome"] in ("wrong", "partly"), shown["over"], shown["result"]["wrong"]) == (True, True, 1)
    assert told["given"]
    if kind is Kind.CHOICE:
        assert told["marks"] == ["right", "wrong", "", ""]
    if kind is Kind.MATCH:
        assert [pair["hit"] for pair in told["pairs"]] == [False, False]
    if kind is Kind.SHORT:
        assert [point["word"] for point in told["points"]] == ["Missing"]


def test_a_whole_quiz_ends_in_a_result(quizzes: Asked, service: FakeStudyService) -> None:
    fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE, Kind.SHORT)
    answer(quizzes, 0, 1)
    answer(quizzes, 1, "supervised")
    result = answer(quizzes, 2, "To save money")["result"]
    assert (result["says"], result["wrong"]) == ("1 of 3 right", 2)
    assert [place["trail"][-1] for place in result["read_again"]] == ["Types of inference", "Self-attention"]
    confusion = result["confusions"][0]
    assert (confusion["right"], confusion["chosen"]) == ("Batch inference", "Real-time inference")
    assert BATCH in texts(confusion["asked"]["body"])
    assert "handles each input individually" in texts(confusion["instead"]["body"])
    again = quizzes.retry({"quiz": "quiz-of-test"})
    assert (again["count"], again["over"], again["exam"]) == (2, False, False)
    assert quizzes.cards({"quiz": "quiz-of-test"}) == {"says": "2 cards ready for review."}
    assert {card.origin for card in service.cards.cards()} == {"item"}


def test_an_exam_tells_nothing_until_its_end(quizzes: Asked, service: FakeStudyService) -> None:
    fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE, exam_s=600)
    shown = answer(quizzes, 0, 1)
    assert (shown["feedback"], shown["dots"], shown["result"]) == (None, ["answered", "open"], None)
    assert 590 <= shown["seconds_left"] <= 600
    assert '"right"' not in json.dumps(shown)
    over = quizzes.finish({"quiz": "quiz-of-test"})
    assert [told["outcome"] for told in over["result"]["answers"]] == ["wrong", "open"]
    assert over["result"]["wrong"] == 2


def test_an_exam_ends_when_its_time_is_up(service: FakeStudyService) -> None:
    started = fake_study.quiz(service, Kind.CHOICE, exam_s=60).started_at
    late = Asked(QuizHandlers(service, lambda: started + timedelta(seconds=61)))
    assert answer(late, 0, 0)["over"]
    assert service.quiz.room.store.answers() == []


def test_a_bad_question_goes_with_its_reason(quizzes: Asked, service: FakeStudyService) -> None:
    made = fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE)
    bad = made.posed[0].item.id
    shown = quizzes.report({"quiz": made.id, "item": bad, "reason": "Two are right."})
    assert (shown["count"], shown["question"]["kind"]) == (1, "cloze")
    assert bad in service.quiz.room.bank.reported()


def test_without_its_last_open_question_a_quiz_is_over(quizzes: Asked, service: FakeStudyService) -> None:
    made = fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE)
    answer(quizzes, 0, 0)
    shown = quizzes.report({"quiz": made.id, "item": made.posed[1].item.id, "reason": "Unclear."})
    assert (shown["over"], shown["result"]["says"]) == (True, "1 of 1 right")


def test_an_appeal_counts_as_right_with_its_reason(quizzes: Asked, service: FakeStudyService) -> None:
    fake_study.quiz(service, Kind.SHORT, Kind.CLOZE)
    answer(quizzes, 0, "To save money")
    shown = quizzes.appeal({"quiz": "quiz-of-test", "number": 0, "reason": "It does."})
    told = shown["feedback"]
    assert (told["outcome"], told["appeal"], shown["dots"][0]) == ("right", "It does.", "right")
    unsaid = quizzes.appeal({"quiz": "quiz-of-test", "number": 0, "reason": " "})
    assert "needs a reason" in unsaid["error"]["message"]


def test_an_answer_given_twice_counts_once(quizzes: Asked, service: FakeStudyService) -> None:
    fake_study.quiz(service, Kind.CHOICE, Kind.CLOZE)
    answer(quizzes, 0, 0)
    assert answer(quizzes, 0, 1)["dots"] == ["right", "open"]


def test_a_quiz_starts_from_the_notes_on_a_topic(quizzes: Asked, service: FakeStudyService) -> None:
    topic = f"{FUNDAMENTALS}#Fundamentals of AI and ML > Basic concepts"
    shown = quizzes.start({"topic": topic, "count": 5, "kinds": [], "exam": True})
    assert shown["count"] >= 1
    assert shown["seconds_left"] > 60
    sources = [posed.item.source for posed in service.quiz.room.store.load(shown["id"]).posed]
    assert {source.heading_path[1] for source in sources} == {"Basic concepts"}
    home = quizzes.home()
    assert home["open"]["says"].startswith("You are in the middle of an exam on")
    hard = quizzes.start({"topic": topic, "count": 5, "difficulty": "hard"})
    asked = [posed.item for posed in service.quiz.room.store.load(hard["id"]).posed]
    assert asked and all(Difficulty.HARD.holds(item) for item in asked)
    assert [level["value"] for level in home["difficulties"]] == ["any", "easy", "medium", "hard"]
    nothing = quizzes.start({"topic": "wrong", "count": 5})
    assert nothing["error"]["message"] == "Your notes give no such question about what you got wrong."
    assert "1 to 300" in quizzes.start({"topic": "", "count": 0})["error"]["hint"]


# The line


def test_the_line_counts_what_is_due_and_lives_without_a_database(service: FakeStudyService) -> None:
    fake_study.card(service, "Front", "Back")
    assert line(service).status()["study"] == {"due": 1, "ready": 0, "bank": None}


def test_where_progress_cannot_be_opened_the_tabs_say_so(tmp_path: Path) -> None:
    from fake_service import fake_service

    (tmp_path / "study.db").mkdir()
    broken = fake_service(tmp_path)
    assert line(broken).status()["study"] == {"due": None, "ready": None, "bank": None}
    assert "study.db" in Asked(ReviewHandlers(broken)).open({})["error"]["message"]


def test_the_models_are_loaded_as_soon_as_somebody_looks_and_once(service: FakeStudyService) -> None:
    page = line(service)
    assert service.warmed == 0
    assert page.status() and page.status()
    assert service.warmed == 1
