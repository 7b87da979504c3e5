"""``assistant guide`` over real notes and a real index, with stand-ins for the models."""

from __future__ import annotations

import pytest

from assistant.app.model_loading import Models
from assistant.errors import ModelMissing

TRUE_LINE = "Batch inference processes many inputs at once."


@pytest.fixture(autouse=True)
def summary(script):
    script["answer"] = f"- {TRUE_LINE}\n- Batch inference was invented in Paris in 1968.\n"


def test_it_is_printed_with_only_what_the_notes_say(indexed):
    result = indexed("guide", "inference.md")
    assert result.code == 0
    assert result.out.startswith("# Study guide: inference.md\n")
    assert f"- {TRUE_LINE} [1]" in result.out
    assert "Paris" not in result.out
    assert "- **Real-time inference**: “**Real-time inference** - handles each" in result.out.split("## Key terms")[1]
    assert "1. inference.md > Inference > Kinds: “" in result.out


def test_it_is_written_to_a_file(indexed, workspace):
    result = indexed("guide", "#Kinds", "--out", "kinds.md")
    assert (result.code, result.out) == (0, "Study guide in kinds.md\n")
    assert (workspace / "kinds.md").read_text(encoding="utf-8").startswith("# Study guide: Kinds\n")


def test_a_file_that_cannot_be_written_is_named(indexed):
    result = indexed("guide", "inference.md", "-o", "nowhere/kinds.md")
    assert result.code == 2
    assert "nowhere/kinds.md cannot be written" in result.err


def test_without_the_model_the_sentences_are_the_notes_own(indexed, generators):
    result = indexed("guide", "everything", "--no-model", "--scope", "animals")
    assert result.code == 0
    assert "- Cats purr at night. [1]" in result.out
    assert "inference.md" not in result.out
    assert not any(generator.prompts for generator in generators)


def test_a_missing_model_is_said_and_does_not_stop_it(indexed, monkeypatch):
    def missing(_):
        raise ModelMissing("There is no model here.", hint="")

    monkeypatch.setattr(Models, "_load_engine", missing)
    result = indexed("guide", "inference.md")
    assert result.code == 0
    assert "There is no model here. The summary takes its sentences from your notes instead." in result.err
    assert "The sentences of the summary are taken from your notes." in result.out


def test_a_topic_that_is_not_in_the_notes(indexed):
    result = indexed("guide", "quantum chromodynamics")
    assert result.code == 6
    assert "Your notes contain nothing on 'quantum chromodynamics'." in result.err
