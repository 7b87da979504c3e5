"""The contracts of ``assistant.testing`` hold for the program's own parts, and a part that breaks one is told why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_server import ModelServer, delta, events

from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.index.encoder import encoder_of
from assistant.index.vectors import VectorIndex
from assistant.models.llama.engine import load_engine
from assistant.models.llama.options import EngineOptions
from assistant.models.remote.remote_generator import open_server
from assistant.models.remote.server_entry import ServerEntry
from assistant.testing import FakeEmbedder, FakeGenerator, check_embedder, check_generator, check_vector_index


def test_the_index_of_faiss_and_the_stand_ins_keep_them() -> None:
    check_vector_index(VectorIndex)
    check_embedder(FakeEmbedder())
    check_generator(FakeGenerator(lambda _: "Batch inference works on many records."))


def test_the_embedder_keeps_its_contract(models_dir: Path) -> None:
    folder = models_dir / "all-minilm-l6-v2"
    check_embedder(SentenceTransformerEmbedder(folder, "m", 1, encoder_of(folder)))


@pytest.mark.model
def test_the_model_of_llama_keeps_its_contract(small_model_path: Path) -> None:
    options = EngineOptions(context_tokens=1024, threads=1, batch_threads=1)
    check_generator(load_engine(small_model_path, "smollm2-135m", options))


def test_a_model_of_a_server_keeps_its_contract() -> None:
    answer = events(delta("On many "), delta("records."), delta("", "stop"))
    with ModelServer().running() as server:
        server.answers = [answer] * 4
        check_generator(open_server(ServerEntry("mine", server.url, "m"), default_context=4096))


class Unsorted(VectorIndex):
    def search(self, *arguments: Any) -> list[tuple[int, float]]:
        return super().search(*arguments)[::-1]


class Forgetful(VectorIndex):
    def remove(self, ids: Any) -> None:
        """Keeps what it was told to forget."""


class OnlyIgnored(VectorIndex):
    def search(self, query: Any, k: int, only: Any = None) -> list[tuple[int, float]]:
        return super().search(query, k)


@pytest.mark.parametrize(
    ("made", "says"),
    [(Unsorted, "the best come first"), (Forgetful, "added and kept"), (OnlyIgnored, "only is searched")],
)
def test_an_index_that_breaks_its_contract_is_told_why(made: Callable[[int], VectorIndex], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_vector_index(made)


class Unscaled(FakeEmbedder):
    def embed_chunks(self, *arguments: Any) -> Any:
        return 2 * super().embed_chunks(*arguments)


class Doubles(FakeEmbedder):
    def embed_query(self, text: str) -> Any:
        return super().embed_query(text).astype(np.float64)


def test_an_embedder_that_breaks_its_contract_is_told_why() -> None:
    with pytest.raises(AssertionError, match="each row has norm 1"):
        check_embedder(Unscaled())
    with pytest.raises(AssertionError, match="a question is"):
        check_embedder(Doubles())


class Endless(FakeGenerator):
    def generate(self, *arguments: Any, **named: Any) -> Any:
        yield from list(super().generate(*arguments, **named))[:-1]


class Deaf(FakeGenerator):
    def generate(self, prompt: Any, *, max_tokens: int, cancel: Any, **named: Any) -> Any:
        return super().generate(prompt, max_tokens=max_tokens, cancel=threading.Event(), **named)


@pytest.mark.parametrize(("made", "says"), [(Endless, "the last event is Generated"), (Deaf, "a set cancel ends it")])
def test_a_generator_that_breaks_its_contract_is_told_why(made: Callable[..., FakeGenerator], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_generator(made(lambda _: "Batch inference."))
