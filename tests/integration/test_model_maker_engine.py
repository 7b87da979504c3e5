"""The maker with a small real model: whatever it writes, no malformed item comes out, and none that failed a check."""

from __future__ import annotations

import threading

import pytest

from assistant.answering.units import source_units
from assistant.documents.loading import parse
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Kind, Maker
from assistant.quiz.writing.drafting import sampling_of, write
from assistant.quiz.writing.ideas import Importance, ideas_in
from assistant.quiz.writing.model_maker import ModelMaker
from assistant.types import ContextBlock

pytestmark = pytest.mark.model

TEXT = """# Tides

The tide rises twice a day because the pull of the moon stretches the oceans on both sides of the Earth.
A **spring tide** is a tide of the greatest height, which comes when sun and moon pull along one line.
In a narrow bay, tides grow by pushing the same water into less and less room.
Spring tides rise far, whereas neap tides hardly change the level of the sea.
Strong tides lead to a mixing of cold and warm water along the coast.
"""
NOTE = parse("tides.md", TEXT, "markdown", "Tides")
BLOCK = ContextBlock(NOTE.path, ("Tides",), (), 0, len(TEXT), TEXT, 0, NOTE)


def test_every_question_has_the_form_of_its_idea(small_engine):
    found = ideas_in(BLOCK, Importance(source_units(BLOCK)))
    assert len(found) == 5
    for idea in found:
        for attempt in range(2):
            text = write(idea, BLOCK, sampling_of(idea, attempt, 5), small_engine, threading.Event())
            assert "\n" not in text
            forms = tuple(form.partition("{")[0] for form in idea.cues.forms.get(idea.asks, ()))
            assert text.startswith((*forms, *idea.cues.starts.get(idea.asks, ())))
            if text.endswith("?"):
                assert not set(".?!:;").intersection(text[:-1])


def test_what_comes_out_passed_everything(small_engine):
    maker = ModelMaker(small_engine, lambda path: [BLOCK], examine=Examiner(Ground([NOTE])).examine)
    items = list(maker.make(NOTE, threading.Event()))
    assert maker.made == len(items)
    assert sum(maker.dropped.values()) + maker.made >= 1
    for item in items:
        assert item.maker is Maker.MODEL
        assert is_fair(item)
        assert item.kind is Kind.SHORT
        assert all(TEXT[proof.start : proof.end] == proof.quote for proof in item.proofs)
