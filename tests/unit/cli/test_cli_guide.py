"""``assistant guide`` over real notes and a real index, with stand-ins for the models."""

from __future__ import annotations

import threading

import pytest

from assistant.app.model_loading import Models
from assistant.app.quizzes import Quizzes
from assistant.errors import Cancelled, ModelMissing


def test_it_is_printed_in_the_words_of_the_notes(indexed, generators):
    result = indexed("guide", "inference.md", "--no-model")
    assert result.code == 0
    assert result.out.startswith("# Study guide: Inference\n")
    assert "## Key terms" in result.out or "## What matters" in result.out
    assert "1. inference.md > Inference > Kinds" in result.out.split("## Sources\n\n")[1]
    assert not any(generator.prompts for generator in generators)


def test_it_is_written_to_a_file(indexed, workspace):
    result = indexed("guide", "#Kinds", "--no-model", "--out", "kinds.md")
    assert (result.code, result.out) == (0, "Study guide in kinds.md\n")
    assert (workspace / "kinds.md").read_text(encoding="utf-8").startswith("# Study guide: Kinds\n")


def test_it_is_a_page_to_print_where_the_file_says_so(indexed, workspace):
    assert indexed("guide", "inference.md", "--out", workspace / "guide.html", "--no-model").code == 0
    page = (workspace / "guide.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<h2>Sources</h2>" in page and "<li>inference.md &gt; Inference &gt; Kinds</li>" in page


def test_a_file_that_cannot_be_written_is_named(indexed):
    result = indexed("guide", "inference.md", "-o", "nowhere/kinds.md")
    assert result.code == 2
    assert "nowhere/kinds.md cannot be written" in result.err


def test_the_scope_keeps_out_the_rest(indexed):
    result = indexed("guide", "everything", "--no-model", "--scope", "animals")
    assert result.code == 0
    assert "Cats purr at night" in result.out
    assert "inference.md" not in result.out


def test_the_model_writes_questions_about_the_topic_only(indexed, monkeypatch):
    asked = []
    monkeypatch.setattr(
        Quizzes, "write_about", lambda self, notes, spans, cancel, show: asked.append([span.note for span in spans])
    )
    result = indexed("guide", "animals")
    assert result.code == 0
    ((note,),) = asked
    assert note.startswith("animals/")


def test_what_is_said_comes_once_and_before_the_questions(indexed, monkeypatch):
    monkeypatch.setattr(Quizzes, "write_about", lambda self, *_: None)
    with_model, without = indexed("guide", "inference.md"), indexed("guide", "inference.md", "--no-model")
    assert with_model.out == without.out


def test_stopping_keeps_the_guide(indexed, monkeypatch):
    def stopped(self, notes, spans, cancel: threading.Event, show) -> None:
        raise Cancelled("Stopped.")

    monkeypatch.setattr(Quizzes, "write_about", stopped)
    result = indexed("guide", "inference.md")
    assert result.code == 130
    assert "## Sources" in result.out


def test_a_missing_model_is_said_and_does_not_stop_it(indexed, monkeypatch):
    def missing(_):
        raise ModelMissing("There is no model here.", hint="")

    monkeypatch.setattr(Models, "_load_engine", missing)
    result = indexed("guide", "inference.md")
    assert result.code == 0
    assert "There is no model here. The questions are those that your notes give themselves." in result.err
    assert "## Sources" in result.out


@pytest.mark.parametrize("model", ["", "--no-model"])
def test_a_topic_that_is_not_in_the_notes(indexed, model):
    result = indexed("guide", "quantum chromodynamics", *filter(None, [model]))
    assert result.code == 6
    assert "Your notes contain nothing on 'quantum chromodynamics'." in result.err
