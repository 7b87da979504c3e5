"""What the lessons on tokens and chunking answer, over real models and notes."""

from __future__ import annotations

import json

import pytest

from assistant.lab.cutting import in_use
from assistant.ui.lab.chunking import ChunkingDesk
from assistant.ui.lab.tokens import DRAWN_PIECES, LONGEST_CHARS, TokensDesk
from assistant.wiring import StudyAssistant

pytestmark = [pytest.mark.model, pytest.mark.embedder]

NOTE = "04-mlops-and-metrics.md"


@pytest.fixture
def chunking(lab_assistant: StudyAssistant) -> ChunkingDesk:
    return ChunkingDesk(lab_assistant.lab)


@pytest.fixture
def tokens(lab_assistant: StudyAssistant) -> TokensDesk:
    return TokensDesk(lab_assistant.lab)


def measured(desk: ChunkingDesk, **request: object) -> dict:  # type: ignore[type-arg]
    assert desk.chunking_measure(request) == {}
    desk._running.wait()
    return dict(desk.chunking_trial({"k": 3}))


def test_tokens_need_no_weights(tokens: TokensDesk) -> None:
    found = tokens.tokens_split({"text": "learning 漢字 🎉"})
    assert (found["writer"]["name"], found["searcher"]["name"]) == ("smollm2-135m", "all-minilm-l6-v2")
    assert found["writer"]["pieces"][0]["runs"] == (("learning", True),)
    assert found["searcher"]["unknown"] >= 1
    json.dumps(found, allow_nan=False)


def test_a_long_text_is_counted_whole_and_drawn_in_part(tokens: TokensDesk) -> None:
    writer = tokens.tokens_split({"text": "a b " * 1000})["writer"]
    assert len(writer["pieces"]) == DRAWN_PIECES
    assert writer["left"] == writer["count"] - DRAWN_PIECES > 0
    refused = tokens.tokens_split({"text": "a" * (LONGEST_CHARS + 1)})
    assert "20,001" in refused["error"]["message"]


def test_the_bill_and_a_price_that_is_none(tokens: TokensDesk) -> None:
    request = {"read": 1000, "written": 0, "price_read": "2.5", "price_written": "0"}
    found = tokens.tokens_bill(request)
    assert (found["cost"], found["fits"], found["context"]) == (0.0025, 2, 2048)
    assert "dear" in tokens.tokens_bill({**request, "price_read": "dear"})["error"]["message"]


@pytest.mark.parametrize("of", ["premium", "density"])
def test_the_charts_can_be_drawn(tokens: TokensDesk, of: str) -> None:
    assert len(tokens.tokens_chart({"of": of, "text": "hello"})["figure"]["data"]) == 2


def test_the_drawing_of_the_way_in_use_is_the_index(chunking: ChunkingDesk, lab_assistant: StudyAssistant) -> None:
    home = chunking.chunking_notes()
    assert NOTE in [note["path"] for note in home["notes"]]
    found = chunking.chunking_cut({"note": NOTE, **home["used"]})
    assert found["in_use"]
    store = lab_assistant.retriever().store
    chunks = [c for c in store.chunks(store.chunk_ids().tolist()).values() if c.note == NOTE]
    assert [chunk["context"] for chunk in found["chunks"]] == [c.context for c in sorted(chunks, key=lambda c: c.start)]
    assert "".join(part[0] for part in found["text"]) == store.note(NOTE).text
    json.dumps(found, allow_nan=False)


def test_other_settings_are_marked_and_wrong_ones_explained(chunking: ChunkingDesk) -> None:
    request = {"note": NOTE, "splitter": "tokens", "size": 60, "overlap": 20}
    found = chunking.chunking_cut(request)
    assert not found["in_use"]
    assert any(shared for _, _, shared, _ in found["text"])
    assert chunking.chunking_cut({**request, "overlap": 60})["error"]["hint"]
    assert chunking.chunking_cut({**request, "size": "large"})["error"]["hint"]
    assert chunking.chunking_cut({**request, "note": "none.md"})["error"]["hint"]


def test_a_measurement_on_the_students_questions(chunking: ChunkingDesk, lab_assistant: StudyAssistant) -> None:
    index = lab_assistant.workspace.index / "index.db"
    before = lab_assistant.retriever().store.generation(), index.read_bytes()
    now = measured(chunking, note=NOTE, splitter="tokens", size=20, overlap=0)
    assert now["state"] == "done"
    (used, torn) = now["found"]["rows"]
    assert used[0].endswith("(in use)")
    assert used[2] > torn[2]  # 20 tokens hold few proofs whole
    assert len(now["found"]["lost"]) > len(now["found"]["won"])
    assert {probe["note"] for probe in now["found"]["lost"]} == {NOTE}
    assert (lab_assistant.retriever().store.generation(), index.read_bytes()) == before
    settings = in_use(lab_assistant.config.chunking)
    own = measured(chunking, note=NOTE, splitter="ours", size=settings.size_tokens, overlap=0)
    assert own["found"]["is_used"]
    json.dumps(own, allow_nan=False)


def test_stop_before_it_is_done(chunking: ChunkingDesk) -> None:
    chunking.chunking_measure({"note": "", "splitter": "sentences", "size": 33, "overlap": 0})
    assert chunking.chunking_stop() == {}
    assert chunking._running.wait().state == "stopped"


def test_a_note_without_questions(chunking: ChunkingDesk) -> None:
    refused = chunking.chunking_measure({"note": "none.md", "splitter": "ours", "size": 190, "overlap": 0})
    assert "quiz bank build" in refused["error"]["hint"]
