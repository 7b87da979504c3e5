"""The maker with a small real model: whatever it writes, no malformed item comes out, and none that failed a check."""

from __future__ import annotations

import random
import threading

import pytest

from assistant.study.exam.examiner import Examiner, is_fair
from assistant.study.exam.ground import Ground
from assistant.study.items import Kind, Maker
from assistant.study.making.pool import Pool
from assistant.study.model_maker import ModelMaker
from assistant.study.writing.drafting import write
from assistant.study.writing.tasks import tasks_in
from assistant.types import Block, Note

pytestmark = pytest.mark.model

TEXT = """# Inference

- **Batch inference** - processes many stored records together, on a schedule at night
- **Real-time inference** - answers every single request within a few milliseconds
- **Edge inference** - runs on the device of the customer itself, without any network
- **Serverless inference** - starts machines only while requests arrive and stops them afterwards

Costs of batch jobs stay low, because machines run only while there is work to do.
"""
NOTE = Note("inference.md", TEXT, "markdown", "Inference")
BLOCK = Block(NOTE.path, ("Inference",), (), 0, len(TEXT), TEXT, 0)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool([NOTE], Ground([NOTE]))


def test_every_sentence_has_the_form_of_its_task(small_engine, pool):
    ends = {"case": ".", "ask": "?", "blank": "?", "why": "?"}
    for task in tasks_in(BLOCK, pool, random.Random(2)):
        text = write(task, 5, small_engine, threading.Event())
        assert "\n" not in text
        if text[-1] in ".?":
            assert text[-1] == ends[task.style]
            assert not set(".?!:;").intersection(text[:-1])


def test_what_comes_out_passed_everything(small_engine, pool):
    maker = ModelMaker(small_engine, pool, lambda path: [BLOCK], examine=Examiner(pool.ground).examine)
    items = list(maker.make(NOTE, threading.Event()))
    assert maker.made == len(items)
    assert sum(maker.dropped.values()) + maker.made >= 4
    for item in items:
        assert item.maker is Maker.MODEL
        assert is_fair(item)
        assert item.kind in (Kind.CHOICE, Kind.SHORT)
        assert all(TEXT[proof.start : proof.end] == proof.quote for proof in item.proofs)
