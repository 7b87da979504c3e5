"""Looking on while the small real model writes: what it thought of each token, and that questions go first."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from assistant.models.llama.context import LlamaContext
from assistant.models.llama.engine import LlamaEngine
from assistant.models.llama.options import context_options
from assistant.models.scheduler import Priority, Scheduler
from assistant.types import Generated, Prompt, Sampling, Token, TokenChoice, TokenWatch

pytestmark = pytest.mark.model

NOTES = ("## Inference\nBatch inference works on many records at once, on a schedule. It is cheap and slow.\n\n",)
WATCH = TokenWatch()
PROMPT = Prompt("Answer the question from the notes only.", NOTES, "Question: What is batch inference?")


def watched(engine: LlamaEngine, prompt: Prompt = PROMPT, watch: TokenWatch = WATCH, **options):
    options.setdefault("max_tokens", 12)
    events = list(engine.generate(prompt, cancel=threading.Event(), watch=watch, **options))
    return [event for event in events if isinstance(event, TokenChoice)], events


def text_of(events) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


class TestChoices:
    def test_nothing_is_told_and_nothing_changes_without_a_watch(self, small_engine):
        plain = list(small_engine.generate(PROMPT, max_tokens=12, cancel=threading.Event()))
        choices, events = watched(small_engine)
        assert not any(isinstance(event, TokenChoice) for event in plain)
        assert text_of(plain) == text_of(events) == "".join(choice.text for choice in choices)

    def test_the_greedy_choice_is_the_most_probable_token(self, small_engine):
        choices, _ = watched(small_engine, watch=TokenWatch(alternatives=3))
        for choice in choices:
            assert len(choice.alternatives) == 3
            assert choice.alternatives[0] == (choice.text, choice.log_probability)
            assert sorted((p for _, p in choice.alternatives), reverse=True) == [p for _, p in choice.alternatives]

    def test_each_probability_is_the_softmax_of_what_llama_cpp_computes(self, small_engine):
        choices, _ = watched(small_engine, max_tokens=6)
        prompt = small_engine.tokenize(PROMPT)
        with LlamaContext(small_engine.model, context_options(small_engine.options)) as context:
            at = 0
            for piece in (prompt.prefix, *prompt.blocks, prompt.tail):
                context.decode(piece, at, 0)
                at += len(piece)
            for choice in choices:
                logits = context.logits().astype(np.float64)
                expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
                assert math.exp(choice.log_probability) == pytest.approx(expected[choice.token], abs=1e-6)
                assert [math.exp(p) for _, p in choice.alternatives] == pytest.approx(np.sort(expected)[:-6:-1])
                context.decode((choice.token,), at, 0)
                at += 1

    def test_the_first_probability_is_the_next_token_distribution(self, small_engine):
        choices, _ = watched(small_engine, max_tokens=1)
        every = small_engine.next_token_distribution(PROMPT, cancel=threading.Event())
        assert every.sum() == pytest.approx(1, abs=1e-4)
        assert math.exp(choices[0].log_probability) == pytest.approx(float(every[choices[0].token]), abs=1e-5)

    def test_a_drawn_token_is_told_with_its_probability_before_the_temperature(self, small_engine):
        sampling = Sampling(temperature=5.0, top_k=500, top_p=1.0, seed=3)
        choices, _ = watched(small_engine, max_tokens=1, sampling=sampling)
        every = small_engine.next_token_distribution(PROMPT, cancel=threading.Event())
        assert math.exp(choices[0].log_probability) == pytest.approx(float(every[choices[0].token]), abs=1e-3)

    def test_the_end_is_a_choice_with_a_name(self, small_engine):
        choices, events = watched(small_engine, max_tokens=200)
        assert events[-1].finish == "stop"
        assert choices[-1].text == "<|im_end|>"


class TestDictation:
    def test_what_it_wrote_itself_has_the_same_probabilities_when_dictated(self, small_engine):
        own, _ = watched(small_engine)
        tokens = tuple(choice.token for choice in own)
        again, events = watched(small_engine, watch=TokenWatch(dictated=tokens), max_tokens=len(tokens))
        assert [c.token for c in again] == list(tokens)
        assert [c.log_probability for c in again] == pytest.approx([c.log_probability for c in own], abs=1e-3)
        assert isinstance(events[-1], Generated)

    def test_other_words_are_less_probable_than_its_own(self, small_engine):
        own, _ = watched(small_engine)
        strange = small_engine.model.tokenize("Bananas dance quietly under purple seas of old iron", special=False)
        told, _ = watched(small_engine, watch=TokenWatch(dictated=strange), max_tokens=len(strange))
        assert [c.token for c in told] == list(strange)
        assert np.mean([c.log_probability for c in told]) < np.mean([c.log_probability for c in own]) - 3


class TestManners:
    def test_a_question_goes_first_and_ends_what_is_looked_at(self, small_engine):
        scheduler, answers = Scheduler(quiet_s=0), []

        def chat():
            with scheduler.lease(Priority.QUESTION) as lease:
                answers.append(list(small_engine.generate(PROMPT, max_tokens=3, cancel=lease.stop))[-1])

        asking = threading.Thread(target=chat)
        with scheduler.lease(Priority.LAB) as lease:
            looking = small_engine.generate(PROMPT, max_tokens=400, cancel=lease.stop, watch=TokenWatch())
            events = [next(looking)]
            while not isinstance(events[-1], TokenChoice):
                events.append(next(looking))
            asking.start()
            assert list(looking)[-1].finish in ("cancelled", "stop")
            lease.resume()
        asking.join()
        assert answers[0].finish == "length"

    def test_states_may_be_kept_from_the_disk(self, small_model_path, tmp_path):
        from assistant.models.llama.engine import load_engine
        from assistant.models.llama.options import EngineOptions

        options = EngineOptions(context_tokens=2048, threads=1, batch_threads=1, cache_folder=tmp_path)
        with load_engine(small_model_path, "small", options) as engine:
            watched(engine, watch=TokenWatch(keep=False), max_tokens=1)
            assert engine.ready(PROMPT.system, PROMPT.blocks) == (True,)
        with load_engine(small_model_path, "small", options) as engine:
            assert engine.ready(PROMPT.system, PROMPT.blocks) == (False,)
            watched(engine, watch=TokenWatch(keep=True), max_tokens=1)
        with load_engine(small_model_path, "small", options) as engine:
            assert engine.ready(PROMPT.system, PROMPT.blocks) == (True,)

    def test_an_answer_goes_on_from_its_beginning(self, small_engine):
        begun = Prompt(PROMPT.system, PROMPT.blocks, PROMPT.question, begun="Batch inference works on many")
        tokens = small_engine.tokenize(begun)
        assert tokens.tail[-len(small_engine.model.tokenize(begun.begun, special=False)) :] == (
            small_engine.model.tokenize(begun.begun, special=False)
        )
        _, events = watched(small_engine, begun, max_tokens=4)
        assert text_of(events).startswith(" records")
