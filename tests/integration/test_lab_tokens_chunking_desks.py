"""What the lessons on tokens and chunking answer, over real models and notes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from through_api import Asked

from assistant.app.assistant import Assistant
from assistant.lab.lessons.cutting import in_use
from assistant.ui.tabs.lab.chunking_lesson import ChunkingHandlers
from assistant.ui.tabs.lab.tokens_lesson import DRAWN_PIECES, LONGEST_CHARS, TokenHandlers

pytestmark = [pytest.mark.model, pytest.mark.embedder]

PATIENCE_S = 240
NOTE = "04-mlops-and-metrics.md"


@pytest.fixture
def chunking(lab_assistant: Assistant) -> Asked:
    return Asked(ChunkingHandlers(lab_assistant.lab))


@pytest.fixture
def tokens(lab_assistant: Assistant) -> Asked:
    return Asked(TokenHandlers(lab_assistant.lab))


def ended(desk: Asked) -> dict[str, Any]:
    """The measurement once it is over, as the page sees it, which asks again and again."""
    deadline = time.monotonic() + PATIENCE_S
    while (now := dict(desk.trial({"k": 3})))["state"] == "running":
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def measured(desk: Asked, **request: object) -> dict[str, Any]:
    assert desk.measure(request) is None
    return ended(desk)


def test_tokens_need_no_weights(tokens: Asked) -> None:
    found = tokens.split({"text": "learning 漢字 🎉"})
    assert (found["writer"]["name"], found["searcher"]["name"]) == ("smollm2-135m", "all-minilm-l6-v2")
    assert found["writer"]["pieces"][0]["runs"] == [["learning", True]]
    assert found["searcher"]["unknown"] >= 1
    json.dumps(found, allow_nan=False)


def test_a_long_text_is_counted_whole_and_drawn_in_part(tokens: Asked) -> None:
    writer = tokens.split({"text": "a b " * 1000})["writer"]
    assert len(writer["pieces"]) == DRAWN_PIECES
    assert writer["left"] == writer["count"] - DRAWN_PIECES > 0
    refused = tokens.split({"text": "a" * (LONGEST_CHARS + 1)})
    assert "20,001" in refused["error"]["message"]


def test_the_bill_and_a_price_that_is_none(tokens: Asked) -> None:
    request = {"read": 1000, "written": 0, "price_read": "2.5", "price_written": "0"}
    found = tokens.bill(request)
    assert (found["cost"], found["fits"], found["context"]) == (0.0025, 2, 2048)
    assert "dear" in tokens.bill({**request, "price_read": "dear"})["error"]["message"]


@pytest.mark.parametrize("of", ["premium", "density"])
def test_the_charts_can_be_drawn(tokens: Asked, of: str) -> None:
    assert len(tokens.chart({"of": of, "text": "hello"})["figure"]["data"]) == 2


def test_the_drawing_of_the_way_in_use_is_the_index(chunking: Asked, lab_assistant: Assistant) -> None:
    home = chunking.notes()
    assert NOTE in [note["path"] for note in home["notes"]]
    found = chunking.cut({"note": NOTE, **home["used"]})
    assert found["in_use"]
    store = lab_assistant.index.retriever.get().store
    chunks = [c for c in store.chunks(store.chunk_ids().tolist()).values() if c.note == NOTE]
    assert [chunk["context"] for chunk in found["chunks"]] == [c.context for c in sorted(chunks, key=lambda c: c.start)]
    assert "".join(part[0] for part in found["text"]) == store.note(NOTE).text
    json.dumps(found, allow_nan=False)


def test_other_settings_are_marked_and_wrong_ones_explained(chunking: Asked) -> None:
    request = {"note": NOTE, "splitter": "tokens", "size": 60, "overlap": 20}
    found = chunking.cut(request)
    assert not found["in_use"]
    assert any(shared for _, _, shared, _ in found["text"])
    assert chunking.cut({**request, "overlap": 60})["error"]["hint"]
    assert chunking.cut({**request, "size": "large"})["error"]["hint"]
    assert chunking.cut({**request, "note": "none.md"})["error"]["hint"]


def test_a_measurement_on_the_students_questions(chunking: Asked, lab_assistant: Assistant) -> None:
    index = lab_assistant.workspace.index / "index.db"
    before = lab_assistant.index.retriever.get().store.generation(), index.read_bytes()
    now = measured(chunking, note=NOTE, splitter="tokens", size=20, overlap=0)
    assert now["state"] == "done"
    (used, torn) = now["found"]["rows"]
    assert used[0].endswith("(in use)")
    assert used[2] > torn[2]  # 20 tokens hold few proofs whole
    assert len(now["found"]["lost"]) > len(now["found"]["won"])
    assert {probe["note"] for probe in now["found"]["lost"]} == {NOTE}
    assert (lab_assistant.index.retriever.get().store.generation(), index.read_bytes()) == before
    settings = in_use(lab_assistant.settings.now.chunking)
    own = measured(chunking, note=NOTE, splitter="ours", size=settings.size_tokens, overlap=0)
    assert own["found"]["is_used"]
    json.dumps(own, allow_nan=False)


def test_stop_before_it_is_done(chunking: Asked) -> None:
    chunking.measure({"note": "", "splitter": "sentences", "size": 33, "overlap": 0})
    assert chunking.stop() is None
    assert ended(chunking)["state"] == "stopped"


def test_a_note_without_questions(chunking: Asked) -> None:
    refused = chunking.measure({"note": "none.md", "splitter": "ours", "size": 190, "overlap": 0})
    assert "quiz bank build" in refused["error"]["hint"]
