"""The short form of ``python tests/load``: some tabs and a browser at once over the real app, for seconds."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from load_browsers import CHROMIUM_NAMES
from load_clients import WRITING, Act, faults_of
from load_report import overtakers
from load_run import Load, run_load
from load_server import Served
from load_workspace import subjects
from model_server import ModelServer, Overlap, Reply, delta


@pytest.mark.model
@pytest.mark.embedder
@pytest.mark.browser
@pytest.mark.skipif(sys.platform == "win32", reason="the app is ended with the signal of Ctrl-C")
@pytest.mark.timeout(900)
def test_many_tabs_at_once(tmp_path: Path, small_model_path: Path) -> None:
    del small_model_path  # without it the app cannot answer, and the message says how to fetch it
    browsers = 1 if any(map(shutil.which, CHROMIUM_NAMES)) else 0
    load = Load(10, clients=5, browsers=browsers, neighbours=1, commands=(("search", "Who designed it?"),))
    outcome = run_load(load, tmp_path)
    found = outcome.figures
    assert (found.faults, found.mixed, outcome.outside) == ((), (), ())
    assert outcome.survived
    assert found.answers >= 1, "how many in these seconds, the machine says; whether in order, the next line"
    assert found.overtaken <= load.clients, "nobody was passed over again and again"
    assert outcome.second["search Who designed it?"][0] == 0, "a second process may use the workspace"


@pytest.mark.embedder
@pytest.mark.skipif(sys.platform == "win32", reason="the app is ended with the signal of Ctrl-C")
@pytest.mark.timeout(900)
def test_tabs_at_once_over_a_server(tmp_path: Path) -> None:
    """The server lets an answer go only when three questions are with it."""
    sent = Overlap(delta("It was painted by many hands."), delta("", "stop"), together=3)
    with ModelServer().running() as server:
        server.answers = [Reply(sent, kind="text/event-stream")]
        load = Load(4, clients=6, browsers=0, neighbours=0, commands=(), server=Served(server.url, "m", parallel=3))
        found = run_load(load, tmp_path).figures
    assert (found.mixed, sent.most, found.in_flight) == ((), 3, 3)
    assert found.answers >= 3


OWN, OTHER = subjects(2, seed=1)


def turn(question: str, **shown: object) -> dict[str, object]:
    return {"question": question, "phase": "done", "body": [], "cites": {}, "error": None, **shown}


def test_mixed_answers_are_noticed() -> None:
    mine, theirs = OWN.questions[0], OTHER.questions[0]
    assert faults_of([turn(mine)], [mine], OWN) == []
    assert faults_of([turn(theirs)], [mine], OWN) != []
    assert faults_of([turn(mine), turn(theirs)], [theirs], OTHER) != []
    assert faults_of([turn(mine, cites={"1": {"quote": OTHER.text}})], [mine], OWN) != []
    assert faults_of([turn(mine, cites={"1": {"quote": OWN.text}})], [mine], OWN) == []
    assert faults_of([turn(mine, phase="failed", error="no model")], [mine], OWN) != []


def test_the_first_word_is_seen_in_what_the_page_receives() -> None:
    view = {"turn": json.dumps({"phase": "writing", "body": ["It"]}), "sources": None}
    assert WRITING in json.dumps({"data": [view, {}]})
    assert WRITING not in json.dumps({"data": [{**view, "turn": json.dumps({"phase": "reading"})}, {}]})


def test_who_is_passed_over_is_noticed() -> None:
    first, second, third = Act("a", "ask", 0, 9), Act("b", "ask", 3, 12), Act("c", "ask", 5, 7)
    assert [overtakers(act, [first, second, third]) for act in (first, second, third)] == [1, 1, 0]
