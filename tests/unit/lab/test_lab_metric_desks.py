"""What the page asks for in the lessons on metrics and clustering, over the real assistant of three sample notes."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from through_api import Asked

from assistant.app.assistant import Assistant
from assistant.ui.tabs.lab.clustering_lesson import ClusteringHandlers
from assistant.ui.tabs.lab.metrics_lesson import MetricHandlers

pytestmark = pytest.mark.embedder


def examined(desk: Asked, **request: object) -> dict[str, Any]:
    """Runs an examination to its end."""
    desk.run(request)
    for thread in [one for one in threading.enumerate() if one.name == "examination"]:
        thread.join()
    state: dict[str, Any] = desk.state()
    return state


def test_an_examination_from_the_bank_and_what_it_says(lab_assistant: Assistant) -> None:
    desk = Asked(MetricHandlers(lab_assistant.lab))
    assert [source["value"] for source in desk.open()["sources"]] == ["own"]
    state = examined(desk, source="own", model=False)
    assert not state["running"]
    assert state["done"] == state["total"] > 40
    assert 0 < state["answerable"] < state["done"]
    assert state["hidden"]
    at = desk.at({"threshold": 0.5, "wrong": 1, "refusal": 1})
    assert at["asked"] == sum(cell["count"] for cell in at["cells"]) == state["done"]
    assert float(at["rates"][-1][1]) > 0.7, "AUC: production's gate tells known questions from unknown ones"
    everything = desk.at({"threshold": 0, "wrong": 1, "refusal": 1})
    assert {cell["key"]: cell["count"] for cell in everything["cells"]}["fn"] == 0
    assert everything["recall"] == 1.0
    dear = desk.at({"threshold": 0.5, "wrong": 9, "refusal": 1})["best"]["threshold"]
    assert dear >= desk.at({"threshold": 0.5, "wrong": 1, "refusal": 9})["best"]["threshold"]
    assert "Infinity" not in json.dumps(at), "JSON has no infinity"
    assert "NaN" not in json.dumps(at)


def test_before_the_first_examination_the_error_has_words(lab_assistant: Assistant) -> None:
    desk = Asked(MetricHandlers(lab_assistant.lab))
    assert desk.state()["error"] == {"message": "No test was started.", "hint": "Start one."}


def test_questions_of_the_course_over_other_notes_end_in_an_error_with_words(lab_assistant: Assistant) -> None:
    assert "error" in examined(Asked(MetricHandlers(lab_assistant.lab)), source="course")


def test_a_newer_examination_ends_the_one_before(lab_assistant: Assistant) -> None:
    desk = Asked(MetricHandlers(lab_assistant.lab))
    desk.run({"source": "own"})
    state = examined(desk, source="own")
    assert state["done"] == state["total"]
    assert desk.stop()["done"] == state["done"]


def test_clusters_for_every_k(lab_assistant: Assistant) -> None:
    desk = Asked(ClusteringHandlers(lab_assistant.lab))
    opened = desk.open()
    assert opened["levels"][0] == {"depth": 0, "label": "3 notes", "count": 3}
    request = {"k": 3, "depth": 0, "seed": 0}
    shown = desk.show(request)
    assert shown["purity"] > shown["chance"]
    points = [key for trace in shown["map"]["data"] for key in trace["customdata"]]
    assert len(points) == opened["passages"]
    passage = desk.passage(request | {"id": points[0]})
    assert passage["text"]
    assert passage["heading"].endswith(tuple(h.removesuffix(".md") for h in passage["heading"].split(" > ")))
    assert passage["cluster"].startswith("1: ")
    figure = desk.choices(request)["figure"]
    assert len(figure["data"][0]["x"]) == opened["most"] - 1
    assert desk.show(request | {"k": 1})["error"]["hint"].startswith("Choose 2 to")
    assert "error" in desk.passage(request | {"id": "999999"})


def test_without_the_headings_in_the_vectors_other_clusters_come_out(lab_assistant: Assistant) -> None:
    desk = Asked(ClusteringHandlers(lab_assistant.lab))
    request = {"k": 3, "depth": 0, "seed": 0}
    with_headings, bare = desk.show(request), desk.show(request | {"bare": True})
    assert bare["silhouette"] != with_headings["silhouette"]
    assert bare["agreement"] <= with_headings["agreement"] + 0.05, "the headings are in the vectors, so they help"
