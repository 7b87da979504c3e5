"""How probable a reply is, where a server tells it."""

from __future__ import annotations

import math
import threading

import pytest
from asking_a_server import PROMPT, asked, opened, wait_for
from model_server import UNSCORED, ModelServer, Reply, delta, events, reply, scored

from assistant.errors import Cancelled, ModelError
from assistant.models.remote.remote_generator import compare
from assistant.models.remote.server_replies import TokenScore
from assistant.types import Aside, Compared


def test_a_server_that_tells_probabilities_is_a_scorer(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1, No=-2.5), scored(_Yes=-0.2, Yes=-2.0, No=-3.0, Maybe=-6.0)]
    server.answers = [events(delta("Yes.", "stop"))]
    generator = opened(server)
    assert generator.scorer is generator
    aside = Aside("Is it in the notes?", (" Yes", " No", "Yes", "No"))
    found = asked(generator, aside=aside)
    assert found[1] == Compared((-0.2, -6.0, -2.0, -3.0))
    body = server.bodies()[1]
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"]) == (1, True, 20)
    assert body["messages"][1]["content"].endswith("\n\nIs it in the notes?")


def test_a_server_without_probabilities_is_none(server: ModelServer) -> None:
    assert opened(server).scorer is None


def test_a_model_that_thinks_first_is_no_scorer(server: ModelServer) -> None:
    server.whole = [scored(Okay=-0.1, Hmm=-2.5)]
    assert opened(server).scorer is None


def test_a_server_that_refuses_to_score_is_asked_without(server: ModelServer) -> None:
    server.whole = [reply({"error": {"message": "logprobs is not supported"}}, 400), UNSCORED]
    assert opened(server).scorer is None
    assert "logprobs" not in server.bodies()[1]


def test_probabilities_that_are_no_longer_told(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1), UNSCORED]
    generator = opened(server)
    with pytest.raises(ModelError, match=r"The server of mine no longer tells how probable its words are"):
        generator.compare_next(PROMPT, ("Yes", "No"), cancel=threading.Event())


def test_a_cancelled_comparison(server: ModelServer) -> None:
    server.whole = [scored(Yes=-0.1), Reply(hold=True)]
    generator, cancel = opened(server), threading.Event()
    threading.Thread(target=lambda: (wait_for(lambda: len(server.bodies()) == 2), cancel.set()), daemon=True).start()
    with pytest.raises(Cancelled):
        generator.compare_next(PROMPT, ("Yes", "No"), cancel=cancel)


def test_options_are_found_among_the_likeliest_tokens() -> None:
    scores = [TokenScore("Cor", -0.5), TokenScore("\u0120No", -1.0), TokenScore("", -1.5), TokenScore("C", -2.0)]
    assert compare(scores, ("Correct", "Wrong")) == (-0.5, -2.0)
    assert compare(scores, (" No", "Yes")) == (-1.0, -2.0)
    assert all(math.isfinite(one) for one in compare(scores, ("a", "b")))
