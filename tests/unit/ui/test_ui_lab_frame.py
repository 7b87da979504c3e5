"""The frame of the laboratory as the page asks for it, over the real assistant: plain data, errors as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Config
from assistant.lab.course import lessons
from assistant.ui.lab.frame import FrameDesk
from assistant.ui.lab.tour import TourDesk
from assistant.wiring import StudyAssistant
from assistant.workspace import Workspace

pytestmark = pytest.mark.embedder

NOW = datetime(2099, 3, 1, tzinfo=UTC)  # behind all that other tests of the same assistant did
GENERATIVE = "05-generative-ai.md"


@pytest.fixture
def frame(lab_assistant: StudyAssistant) -> FrameDesk:
    with lab_assistant.study.database.transaction() as db:
        db.execute("DELETE FROM lab_lessons")
    return FrameDesk(lab_assistant, clock=lambda: NOW)


@pytest.fixture
def tour(lab_assistant: StudyAssistant) -> TourDesk:
    return TourDesk(lab_assistant)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[StudyAssistant]:
    """An assistant without notes and index."""
    made = StudyAssistant(Workspace(tmp_path), Config())
    yield made
    made.close()


def plain(value: Any) -> Any:
    """The value as the browser gets it."""
    return json.loads(json.dumps(value))


def test_the_path_has_all_lessons_and_begins_with_the_first(frame: FrameDesk) -> None:
    home = plain(frame.lab_home())
    assert [lesson["id"] for lesson in home["lessons"]] == [lesson.id for lesson in lessons()]
    assert {lesson["state"] for lesson in home["lessons"]} == {"new"}
    assert home["next"] == "tokens"


def test_steps_are_kept_and_shown(frame: FrameDesk) -> None:
    assert frame.lab_mark({"lesson": "tokens", "what": "opened"}) == {"state": "opened"}
    assert frame.lab_mark({"lesson": "tokens", "what": "finished"}) == {"state": "finished"}
    home = frame.lab_home()
    assert [lesson["state"] for lesson in home["lessons"][:2]] == ["finished", "new"]
    assert home["next"] == home["lessons"][1]["id"]


def test_a_lesson_knows_its_neighbours(frame: FrameDesk) -> None:
    path = [lesson["id"] for lesson in frame.lab_home()["lessons"]]
    first, second, last = (plain(frame.lab_open({"lesson": id_})) for id_ in (path[0], path[1], path[-1]))
    assert first["previous"] is None
    assert (second["previous"]["id"], second["next"]["id"]) == (path[0], path[2])
    assert last["next"] is None
    assert first["idea"][0][0] == "p"


def test_an_unknown_lesson_is_a_sentence(frame: FrameDesk) -> None:
    assert frame.lab_open({"lesson": "alchemy"})["error"]["message"] == "There is no lesson 'alchemy'."


def test_passages_are_the_definitions_in_the_notes(frame: FrameDesk) -> None:
    found = plain(frame.lab_passages({"lesson": "tokens"}))["passages"]
    assert found
    assert "smallest unit of text" in json.dumps(found[0]["body"])
    assert all(passage["gone"] is False for passage in found)


def test_two_lessons_may_share_a_concept(frame: FrameDesk) -> None:
    for lesson in ("embeddings", "search"):  # both speak of vectors
        found = plain(frame.lab_passages({"lesson": lesson}))["passages"]
        assert "vector" in json.dumps(found).lower(), lesson


def test_questions_of_a_lesson_are_answered_like_those_of_a_quiz(
    frame: FrameDesk, lab_assistant: StudyAssistant
) -> None:
    found = plain(frame.lab_questions({"lesson": "metrics", "round": 0}))
    assert len(found["questions"]) == 3
    assert found == plain(frame.lab_questions({"lesson": "metrics", "round": 0}))
    asked = found["questions"][0]
    item = lab_assistant.quizzes.room.bank.item(asked["item"])
    right = answer_of(item, asked["options"])
    told = plain(frame.lab_answer({"lesson": "metrics", "item": asked["item"], "response": right, "took_ms": 900}))
    assert told["outcome"] == "right"
    assert told["passages"]
    assert lab_assistant.quizzes.room.store.history()[item.id].last_right
    assert lab_assistant.quizzes.room.store.unfinished() is None


def answer_of(item: Any, options: list[str]) -> Any:
    """The right response to a question as it is shown."""
    if item.kind in ("choice", "true_false"):
        return options.index(item.options[item.key[0]])
    return [options.index(item.options[k]) for k in item.key] if item.kind in ("match", "order") else item.answer


def test_the_next_round_has_other_questions(frame: FrameDesk) -> None:
    rounds = [frame.lab_questions({"lesson": "metrics", "round": n}) for n in (0, 1)]
    first, second = ({question["item"] for question in found["questions"]} for found in rounds)
    assert rounds[0]["more"]
    assert not first & second


def test_only_a_passage_that_defines_is_live(frame: FrameDesk, lab_assistant: StudyAssistant) -> None:
    text = lab_assistant.note(GENERATIVE).text
    defines, mentions = text.index("smallest unit of text"), text.index("summarisation and document processing")
    places = [{"note": GENERATIVE, "start": at, "end": at + 10} for at in (defines, mentions)]
    live = frame.lab_live({"places": [*places, {"note": "gone.md", "start": 0, "end": 9}]})["live"]
    assert live == [{"lesson": "tokens", "title": "Tokens", "term": "token"}, None, None]


def test_few_passages_of_the_notes_are_live(frame: FrameDesk, lab_assistant: StudyAssistant) -> None:
    store = lab_assistant.retriever().store
    chunks = list(store.chunks(store.chunk_ids().tolist()).values())
    places = [{"note": chunk.note, "start": chunk.start, "end": chunk.end} for chunk in chunks]
    live = [found for found in frame.lab_live({"places": places})["live"] if found]
    assert 3 <= len(live) <= len(chunks) / 3


def test_a_note_names_each_lesson_once(frame: FrameDesk) -> None:
    found = [one["lesson"] for one in frame.lab_live_note({"note": GENERATIVE})["live"]]
    assert {"tokens", "embeddings", "chunking"} <= set(found)
    assert len(found) == len(set(found))


def test_the_tour_follows_a_question_through_every_step(tour: TourDesk) -> None:
    question = plain(tour.tour_question())["examples"][0]
    request = {"question": question}
    pieces = plain(tour.tour_tokens(request))
    assert "".join(piece["text"] for piece in pieces["pieces"]).replace(" ", "") == question.replace(" ", "")
    cut = plain(tour.tour_passages(request))
    assert cut["notes"] == 3
    assert [piece["best"] for piece in cut["around"]].count(True) == 1
    vector = plain(tour.tour_vector(request))
    assert (vector["size"], len(vector["numbers"])) == (384, 8)
    bars = vector["figure"]["data"][0]["x"]
    assert bars == sorted(bars, reverse=True)
    hits = plain(tour.tour_search(request))["hits"]
    best = next(piece for piece in cut["around"] if piece["best"])
    assert hits[0]["body"] == best["body"]
    prompt = plain(tour.tour_prompt(request))
    assert question in prompt["question"]
    assert prompt["sections"][0]["trail"][-1] in hits[0]["trail"]


def test_an_empty_question_is_a_sentence(tour: TourDesk) -> None:
    assert "empty" in tour.tour_tokens({"question": "  "})["error"]["message"]


def test_the_tour_begins_without_an_index_and_says_what_is_missing(empty: StudyAssistant) -> None:
    tour = TourDesk(empty)
    assert tour.tour_question()["examples"]
    assert tour.tour_tokens({"question": "What is this?"})["count"] > 3
    assert tour.tour_passages({"question": "What is this?"})["error"]["hint"] == "assistant index build"


def test_without_notes_the_frame_stands_and_says_what_is_missing(empty: StudyAssistant) -> None:
    frame = FrameDesk(empty)
    assert frame.lab_home()["next"] == "tokens"
    assert frame.lab_passages({"lesson": "tokens"})["error"]["hint"] == "assistant index build"
    found = frame.lab_questions({"lesson": "tokens"})
    empty.quizzes.stop()
    assert (found["questions"], found["writing"]) == ([], True)


def test_a_study_db_that_cannot_be_used_takes_the_ticks_and_not_the_lessons(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_bytes(b"this is no database, but it is long enough to look like one " * 20)
    broken = StudyAssistant(Workspace(tmp_path), Config())
    home = FrameDesk(broken).lab_home()
    assert len(home["lessons"]) == len(lessons())
    broken.close()
