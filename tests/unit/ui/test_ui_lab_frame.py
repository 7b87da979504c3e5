"""The frame of the laboratory as the page asks for it, over the real assistant: plain data, errors as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from through_api import Asked

from assistant.app.assistant import Assistant
from assistant.config import Config
from assistant.lab.course import lessons
from assistant.ui.tabs.lab.handlers import LabHandlers
from assistant.ui.tabs.lab.tour_lesson import TourHandlers
from assistant.workspace import Workspace

pytestmark = pytest.mark.embedder

NOW = datetime(2099, 3, 1, tzinfo=UTC)  # behind all that other tests of the same assistant did
GENERATIVE = "05-generative-ai.md"


@pytest.fixture
def frame(lab_assistant: Assistant) -> Asked:
    with lab_assistant.study.database.transaction() as db:
        db.execute("DELETE FROM lab_lessons")
    return Asked(LabHandlers(lab_assistant, clock=lambda: NOW))


@pytest.fixture
def tour(lab_assistant: Assistant) -> Asked:
    return Asked(TourHandlers(lab_assistant))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Assistant]:
    """An assistant without notes and index."""
    made = Assistant(Workspace(tmp_path), Config())
    yield made
    made.close()


def plain(value: Any) -> Any:
    """The value as the browser gets it."""
    return json.loads(json.dumps(value))


def test_the_path_has_all_lessons_and_begins_with_the_first(frame: Asked) -> None:
    home = plain(frame.home())
    assert [lesson["id"] for lesson in home["lessons"]] == [lesson.id for lesson in lessons()]
    assert {lesson["state"] for lesson in home["lessons"]} == {"new"}
    assert home["next"] == "tokens"


def test_steps_are_kept_and_shown(frame: Asked) -> None:
    assert frame.mark({"lesson": "tokens", "what": "opened"}) == {"state": "opened"}
    assert frame.mark({"lesson": "tokens", "what": "finished"}) == {"state": "finished"}
    home = frame.home()
    assert [lesson["state"] for lesson in home["lessons"][:2]] == ["finished", "new"]
    assert home["next"] == home["lessons"][1]["id"]


def test_a_lesson_knows_its_neighbours(frame: Asked) -> None:
    path = [lesson["id"] for lesson in frame.home()["lessons"]]
    first, second, last = (plain(frame.open({"lesson": id_})) for id_ in (path[0], path[1], path[-1]))
    assert first["previous"] is None
    assert (second["previous"]["id"], second["next"]["id"]) == (path[0], path[2])
    assert last["next"] is None
    assert first["idea"][0][0] == "p"


def test_an_unknown_lesson_is_a_sentence(frame: Asked) -> None:
    assert frame.open({"lesson": "alchemy"})["error"]["message"] == "There is no lesson 'alchemy'."


def test_passages_are_the_definitions_in_the_notes(frame: Asked) -> None:
    found = plain(frame.passages({"lesson": "tokens"}))["passages"]
    assert found
    assert "smallest unit of text" in json.dumps(found[0]["body"])
    assert all(passage["gone"] is False for passage in found)


def test_two_lessons_may_share_a_concept(frame: Asked) -> None:
    for lesson in ("embeddings", "search"):  # both speak of vectors
        found = plain(frame.passages({"lesson": lesson}))["passages"]
        assert "vector" in json.dumps(found).lower(), lesson


def test_questions_of_a_lesson_are_answered_like_those_of_a_quiz(frame: Asked, lab_assistant: Assistant) -> None:
    found = plain(frame.questions({"lesson": "metrics", "round": 0}))
    assert len(found["questions"]) == 3
    assert found == plain(frame.questions({"lesson": "metrics", "round": 0}))
    asked = found["questions"][0]
    item = lab_assistant.quiz.room.bank.item(asked["item"])
    right = answer_of(item, asked["options"])
    told = plain(frame.answer({"lesson": "metrics", "item": asked["item"], "response": right, "took_ms": 900}))
    assert told["outcome"] == "right"
    assert told["passages"]
    assert lab_assistant.quiz.room.store.history()[item.id].last_right
    assert lab_assistant.quiz.room.store.unfinished() is None


def answer_of(item: Any, options: list[str]) -> Any:
    """The right response to a question as it is shown."""
    if item.kind in ("choice", "true_false"):
        return options.index(item.options[item.key[0]])
    return [options.index(item.options[k]) for k in item.key] if item.kind in ("match", "order") else item.answer


def test_the_next_round_has_other_questions(frame: Asked) -> None:
    rounds = [frame.questions({"lesson": "metrics", "round": n}) for n in (0, 1)]
    first, second = ({question["item"] for question in found["questions"]} for found in rounds)
    assert rounds[0]["more"]
    assert not first & second


def test_only_a_passage_that_defines_is_live(frame: Asked, lab_assistant: Assistant) -> None:
    text = lab_assistant.notes.read(GENERATIVE).text
    defines, mentions = text.index("smallest unit of text"), text.index("summarisation and document processing")
    places = [{"note": GENERATIVE, "start": at, "end": at + 10} for at in (defines, mentions)]
    live = frame.live({"places": [*places, {"note": "gone.md", "start": 0, "end": 9}]})["live"]
    assert live == [{"lesson": "tokens", "title": "Tokens", "term": "token"}, None, None]


def test_few_passages_of_the_notes_are_live(frame: Asked, lab_assistant: Assistant) -> None:
    store = lab_assistant.index.retriever.get().store
    chunks = list(store.chunks(store.chunk_ids().tolist()).values())
    places = [{"note": chunk.note, "start": chunk.start, "end": chunk.end} for chunk in chunks]
    live = [found for found in frame.live({"places": places})["live"] if found]
    assert 3 <= len(live) <= len(chunks) / 3


def test_a_note_names_each_lesson_once(frame: Asked) -> None:
    found = [one["lesson"] for one in frame.live_in_note({"note": GENERATIVE})["live"]]
    assert {"tokens", "embeddings", "chunking"} <= set(found)
    assert len(found) == len(set(found))


def test_the_tour_follows_a_question_through_every_step(tour: Asked) -> None:
    question = plain(tour.question())["examples"][0]
    request = {"question": question}
    pieces = plain(tour.tokens(request))
    assert "".join(piece["text"] for piece in pieces["pieces"]).replace(" ", "") == question.replace(" ", "")
    cut = plain(tour.passages(request))
    assert cut["notes"] == 3
    assert [piece["best"] for piece in cut["around"]].count(True) == 1
    vector = plain(tour.vector(request))
    assert (vector["size"], len(vector["numbers"])) == (384, 8)
    bars = vector["figure"]["data"][0]["x"]
    assert bars == sorted(bars, reverse=True)
    hits = plain(tour.search(request))["hits"]
    best = next(piece for piece in cut["around"] if piece["best"])
    assert hits[0]["body"] == best["body"]
    prompt = plain(tour.prompt(request))
    assert question in prompt["question"]
    assert prompt["sections"][0]["trail"][-1] in hits[0]["trail"]


def test_an_empty_question_is_a_sentence(tour: Asked) -> None:
    assert "empty" in tour.tokens({"question": "  "})["error"]["message"]


def test_the_tour_begins_without_an_index_and_says_what_is_missing(empty: Assistant) -> None:
    tour = Asked(TourHandlers(empty))
    assert tour.question()["examples"]
    assert tour.tokens({"question": "What is this?"})["count"] > 3
    assert tour.passages({"question": "What is this?"})["error"]["hint"] == "assistant index build"


def test_without_notes_the_frame_stands_and_says_what_is_missing(empty: Assistant) -> None:
    frame = Asked(LabHandlers(empty))
    assert frame.home()["next"] == "tokens"
    assert frame.passages({"lesson": "tokens"})["error"]["hint"] == "assistant index build"
    found = frame.questions({"lesson": "tokens"})
    empty.quiz.stop()
    assert (found["questions"], found["writing"]) == ([], True)


def test_a_study_db_that_cannot_be_used_takes_the_ticks_and_not_the_lessons(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_bytes(b"this is no database, but it is long enough to look like one " * 20)
    broken = Assistant(Workspace(tmp_path), Config())
    home = Asked(LabHandlers(broken)).home()
    assert len(home["lessons"]) == len(lessons())
    broken.close()
