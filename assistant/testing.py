"""For tests of this program and of what others build on it: stand-ins for the parts that need a model, and contracts.

A contract is a function that tries a part out and raises ``AssertionError`` with what is wrong.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import Cancelled, PromptTooLong
from assistant.index.embedder import Embedder
from assistant.models.generator import Generator as TextGenerator
from assistant.types import (
    Aside,
    Compared,
    Generated,
    Prompt,
    ReadingProgress,
    Sampling,
    Token,
    TokenChoice,
    TokenWatch,
)

if TYPE_CHECKING:
    from assistant.index.vectors import VectorRows

Answers = Sequence[str] | Callable[[Prompt], str]
Events = Generator[ReadingProgress | Compared | TokenChoice | Token | Generated, None, None]
Comparisons = Sequence[float] | Callable[[Prompt], Sequence[float]]


class FakeGenerator:
    """A ``Generator`` that answers from a script. It behaves as the real one does, with words in place of tokens.

        generator = FakeGenerator(["Batch inference works on many records at once."])
        generator = FakeGenerator(lambda prompt: "Yes." if "batch" in prompt.question else "No.")

    Args:
        answers: One for each answer that is written, in order; or a function of the prompt.
        comparisons: What ``compare_next`` returns, one log-probability for each option; or a function of the prompt.
        likelihood: What ``score_text`` returns for each word of a text; or a function of the text.
        name: The model's name.
        context_tokens: Room for prompt and answer together.
        scores: Whether it can score replies.
        caches: Whether it keeps what it has read.
        grammars: Whether it would keep to a grammar; the script is not looked at.

    Attributes:
        prompts: Every prompt that was answered, in order.
        compared: Every prompt whose next token was compared, aside or alone, in order.
        scored: Every text that was scored, in order.
        turns: Every turn of a conversation that was read ahead, in order.
        warmed: Every block of notes that was read ahead, in order.
        closed: Whether ``close`` was called.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        comparisons: Comparisons = (-0.1, -2.4),
        likelihood: float | Callable[[str], float] = -1.0,
        name: str = "fake",
        context_tokens: int = 4096,
        scores: bool = True,
        caches: bool = True,
        grammars: bool = True,
    ) -> None:
        self.name = name
        self.grammars = grammars
        self.scorer = self if scores else None
        self.text_scorer = self if scores else None
        self.cache = self if caches else None
        self.context_tokens = context_tokens
        self.prompts: list[Prompt] = []
        self.compared: list[Prompt] = []
        self.scored: list[str] = []
        self.turns: list[str] = []
        self.warmed: list[str] = []
        self.closed = False
        self._answers = answers
        self._comparisons = comparisons
        self._likelihood = likelihood

    def count_tokens(self, text: str) -> int:
        """Returns the number of words."""
        return len(text.split())

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the words of both."""
        return self.count_tokens(system) + self.count_tokens(question)

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        cancel: threading.Event,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
        stop: tuple[str, ...] = (),
        exact: bool = False,
        aside: Aside | None = None,
        watch: TokenWatch | None = None,
    ) -> Events:
        """Yields two ``ReadingProgress``, a ``Token`` for each word of the scripted answer, and one ``Generated``.

        With ``aside``, the scripted log-probabilities stand before the first ``Token``. An answer of the script is used
        up by its first ``Token``. With ``watch``, each word is a ``TokenChoice`` of probability 1/2 before it is a
        ``Token``.

        Raises:
            PromptTooLong: As the real one, at the call.
            ValueError: ``aside`` or ``watch`` is wanted of one that cannot score.
            LookupError: While it runs: the script has no answer left.
        """
        if self.scorer is None and (aside or watch):
            raise ValueError(f"{self.name} cannot score")
        size = self._size(prompt)
        if size + max_tokens > self.context_tokens:
            raise PromptTooLong(f"The prompt has {size} tokens and its answer up to {max_tokens}.")
        events = self._events(prompt, max_tokens, cancel, stop, aside)
        return _watched(events) if watch is not None else events

    def _events(
        self, prompt: Prompt, max_tokens: int, cancel: threading.Event, stop: tuple[str, ...], aside: Aside | None
    ) -> Events:
        size = self._size(prompt)
        yield ReadingProgress(0, size)
        yield ReadingProgress(size, size)
        if aside is not None and not cancel.is_set():
            other = replace(prompt, question=aside.question)
            yield Compared(self.compare_next(other, aside.options, cancel=cancel))
        yield from self._stream(prompt, max_tokens, cancel, stop)

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the scripted log-probabilities.

        Raises:
            Cancelled: ``cancel`` is set.
        """
        if cancel.is_set():
            raise Cancelled("The question was stopped.")
        self.compared.append(prompt)
        found = self._comparisons(prompt) if callable(self._comparisons) else self._comparisons
        return tuple(found[: len(options)])

    def score_text(self, prompt: Prompt, text: str, *, cancel: threading.Event) -> tuple[float, ...]:
        """Returns the scripted log-probability for each word of ``text``.

        Raises:
            Cancelled: ``cancel`` is set.
        """
        if cancel.is_set():
            raise Cancelled("The question was stopped.")
        self.scored.append(text)
        each = self._likelihood(text) if callable(self._likelihood) else self._likelihood
        return (each,) * len(text.split())

    def warm(
        self, system: str, blocks: Sequence[str], cancel: threading.Event, *, lasting: bool = True
    ) -> Iterator[int]:
        """Notes the blocks, and yields how many are done after each."""
        for done, block in enumerate(blocks, start=1):
            if cancel.is_set():
                return
            (self.warmed if lasting else self.turns).append(block)
            yield done

    def ready(self, system: str, blocks: Sequence[str]) -> tuple[bool, ...]:
        """Returns that every block was read before."""
        return (True,) * len(blocks)

    def close(self) -> None:
        """Notes that it was called."""
        self.closed = True

    def _answer(self, prompt: Prompt) -> str:
        if callable(self._answers):
            return self._answers(prompt)
        if len(self.prompts) > len(self._answers):
            raise LookupError(f"the script has only {len(self._answers)} answers; none is left for {prompt.question!r}")
        return self._answers[len(self.prompts) - 1]

    def _size(self, prompt: Prompt) -> int:
        return self.prompt_overhead(prompt.system, prompt.question) + sum(map(self.count_tokens, prompt.blocks))

    def _stream(self, prompt: Prompt, max_tokens: int, cancel: threading.Event, stop: tuple[str, ...]) -> Events:
        self.prompts.append(prompt)
        answer, size = self._answer(prompt), self._size(prompt)
        ends = [answer.index(text) for text in stop if text in answer]
        words = re.findall(r"\s*\S+\s*?", answer[: min(ends, default=None)])
        finish, written = "length" if len(words) > max_tokens else "stop", 0
        for word in words[:max_tokens]:
            if cancel.is_set():
                break
            written += 1
            yield Token(word)
        yield Generated("cancelled" if cancel.is_set() else finish, size, 0, written, 0.0, 0.0)


def _watched(events: Events) -> Events:
    for event in events:
        if isinstance(event, Token):
            half = float(np.log(0.5))
            yield TokenChoice(len(event.text), event.text, half, ((event.text, half), (" other", float(np.log(0.25)))))
        yield event


class FakeEmbedder:
    """An ``Embedder`` without a model: a text's vector is the sum of random vectors of its words.

    So texts that share words are near each other, equal texts have equal vectors, and every run gives the same.

    Args:
        window_tokens: Room for one text; a token is a word or a sign.
        dimension: Length of a vector.
        known_words: The words of its language.

    Attributes:
        embedded: Every text given to ``embed_chunks``, in order.
    """

    def __init__(self, window_tokens: int = 64, dimension: int = 64, known_words: Collection[str] = ()) -> None:
        self.known_words = frozenset(known_words)
        self.name = f"fake-{dimension}"
        self.window_tokens = window_tokens
        self.dimension = dimension
        self.embedded: list[str] = []

    def load(self) -> None:
        """Does nothing: there is nothing to load."""

    def token_starts(self, text: str) -> NDArray[np.int64]:
        """Returns where the words and signs of ``text`` begin."""
        return np.array([match.start() for match in re.finditer(r"\w+|[^\w\s]", text)], dtype=np.int64)

    def knows_word(self, word: str) -> bool:
        """Returns whether ``known_words`` names it."""
        return word in self.known_words

    def embed_chunks(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Returns one row of norm 1 for each text, and reports after each."""
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            self.embedded.append(text)
            rows[row] = self.embed_query(text)
            if on_progress is not None:
                on_progress(row + 1)
        return rows

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Returns a vector of norm 1."""
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
            total += np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32)
        return total / np.linalg.norm(total)


_TEXTS = ("Batch inference works on many records at once.", "Café au lait, s'il vous plaît!", "x", "")


def check_embedder(embedder: Embedder) -> None:
    """Tries out the contract of ``Embedder``: shapes, norms, repeatability, tokens, a text longer than the window.

    Raises:
        AssertionError: It breaks the contract.
    """
    embedder.load()
    assert embedder.name and embedder.dimension > 0 and embedder.window_tokens > 0, "name, dimension, window_tokens"
    reported: list[int] = []
    rows = embedder.embed_chunks(_TEXTS, reported.append)
    assert rows.shape == (len(_TEXTS), embedder.dimension) and rows.dtype == np.float32, "rows are (n, d) float32"
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3), "each row has norm 1, that of an empty text too"
    assert reported and reported == sorted(reported) and reported[-1] == len(_TEXTS), "on_progress counts to the end"
    assert embedder.embed_chunks([]).shape == (0, embedder.dimension), "no texts are no rows"
    back = embedder.embed_chunks(_TEXTS[::-1])[::-1]
    assert np.allclose(rows, back, atol=0.02), "a text's row does not depend on the texts beside it"
    query = embedder.embed_query(_TEXTS[0])
    assert query.shape == (embedder.dimension,) and query.dtype == np.float32, "a question is (d,) float32"
    assert abs(float(np.linalg.norm(query)) - 1) < 1e-3, "a question has norm 1"
    assert int(np.argmax(rows @ query)) == 0, "a text is nearest to itself"
    long = embedder.embed_query("word " * (2 * embedder.window_tokens))
    assert np.isfinite(long).all(), "what exceeds the window is ignored"
    for text in _TEXTS:
        starts = embedder.token_starts(text)
        assert (np.diff(starts) >= 0).all() and all(0 <= start < len(text) for start in starts), (
            "starts lie in the text"
        )
        assert bool(len(starts)) == bool(text), "a text has tokens, an empty one has none"
    assert isinstance(embedder.knows_word("batch"), bool), "knows_word is yes or no"


def check_generator(generator: TextGenerator) -> None:
    """Tries out the contract of ``Generator``: the order of events, the limits, stopping, closing. It is closed after.

    Raises:
        AssertionError: It breaks the contract.
    """
    prompt = Prompt("Answer from the notes.", ("## Inference\nBatch inference works on many records.\n\n",), "Why?")
    assert generator.name and generator.context_tokens > 0, "name, context_tokens"
    assert generator.count_tokens("two words") > 0, "text has tokens"
    assert generator.prompt_overhead(prompt.system, prompt.question) > 0, "system text and question have tokens"
    events = list(generator.generate(prompt, max_tokens=8, cancel=threading.Event()))
    assert isinstance(events[-1], Generated), "the last event is Generated"
    assert not any(isinstance(event, Generated) for event in events[:-1]), "there is one Generated"
    end = events[-1]
    assert end.finish in ("stop", "length") and end.output_tokens <= 8, "it ends by itself or at max_tokens"
    kinds = [isinstance(event, Token) for event in events[:-1]]
    assert kinds == sorted(kinds), "what is read comes before what is written"
    read = [event.tokens_done for event in events if isinstance(event, ReadingProgress)]
    assert read == sorted(read), "tokens_done never goes back"
    again = list(generator.generate(prompt, max_tokens=8, cancel=threading.Event()))
    assert _written(events) == _written(again), "greedy sampling gives the same answer again"
    stopped = threading.Event()
    stopped.set()
    *_, last = generator.generate(prompt, max_tokens=8, cancel=stopped)
    assert isinstance(last, Generated) and last.finish == "cancelled", "a set cancel ends it with finish 'cancelled'"
    try:
        list(generator.generate(prompt, max_tokens=generator.context_tokens, cancel=threading.Event()))
    except PromptTooLong:
        pass
    else:
        raise AssertionError("a prompt without room for its answer raises PromptTooLong")
    _check_abilities(generator, prompt)
    generator.close()
    generator.close()


def _check_abilities(generator: TextGenerator, prompt: Prompt) -> None:
    if generator.scorer is not None:
        options = (" Yes", " No")
        scores = generator.scorer.compare_next(prompt, options, cancel=threading.Event())
        assert len(scores) == len(options) and max(scores) <= 0, "compare_next gives a log-probability for each option"
    if generator.text_scorer is not None:
        told = generator.text_scorer.score_text(prompt, " Yes, it is.", cancel=threading.Event())
        assert told and max(told) <= 0, "score_text gives a log-probability for each token"
    if generator.cache is not None:
        done = list(generator.cache.warm(prompt.system, prompt.blocks, threading.Event()))
        assert done == [1], "warm counts the blocks"
        assert generator.cache.ready(prompt.system, prompt.blocks) == (True,), "what was warmed is ready"


def _written(events: Sequence[object]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def check_vector_index(make: Callable[[int], VectorRows], count: int = 200) -> None:
    """Tries out the contract of ``VectorRows`` against NumPy: adding, removing, searching, searching among some.

    Args:
        make: Returns an empty index of rows of so many numbers.
        count: How many rows; an index that is not exact is one in ten of the best off at most.

    Raises:
        AssertionError: It breaks the contract.
    """
    random, dimension = np.random.default_rng(0), 16
    rows = random.standard_normal((count, dimension), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ids = np.arange(count, dtype=np.int64) * 7 + 3
    index = make(dimension)
    assert len(index) == 0 and index.search(rows[0], 3) == [], "an empty index finds nothing"
    index.add(ids[: count // 2], rows[: count // 2])
    index.add(ids[count // 2 :], rows[count // 2 :])
    index.remove(ids[::4])
    kept = np.setdiff1d(ids, ids[::4])
    assert sorted(index.ids().tolist()) == kept.tolist() and len(index) == len(kept), "ids are what was added and kept"
    truth = dict(zip(ids.tolist(), rows, strict=True))
    hits = 0
    for query in rows[:20]:
        found = _searched(index, query, truth, None)
        best = sorted(kept.tolist(), key=lambda id_: -float(truth[id_] @ query))[:10]
        hits += len(set(best) & set(found))
    assert hits >= 180, f"of 200 nearest rows {hits} were found"
    only = kept[::3]
    among = _searched(index, rows[1], truth, only)
    assert set(among) <= set(only.tolist()) and len(among) == min(10, len(only)), "only is searched, and all of it"
    assert len(index.search(rows[1], 2 * count)) == len(kept), "fewer come back when fewer there are"
    asked = kept[:5].tolist()
    exact = np.array([truth[id_] @ rows[1] for id_ in asked])
    assert np.allclose(index.cosines(rows[1], asked), exact, atol=1e-3), "cosines are those of the rows asked for"
    assert index.cosines(rows[1], []).shape == (0,), "no ids have no cosines"


def _searched(
    index: VectorRows,
    query: NDArray[np.float32],
    truth: dict[int, NDArray[np.float32]],
    only: NDArray[np.int64] | None,
) -> list[int]:
    pairs = index.search(query, 10, only)
    ids, scores = [id_ for id_, _ in pairs], [score for _, score in pairs]
    assert len(set(ids)) == len(ids), "no id is found twice"
    assert scores == sorted(scores, reverse=True), "the best come first"
    assert all(abs(score - float(truth[id_] @ query)) < 1e-3 for id_, score in pairs), "scores are cosines"
    return ids
