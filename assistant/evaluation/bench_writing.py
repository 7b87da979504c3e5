"""The figures of ``assistant bench`` that students feel: time to the first word, and the speed of writing."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator

from assistant.answering.prompts import SYSTEM, aside_evidence, render_turn
from assistant.evaluation.figures import QUESTIONS, Figure, Subject, at_least, at_most, full_prompt
from assistant.models.engine import LlamaEngine
from assistant.models.yardstick import ChatYardstick
from assistant.types import Done, Generated, Prompt, Token, Turn

_DECODED = 64
_ROUNDS = 7
_FOLLOWUPS = ("And what are its disadvantages?", "Why is that?", "And how is it measured?")
_EARLIER = Turn(
    "What is overfitting?",
    "Overfitting occurs when a model learns its training data too well: it relies on that data alone, and therefore "
    "performs poorly on unseen data. A remedy is to train with more, and more varied, data.",
)


def measure_writing(assistant: Subject) -> Iterator[Figure]:
    """Time to the first word, cold and warm, against llama-cpp-python's own chat; decoding against the bare loop."""
    engine = assistant.engine()
    prompts = [full_prompt(assistant, question) for question in QUESTIONS[:3]]
    notes = [sum(map(engine.count_tokens, prompt.blocks)) for prompt in prompts]
    yield Figure("notes read for an answer, median", statistics.median(notes), "tokens")
    yield from _first_words(engine, prompts)
    yield from _followups(engine, prompts)
    yield from _whole_answers(assistant)
    speeds, ratios = [], []
    for _ in range(_ROUNDS):
        ours, bare = _decode_speeds(engine, prompts[0])
        speeds.append(ours)
        ratios.append(ours / bare)
    yield Figure("decoding", statistics.median(speeds), "tokens/s")
    yield at_least("decoding against the bare llama.cpp loop", statistics.median(ratios), 0.97)


def _first_words(engine: LlamaEngine, prompts: list[Prompt]) -> Iterator[Figure]:
    """Warm, cold, read in full and through the library's chat, in turn for each prompt."""
    warm, cold, full, chat = [], [], [], []
    with ChatYardstick(engine) as yardstick:
        for prompt in prompts:
            full.append(_first_word_s(engine, prompt, exact=True))
            engine.clear_cache()
            _forget(engine)
            cold.append(_first_word_s(engine, prompt))
            _forget(engine)
            warm.append(_first_word_s(engine, prompt))
            chat.append(yardstick.first_word_s(prompt))
    warm_s = statistics.median(warm)
    yield at_most("first word, sections read before", warm_s, "s", 0.7)
    yield Figure("first word, everything read in full", statistics.median(full), "s")
    yield Figure("first word, Llama.create_chat_completion", statistics.median(chat), "s")
    times = statistics.median(a / b for a, b in zip(chat, warm, strict=True))
    yield Figure("create_chat_completion against read before", times, "x", ">= 20", times >= 20)
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
        times.append(_first_word_s(engine, followup))
    yield at_most("follow-up in a conversation, first word", statistics.median(times), "s", 1.0)


def _whole_answers(assistant: Subject) -> Iterator[Figure]:
    """From the question to the first word as in the app: search, evidence, and the second look where it is needed."""
    times = []
    for question in QUESTIONS:
        for _ in range(2):  # the first time reads what is new
            done = next(event for event in assistant.ask(question) if isinstance(event, Done))
        if done.answer.timings.first_token_s:
            times.append(done.answer.timings.first_token_s)
    yield Figure("question to first word, all steps, median", statistics.median(times), "s")
    yield Figure("question to first word, all steps, slowest", max(times), "s")


def _first_word_s(engine: LlamaEngine, prompt: Prompt, *, exact: bool = False) -> float:
    """Seconds to the first word, with the question about the evidence aside, as production asks it."""
    aside = aside_evidence(prompt.question.partition("\n")[0].removeprefix("Question: "))
    events = engine.generate(prompt, max_tokens=2, cancel=threading.Event(), exact=exact, aside=aside)
    return next(event for event in events if isinstance(event, Generated)).first_token_s


def _forget(engine: LlamaEngine) -> None:
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
