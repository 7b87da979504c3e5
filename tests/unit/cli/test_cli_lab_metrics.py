"""``assistant lab metrics`` and ``assistant lab clusters``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_setting import Command

TOPICS = {
    "volcano": ("magma", "lava", "eruption"),
    "orchestra": ("violin", "trumpet", "conductor"),
    "harbour": ("anchor", "crane", "pilot"),
    "bakery": ("dough", "yeast", "oven"),
    "desert": ("dune", "oasis", "camel"),
    "castle": ("moat", "tower", "drawbridge"),
}


@pytest.fixture
def filled(workspace: Path, assistant: Command) -> Command:
    """The command line over eight indexed notes."""
    for topic, words in TOPICS.items():
        line = "## {}\n\nThe {} is what every {} needs near its other things.\n"
        text = "\n".join(line.format(word.title(), word, topic) for word in words)
        (workspace / "notes" / f"{topic}.md").write_text(f"# {topic.title()}\n\n{text}", encoding="utf-8")
    assert assistant("index", "build").code == 0
    return assistant


@pytest.mark.slow
def test_the_table_its_rates_and_the_picture(filled: Command, workspace: Path) -> None:
    result = filled("lab", "metrics", "--threshold", 0.3, "--json", "--png", workspace / "roc.png")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert sum(found["confusion"].values()) == len(found["questions"]) > 0
    right = found["confusion"]["tp"] + found["confusion"]["tn"]
    assert found["rates"]["Accuracy"] == pytest.approx(right / len(found["questions"]))
    assert all((q["score"] >= 0.3) == (q["cell"] in ("tp", "fp")) for q in found["questions"])
    assert (workspace / "roc.png").read_bytes().startswith(b"\x89PNG")


def test_in_words(filled: Command) -> None:
    shown = filled("lab", "metrics")
    assert shown.code == 0, shown.err
    for word in ("Rightly answered", "Wrongly refused", "Precision", "AUC", "The errors cost"):
        assert word in shown.out


def test_the_course_needs_the_notes_of_the_course(filled: Command) -> None:
    refused = filled("lab", "metrics", "--course")
    assert refused.code == 2
    assert "answerable.jsonl" in refused.err


@pytest.mark.slow
def test_clusters_in_words_as_json_and_as_a_picture(filled: Command, workspace: Path) -> None:
    shown = filled("lab", "clusters", "-k", 4)
    assert shown.code == 0, shown.err
    for word in ("in 4 clusters", "purity", "adjusted Rand index", "silhouette"):
        assert word in shown.out
    result = filled("lab", "clusters", "--json", "--png", workspace / "table.png")
    found = json.loads(result.out)
    assert len(found["clusters"]) == len({passage["note"] for passage in found["passages"]}) == 8
    assert {passage["cluster"] for passage in found["passages"]} == set(range(8))
    assert (workspace / "table.png").read_bytes().startswith(b"\x89PNG")
    assert filled("lab", "clusters", "-k", 4, "--bare").code == 0


def test_more_clusters_than_passages_is_an_error_with_words(filled: Command) -> None:
    refused = filled("lab", "clusters", "-k", 999)
    assert refused.code == 2
    assert "cannot be put into 999 clusters" in refused.err
