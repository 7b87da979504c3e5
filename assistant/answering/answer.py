"""Answers a question: retrieve, weigh the evidence, read, write, and attribute each sentence as it is finished."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Generator as YieldsOf
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.answering import followup
from assistant.answering.attribution import Attributor, says_absent
from assistant.answering.evidence import CLEARLY_ABSENT, FIRST_GATE, Evidence, gate_of, weigh, yes_margin
from assistant.answering.observed import Observed, Packed, Weighed, found_sections
from assistant.answering.packing import choose_blocks, pack, without_slow
from assistant.answering.prompts import SYSTEM, answer_prompt, aside_evidence, render_block, render_turn
from assistant.answering.quoting import closest_lines, quoted_text
from assistant.answering.verdict import WITHDRAWN, abstention_text
from assistant.answering.writing import attributed
from assistant.config import AnsweringConfig
from assistant.errors import Cancelled, QuestionError
from assistant.index.search import Retriever
from assistant.models.engine import Generation, Generator
from assistant.notes.text import clean
from assistant.types import (
    Answer,
    Block,
    Choice,
    Citation,
    Compared,
    Done,
    Event,
    Generated,
    Note,
    Reading,
    Retrieved,
    Sampling,
    Scope,
    SearchResult,
    Sentence,
    Timings,
    Token,
    Turn,
    Watch,
)

_BEST_IS_ENOUGH = 2.0
"""From this log P(Yes) - log P(No) on, the best section is read alone: what else was found only distracts the model. Of
65 questions whose best section answers them 37 are above it, of 55 whose best section does not, 1."""

_PROBABLY = 0.5
"""From this evidence on, the notes are quoted in place of an answer that they do not support."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with all that belongs to it.

    Attributes:
        history: The turns of this conversation, oldest first.
        cancel: Set from another thread to stop; what was written until then is kept.
        exact: Read the prompt in full instead of reusing states of sections that were read before.
    """

    question: str
    history: tuple[Turn, ...] = ()
    scope: Scope = Scope()  # noqa: RUF009  (frozen)
    cancel: threading.Event | None = None
    exact: bool = False


class Answerer:
    """Answers from one index with one model.

    Args:
        retriever: Finds passages.
        generator: Called when the model is needed for the first time; may wait until it is loaded.
        config: Budgets and thresholds.
        sampling: How the model writes.
        fingerprint: Identifies the index in the answers.
    """

    def __init__(
        self,
        retriever: Retriever,
        generator: Callable[[], Generator],
        config: AnsweringConfig,
        sampling: Sampling,
        fingerprint: str,
    ) -> None:
        self._retriever = retriever
        self._generator = generator
        self._config = config
        self._sampling = sampling
        self._fingerprint = fingerprint

    def ask(self, request: Request) -> Iterator[Event]:
        """Yields ``Retrieved``, then ``Reading``, ``Token`` and ``Sentence`` as they come, and ``Done`` at the end.

        Where the notes do not hold the answer, ``Done`` follows with an answer that says so. A stopped answer ends with
        ``Done`` too, and keeps what was written.

        Raises:
            QuestionError: At the call: the question is empty or too long.
        """
        return _without_details(_Run(self, self._checked(request)).events())

    def observe(self, request: Request, watch: Watch) -> Iterator[Observed]:
        """Yields the events of ``ask`` and between them what it decides by: ``Packed``, ``Weighed`` and ``Choice``.

        Questions that are asked go first: where one interrupts it, the answer is ``stopped`` though ``request.cancel``
        is not set, and the whole may be tried again.

        Raises:
            QuestionError: See ``ask``.
        """
        return _Run(self, self._checked(request), watch).events()

    def _checked(self, request: Request) -> Request:
        question = clean(request.question).strip()
        limit = self._config.max_question_chars
        if not question:
            raise QuestionError("The question is empty.", hint="Type what you want to know about your notes.")
        if len(question) > limit:
            raise QuestionError(
                f"The question has {len(question):,} characters; at most {limit:,} are read.",
                hint="Ask in a few sentences, and put long texts into your notes instead.",
            )
        return replace(request, question=question)

    # What a run needs of its answerer.

    def search(self, request: Request) -> tuple[SearchResult, tuple[Block, ...]]:
        """Returns what was found, and the sections that it lies in."""
        query = followup.complete(request.question, request.history)
        found = self._retriever.search(query, request.scope)
        return found, tuple(choose_blocks(self._retriever.store, found.hits, self._config.max_blocks))

    def attributor(self, blocks: Sequence[Block], query: str) -> Attributor:
        """Returns what compares the sentences of an answer with ``blocks``."""
        return Attributor(blocks, query, self._config.min_support, self.notes(blocks))

    def notes(self, blocks: Sequence[Block]) -> dict[str, Note]:
        """Returns the notes that ``blocks`` are of, by path."""
        return {path: self._retriever.store.note(path) for path in {block.note for block in blocks}}

    def cosines(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the cosines of a question with some texts, shape (len(texts),)."""
        return self._retriever.cosines(question, texts)

    @property
    def fingerprint(self) -> str:
        """Identifies the index."""
        return self._fingerprint

    @property
    def config(self) -> AnsweringConfig:
        """Budgets and thresholds."""
        return self._config

    @property
    def sampling(self) -> Sampling:
        """How the model writes."""
        return self._sampling

    def wait_for_model(self) -> Generator:
        """Returns the generator, waiting until it is loaded."""
        return self._generator()


class _Run:
    """One question on its way through. Its methods are the phases, in order."""

    def __init__(self, owner: Answerer, request: Request, watch: Watch | None = None) -> None:
        self._owner = owner
        self._request = request
        self._watch = watch
        self._cancel = request.cancel or threading.Event()
        self._began = 0.0
        self._timings = Timings()
        self._blocks: tuple[Block, ...] = ()
        self._evidence = 0.0
        self._threshold = 0.0
        self._sections: tuple[Block, ...] = ()
        self._packed: Packed | None = None

    def events(self) -> YieldsOf[Observed, None, None]:
        self._began = time.perf_counter()
        search, sections = self._owner.search(self._request)
        self._search, self._sections = search, sections
        self._timings = replace(self._timings, retrieve_s=self._elapsed())
        yield Retrieved(search, sections)
        seen = weigh(search, sections, search.query)
        self._evidence, self._threshold = FIRST_GATE.probability(seen), CLEARLY_ABSENT
        yield Weighed(seen, (), self._evidence, CLEARLY_ABSENT)
        if self._evidence < CLEARLY_ABSENT or not sections:
            yield self._abstain(_NOT_FOUND)
            return
        try:
            yield from self._with_model(sections, seen)
        except Cancelled:
            yield Done(self._answer("", (), stopped=True))

    def _with_model(self, sections: tuple[Block, ...], seen: Evidence) -> Iterator[Observed]:
        waited_from = time.perf_counter()
        generator = self._owner.wait_for_model()
        self._began += time.perf_counter() - waited_from  # loading is not answering
        history = followup.relevant_turns(self._request.question, self._request.history)
        packed = self._packed = self._pack(generator, sections, history)
        yield packed
        surest = -math.inf
        for count in dict.fromkeys((1, len(packed.blocks))):
            self._blocks = packed.blocks[:count]
            with contextlib.closing(self._generate(generator, history)) as events:
                margin = yield from self._read(events)
                goes_on = margin < _BEST_IS_ENOUGH and count < len(packed.blocks)
                surest = max(surest, margin)
                probability = gate_of(generator.name).probability(seen, surest)
                threshold = self._owner.config.min_evidence
                yield Weighed(seen, self._blocks, probability, threshold, surest, goes_on)
                if goes_on:
                    continue
                self._evidence, self._threshold = probability, threshold
                if self._evidence < threshold:
                    yield self._abstain(_NOT_FOUND, generator.name)
                else:
                    yield from self._write(events, generator)
                return

    def _generate(self, generator: Generator, history: Sequence[Turn]) -> Generation:
        question = self._request.question
        return generator.generate(
            answer_prompt(question, self._blocks, history),
            max_tokens=self._owner.config.max_output_tokens,
            cancel=self._cancel,
            sampling=self._owner.sampling,
            exact=self._request.exact,
            aside=aside_evidence(question),
            watch=self._watch,
        )

    def _read(self, events: Generation) -> YieldsOf[Event, None, float]:
        """Passes on how far the reading is, and returns how much surer the model is of Yes than of No."""
        for event in events:
            if isinstance(event, Reading):
                yield event
            elif isinstance(event, Compared):
                return yes_margin(event.log_probabilities)
        raise Cancelled("The question was stopped.")

    def _pack(self, generator: Generator, sections: tuple[Block, ...], history: Sequence[Turn]) -> Packed:
        """The sections to read: within the budget, and within what the context leaves beside question and answer."""
        bare = answer_prompt(self._request.question, (), history)
        said = sum(map(generator.count_tokens, bare.turns))
        reserved = generator.prompt_overhead(bare.system, aside_evidence(self._request.question).question) + said
        room = generator.context_tokens - reserved - self._owner.config.max_output_tokens
        budget = min(self._owner.config.notes_tokens, room)
        sizes = tuple(generator.count_tokens(render_block(section)) for section in sections)
        fitting = pack(sections, self._search.hits, budget, generator.count_tokens)
        ready = generator.ready(bare.system, [render_block(block) for block in fitting])
        blocks = fitting if self._request.exact else without_slow(fitting, ready)
        return Packed(sections, sizes, budget, fitting, ready, blocks)

    def _write(self, events: Generation, generator: Generator) -> Iterator[Observed]:
        attributor = self._owner.attributor(self._blocks, self._search.query)
        text, sentences, finish = "", [], "stop"
        for event in attributed(events, attributor):
            if isinstance(event, Generated):
                finish = event.finish
                self._count(event)
                continue
            if isinstance(event, Sentence):
                sentences.append(event)
            elif isinstance(event, Token):
                if not text:
                    self._timings = replace(self._timings, first_token_s=self._elapsed())
                text += event.text
            yield event
        done = self._close(text, tuple(sentences), finish, generator.name)
        if not done.answer.abstained and not done.answer.stopped and self._watch is None:
            generator.prepare_turn(SYSTEM, render_turn(Turn(self._request.question, done.answer.text)))
        yield done

    def _close(self, text: str, sentences: tuple[Sentence, ...], finish: str, model: str) -> Done:
        """Ends with the answer; where the notes support nothing of it, with their own words or with none."""
        claims = [sentence for sentence in sentences if sentence.is_claim]
        kept = bool(text.strip()) and (not claims or any(sentence.supported for sentence in claims))
        if finish == "cancelled":
            return Done(self._answer(text, sentences, model, stopped=True))
        if kept:
            answer = self._answer(text, sentences, model, truncated=finish == "length")
            return Done(replace(answer, quotes=self._closest_lines(text)))
        if not claims or says_absent(claims[0].text):
            return self._abstain(_NOT_FOUND, model, draft=text)
        lines = self._closest_lines("") if self._evidence >= _PROBABLY else ()
        if not lines:
            return self._abstain(WITHDRAWN, model, draft=text)
        return Done(replace(self._answer(*quoted_text(lines), model), draft=text))

    def _closest_lines(self, said: str) -> tuple[Citation, ...]:
        return closest_lines(self._search, self._sections, said, self._owner.cosines, self._owner.notes(self._sections))

    def _abstain(self, reason: str, model: str = "", draft: str = "") -> Done:
        answer = replace(self._answer("", (), model), abstained=True, reason=reason, draft=draft)
        return Done(replace(answer, text=abstention_text(answer)))

    def _answer(
        self,
        text: str,
        sentences: tuple[Sentence, ...],
        model: str = "",
        *,
        stopped: bool = False,
        truncated: bool = False,
    ) -> Answer:
        return Answer(
            question=self._request.question,
            text=text,
            abstained=False,
            sentences=sentences,
            search=self._search,
            blocks=self._blocks,
            timings=replace(self._timings, total_s=self._elapsed()),
            model=model,
            fingerprint=self._owner.fingerprint,
            evidence=self._evidence,
            threshold=self._threshold,
            sections=found_sections(self._sections, self._packed, self._blocks),
            stopped=stopped,
            truncated=truncated,
        )

    def _count(self, cost: Generated) -> None:
        self._timings = replace(
            self._timings,
            prompt_tokens=cost.prompt_tokens,
            cached_tokens=cost.cached_tokens,
            output_tokens=cost.output_tokens,
        )

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began


def _without_details(run: YieldsOf[Observed, None, None]) -> Iterator[Event]:
    with contextlib.closing(run) as events:
        for event in events:
            if not isinstance(event, Packed | Weighed | Choice):
                yield event


_NOT_FOUND = "Your notes do not seem to answer this."
