"""The figures that students feel: time to the first word, speed of writing, and both with work in the background."""

from __future__ import annotations

import contextlib
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import SYSTEM, answer_prompt, aside_evidence, render_turn
from assistant.errors import Cancelled
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.llama.engine import LlamaEngine
from assistant.models.scheduler import Lease, Priority
from assistant.quiz.bank import BankBuilder, WithModel
from assistant.quiz.bank_store import Bank
from assistant.study.database import StudyDatabase
from assistant.study.schema import MIGRATIONS
from assistant.types import Done, Generated, Prompt, Scope, Token, Turn

QUESTIONS = (
    "What is the difference between batch and real-time inference?",
    "Which metrics tell how good a model is?",
    "wat are embedings used for",
    "How are costs kept low with serverless services?",
    "What is overfitting?",
    "Which stages does the machine learning lifecycle have?",
)
"""What is asked in benchmarks over the sample course."""

_MANY_HITS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``goal`` says what is good, in words; ``met`` is None where nothing is demanded."""

    name: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


def at_most(name: str, value: float, unit: str, goal: float) -> Figure:
    """Returns a figure that is good up to ``goal``."""
    return Figure(name, value, unit, f"<= {goal:g}", value <= goal)


def at_least(name: str, ratio: float, goal: float) -> Figure:
    """Returns a ratio that is good from ``goal`` on."""
    return Figure(name, ratio, "x", f">= {goal:g}", ratio >= goal)


def full_prompt(assistant: MeasuredAssistant, question: str) -> Prompt:
    """Returns a prompt like production's, with as many sections as the budget of notes allows."""
    retriever, config = assistant.index.retriever.get(), assistant.settings.now.answering
    hits = retriever.search(question, Scope(), _MANY_HITS).hits
    blocks = choose_blocks(retriever.store, hits, _MANY_HITS)
    return answer_prompt(question, pack(blocks, hits, config.notes_tokens, assistant.models.engine.get().count_tokens))


_DECODED = 64
_WRITING_ROUNDS = 7
_FOLLOWUPS = ("And what are its disadvantages?", "Why is that?", "And how is it measured?")
_EARLIER = Turn(
    "What is overfitting?",
    "Overfitting occurs when a model learns its training data too well: it relies on that data alone, and therefore "
    "performs poorly on unseen data. A remedy is to train with more, and more varied, data.",
)


def measure_writing(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Time to the first word, cold, warm and read in full; decoding against the bare loop."""
    engine = assistant.models.local()
    prompts = [full_prompt(assistant, question) for question in QUESTIONS[:3]]
    notes = [sum(map(engine.count_tokens, prompt.blocks)) for prompt in prompts]
    yield Figure("notes read for an answer, median", statistics.median(notes), "tokens")
    yield from _first_words(engine, prompts)
    yield from _followups(engine, prompts)
    yield from _whole_answers(assistant)
    speeds, ratios = [], []
    for _ in range(_WRITING_ROUNDS):
        ours, bare = _decode_speeds(engine, prompts[0])
        speeds.append(ours)
        ratios.append(ours / bare)
    yield Figure("decoding", statistics.median(speeds), "tokens/s")
    yield at_least("decoding against the bare llama.cpp loop", statistics.median(ratios), 0.97)


def _first_words(engine: LlamaEngine, prompts: list[Prompt]) -> Iterator[Figure]:
    """Warm, cold and read in full, in turn for each prompt."""
    warm, cold, full = [], [], []
    for prompt in prompts:
        full.append(first_word_s(engine, prompt, exact=True))
        engine.clear_cache()
        forget(engine)
        cold.append(first_word_s(engine, prompt))
        forget(engine)
        warm.append(first_word_s(engine, prompt))
    yield at_most("first word, sections read before", statistics.median(warm), "s", 0.7)
    yield Figure("first word, everything read in full", statistics.median(full), "s")
    ratio = statistics.median(a / b for a, b in zip(cold, full, strict=True))
    yield at_most("first word, sections new, against read in full", ratio, "x", 1.05)


def _followups(engine: LlamaEngine, prompts: list[Prompt]) -> Iterator[Figure]:
    """A question that refers to the one before, on other sections than that one, all read before."""
    turn = render_turn(_EARLIER)
    cancel = threading.Event()
    for _ in engine.warm(SYSTEM, [turn, *(block for prompt in prompts for block in prompt.blocks)], cancel):
        pass
    times = []
    for prompt, question in zip(prompts, _FOLLOWUPS, strict=True):
        followup = Prompt(prompt.system, prompt.blocks, f"Question: {question}\nQuote the notes closely.", (turn,))
        times.append(first_word_s(engine, followup))
    yield at_most("follow-up in a conversation, first word", statistics.median(times), "s", 1.0)


def _whole_answers(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """From the question to the first word as in the app: search, evidence, and the second look where it is needed."""
    times = []
    for question in QUESTIONS:
        for _ in range(2):  # the first time reads what is new
            timings = assistant.answers.answer(question).timings
        if timings.first_token_s:
            times.append(timings.first_token_s)
    yield Figure("question to first word, all steps, median", statistics.median(times), "s")
    yield Figure("question to first word, all steps, slowest", max(times), "s")


def first_word_s(engine: LlamaEngine, prompt: Prompt, *, exact: bool = False) -> float:
    """Returns the seconds to the first word, with the question about the evidence aside, as production asks it."""
    aside = aside_evidence(prompt.question.partition("\n")[0].removeprefix("Question: "))
    events = engine.generate(prompt, max_tokens=2, cancel=threading.Event(), exact=exact, aside=aside)
    return next(event for event in events if isinstance(event, Generated)).first_token_s


def forget(engine: LlamaEngine) -> None:
    """Lets the main sequence hold the instructions and something else, so that only the cache can help."""
    other = Prompt(SYSTEM, (), "Question: Anything else?")
    for event in engine.generate(other, max_tokens=1, cancel=threading.Event()):
        if isinstance(event, Token):
            break


def _decode_speeds(engine: LlamaEngine, prompt: Prompt) -> tuple[float, float]:
    """Tokens per second of the engine with streaming, and of its context driven by nothing but decode and argmax."""
    events = engine.generate(prompt, max_tokens=_DECODED, cancel=threading.Event())
    cost = next(event for event in events if isinstance(event, Generated))
    ours = (cost.output_tokens - 1) / (cost.total_s - cost.first_token_s)
    return ours, engine.bare_decode_speed(prompt, cost.output_tokens)


_ROUNDS = 3
_LONGEST_S = 1.5
"""A question comes so long after the work has begun again, at most: at any moment of it."""

_LOOK_S = 0.01


@dataclass(frozen=True, slots=True)
class _Asked:
    """Seconds from the question to its first word and to its end, waiting for the model included."""

    first_word_s: float
    answer_s: float


class _Checking:
    """Question banks of the notes, checked by the model in the background as in the app, in a folder that goes."""

    def __init__(self, assistant: MeasuredAssistant, folder: Path) -> None:
        self._assistant = assistant
        self._folder = folder
        self._notes = [assistant.notes.read(item.path) for item in assistant.notes.all() if item.passages]
        self._banks: list[StudyDatabase] = []
        with assistant.scheduler.lease(Priority.BANK) as lease:
            self._builder = self._filled(lease)

    def _filled(self, lease: Lease) -> BankBuilder:
        """Returns what checks a bank that is filled from the structure of the notes."""
        self._banks.append(StudyDatabase(self._folder / f"{len(self._banks)}.db", MIGRATIONS))
        bank, clock = Bank(self._banks[-1]), lambda: datetime.now(UTC)
        BankBuilder(bank, clock).build(self._notes, lease)  # options are compared by meaning when they are checked
        return BankBuilder(bank, clock, embedder=self._assistant.models.embedder.get)

    @contextlib.contextmanager
    def going_on(self, rng: random.Random) -> Iterator[None]:
        """Within it questions are checked; it is entered at some moment of the work."""
        cancel = threading.Event()
        worker = threading.Thread(target=self._check, args=(cancel,), name="bank", daemon=True)
        worker.start()
        try:
            self._until(Priority.BANK, rng)
            yield
        finally:
            cancel.set()
            worker.join()

    @contextlib.contextmanager
    def at_rest(self, rng: random.Random) -> Iterator[None]:
        """It is entered at some moment at which nobody uses the model."""
        self._until(None, rng)
        yield

    def _until(self, working: Priority | None, rng: random.Random) -> None:
        while self._assistant.scheduler.status().working is not working:
            time.sleep(_LOOK_S)
        time.sleep(rng.uniform(0, _LONGEST_S))

    def close(self) -> None:
        """Closes the banks."""
        for bank in self._banks:
            bank.close()

    def _check(self, cancel: threading.Event) -> None:
        model = WithModel(self._assistant.models.engine.get())
        with contextlib.suppress(Cancelled), self._assistant.scheduler.lease(Priority.BANK, cancel) as lease:
            while True:
                self._builder.build(self._notes, lease, model=model)
                self._builder = self._filled(lease)  # a small bank is checked before all is measured


def measure_background(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """First word and whole answer with questions being checked in the background, against without, in turn."""
    rng = random.Random(0)
    alone: list[_Asked] = []
    beside: list[_Asked] = []
    questions = [question for question in QUESTIONS if _ask(assistant, question)]  # reads what is new
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(_Checking(assistant, Path(folder))) as checking:
        for number, question in enumerate(questions * _ROUNDS):
            for goes_on in (number % 2 == 0, number % 2 == 1):
                with checking.going_on(rng) if goes_on else checking.at_rest(rng):
                    asked = _ask(assistant, question)
                if asked is not None:
                    (beside if goes_on else alone).append(asked)
    first, first_alone = ([one.first_word_s for one in asked] for asked in (beside, alone))
    yield Figure("question to first word, nothing else going on", statistics.median(first_alone), "s")
    yield Figure("question to first word, questions being checked", statistics.median(first), "s")
    yield at_most("first word beside the checking against alone", _ratio(first, first_alone), "x", 1.2)
    whole, whole_alone = ([one.answer_s for one in asked] for asked in (beside, alone))
    yield Figure("whole answer, nothing else going on", statistics.median(whole_alone), "s")
    yield at_most("whole answer beside the checking against alone", _ratio(whole, whole_alone), "x", 1.2)


def _ask(assistant: MeasuredAssistant, question: str) -> _Asked | None:
    """Returns how long an answer took; None where there was none."""
    began, first_word_s = time.perf_counter(), 0.0
    for event in assistant.answers.ask(question):
        if isinstance(event, Token) and not first_word_s:
            first_word_s = time.perf_counter() - began
        if isinstance(event, Done) and first_word_s:
            return _Asked(first_word_s, time.perf_counter() - began)
    return None


def _ratio(ones: Sequence[float], others: Sequence[float]) -> float:
    """Returns the median of the pairs' ratios."""
    return statistics.median(a / b for a, b in zip(ones, others, strict=True))
