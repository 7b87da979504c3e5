"""``assistant lab map`` and ``assistant lab search`` over the real embedder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.cli.main import run

pytestmark = [pytest.mark.embedder, pytest.mark.model]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def workspace(lab_assistant: Assistant) -> list[str]:
    return ["--workspace", str(lab_assistant.workspace.root)]


def test_a_text_on_the_map(
    workspace: list[str], lab_assistant: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "map.png"
    assert run([*workspace, "lab", "map", "is the data biased", "--json", "--png", str(picture)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["passages"]) == lab_assistant.index.retriever.get().store.count_chunks()
    query = lab_assistant.models.embedder.get().embed_query("is the data biased")
    nearest = lab_assistant.index.retriever.get().nearest(query, 8)
    assert [(one["id"], one["cosine"]) for one in found["text"]["nearest"]] == [(i, round(c, 4)) for i, c in nearest]
    assert found["text"]["vector"] == pytest.approx(query.tolist())
    assert 0 < sum(found["variance"]) < 1
    assert picture.read_bytes().startswith(PNG)


def test_arithmetic_with_words(workspace: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*workspace, "lab", "map", "--sum", "king - man + woman"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("queen")
    assert run([*workspace, "lab", "map", "--sum", "king"]) == 2
    assert "king - man + woman" in capsys.readouterr().err


def test_a_search_with_its_arithmetic(
    workspace: list[str], lab_assistant: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question, picture = "What is overfitting of training data?", tmp_path / "search.png"
    assert run([*workspace, "lab", "search", question, "--json", "--png", str(picture)]) == 0
    found = json.loads(capsys.readouterr().out)
    hits = lab_assistant.index.search(question, k=5).hits
    assert [one["score"] for one in found["passages"]] == pytest.approx([hit.score for hit in hits])
    for one in found["passages"]:
        if one["lexical_rank"]:
            assert sum(one["words"].values()) == pytest.approx(one["bm25"])
    assert picture.read_bytes().startswith(PNG)
    assert run([*workspace, "lab", "search", question]) == 0
    assert f"= {hits[0].score:+.2f}" in capsys.readouterr().out


def test_approximate_against_exact_search(workspace: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*workspace, "lab", "search", "x", "--approximate", "ivf", "--vectors", "0", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "ivf"
    assert found["trials"][-1]["recall"] > 0.9
