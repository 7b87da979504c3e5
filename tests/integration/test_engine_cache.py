"""The section cache with the small real model: the same logits, the same tokens, and never a wrong state."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from assistant.models.llama.engine import LlamaEngine, load_engine
from assistant.models.llama.options import EngineOptions
from assistant.types import Aside, Compared, Generated, Prompt, ReadingProgress, Sampling, Token

pytestmark = pytest.mark.model

OPTIONS = EngineOptions(context_tokens=2048, threads=1, batch_threads=1)

SYSTEM = "Answer the question from the notes only."
BLOCKS = tuple(
    f"---\n{name}\n" + " ".join(f"{name} has property {i} of {len(name) * i}." for i in range(6)) + "\n"
    for name in ("Batch inference", "Real-time inference", "Tokens", "Embeddings")
)
QUESTION = "\nQuestion: What is said about the first one?"


def prompt_of(*numbers: int, question: str = QUESTION) -> Prompt:
    return Prompt(SYSTEM, tuple(BLOCKS[i] for i in numbers), question)


def ask(engine: LlamaEngine, prompt: Prompt, **options) -> tuple[str, Generated]:
    events = list(engine.generate(prompt, max_tokens=16, cancel=threading.Event(), **options))
    return "".join(event.text for event in events if isinstance(event, Token)), events[-1]


def logits(engine: LlamaEngine, prompt: Prompt, *, exact: bool) -> np.ndarray:
    """The scores of the first token, taken from the context once the prompt was read."""
    list(engine.generate(prompt, max_tokens=1, cancel=threading.Event(), exact=exact))
    return engine._context.logits().copy()


def forget_main(engine: LlamaEngine) -> None:
    """Lets the main sequence hold something else, so that only the cache can help."""
    ask(engine, Prompt("Something else.", (), "Hm?"), exact=True)


def tokens_of(engine: LlamaEngine, *numbers: int) -> int:
    return sum(engine.count_tokens(BLOCKS[i]) for i in numbers)


def read_before(engine: LlamaEngine, *numbers: int) -> int:
    """The tokens of blocks and of the instructions before them."""
    return len(engine.tokenize(prompt_of()).prefix) + tokens_of(engine, *numbers)


@pytest.fixture
def engine(small_engine) -> LlamaEngine:
    small_engine.clear_cache()
    forget_main(small_engine)
    return small_engine


@pytest.fixture(scope="module")
def options(tmp_path_factory) -> EngineOptions:
    return EngineOptions(
        threads=1, batch_threads=1, context_tokens=2048, cache_folder=tmp_path_factory.mktemp("kv"), model_key="small"
    )


class TestCorrectness:
    def test_one_block_gives_the_logits_of_a_full_reading(self, engine):
        full = logits(engine, prompt_of(0), exact=True)
        forget_main(engine)
        computed = logits(engine, prompt_of(0), exact=False)
        forget_main(engine)
        cached = logits(engine, prompt_of(0), exact=False)
        np.testing.assert_allclose(computed, full, atol=1e-5)
        np.testing.assert_allclose(cached, full, atol=1e-5)

    def test_a_block_behind_others_is_near_the_full_reading(self, engine):
        """An approximation: the same best tokens, and scores much nearer than those of other notes."""
        full = logits(engine, prompt_of(0, 1, 2), exact=True)
        cached = logits(engine, prompt_of(0, 1, 2), exact=False)
        other = logits(engine, prompt_of(3), exact=True)
        assert set(np.argsort(full)[-3:]) & set(np.argsort(cached)[-3:])
        assert np.abs(cached - full).mean() < np.abs(other - full).mean()

    @pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2), 2)))
    def test_any_order_gives_the_same_answer_cold_warm_and_after_others(self, engine, order):
        prompt = prompt_of(*order)
        cold = ask(engine, prompt)[0]
        forget_main(engine)
        warm = ask(engine, prompt)[0]
        for other in (prompt_of(*reversed(order)), prompt_of(order[0]), prompt_of(order[0], 3), prompt_of(3, *order)):
            ask(engine, other)
            assert ask(engine, prompt)[0] == cold
        assert warm == cold

    def test_exact_is_not_touched_by_states_that_were_moved(self, engine):
        exact = logits(engine, prompt_of(0, 1, 2), exact=True)
        forget_main(engine)
        logits(engine, prompt_of(0, 1, 2), exact=False)
        again = logits(engine, prompt_of(0, 1, 2), exact=True)
        np.testing.assert_allclose(again, exact, atol=1e-5)

    def test_sampling_and_comparing_work_on_cached_blocks(self, engine):
        hot = Sampling(1.2, 50, 0.95, 3)
        assert ask(engine, prompt_of(1, 0), sampling=hot)[0] == ask(engine, prompt_of(1, 0), sampling=hot)[0]
        cancel = threading.Event()
        cold = engine.compare_next(prompt_of(1, 0), ("Yes", "No"), cancel=cancel)
        forget_main(engine)
        assert engine.compare_next(prompt_of(1, 0), ("Yes", "No"), cancel=cancel) == pytest.approx(cold, abs=1e-5)


class TestAside:
    ASIDE = Aside("\nQuestion: Is anything said about it? Yes or No?", ("Yes", "No"))

    @pytest.mark.parametrize("exact", [True, False])
    def test_it_is_what_the_question_alone_would_give(self, engine, exact):
        prompt = prompt_of(0, 1)
        other = replace(prompt, question=self.ASIDE.question)
        alone = engine.compare_next(other, self.ASIDE.options, cancel=threading.Event(), exact=exact)
        forget_main(engine)
        events = list(engine.generate(prompt, max_tokens=1, cancel=threading.Event(), exact=exact, aside=self.ASIDE))
        compared = [event for event in events if isinstance(event, Compared)]
        assert [event.log_probabilities for event in compared] == [pytest.approx(alone, abs=0.02)]
        assert isinstance(events[events.index(compared[0]) - 1], ReadingProgress)

    def test_it_leaves_no_trace_in_the_answer(self, engine):
        """A batch of another size rounds differently, so scores may differ in the last digits and no further."""
        for prompt in (prompt_of(0), prompt_of(1, 0, 2)):
            bare = logits(engine, prompt, exact=False)
            forget_main(engine)
            list(engine.generate(prompt, max_tokens=1, cancel=threading.Event(), aside=self.ASIDE))
            np.testing.assert_allclose(engine._context.logits(), bare, atol=0.02 * np.abs(bare).max())
            again = [ask(engine, prompt, aside=self.ASIDE)[0] for _ in range(2)]
            forget_main(engine)
            assert [*again, ask(engine, prompt, aside=self.ASIDE)[0]] == [again[0]] * 3

    def test_a_long_question_does_not_fit_one_batch(self, engine):
        long = "\nQuestion: " + "why and how does that happen " * 80
        aside = Aside(long + "Yes or No?", ("Yes", "No"))
        prompt = replace(prompt_of(0), question=long + "Quote the notes.")
        alone = engine.compare_next(replace(prompt, question=aside.question), aside.options, cancel=threading.Event())
        events = list(engine.generate(prompt, max_tokens=2, cancel=threading.Event(), aside=aside))
        compared = next(event for event in events if isinstance(event, Compared))
        assert compared.log_probabilities == pytest.approx(alone, abs=0.02)

    def test_a_model_that_cannot_share_answers_one_after_the_other(self, engine, monkeypatch):
        shared = list(engine.generate(prompt_of(0), max_tokens=4, cancel=threading.Event(), aside=self.ASIDE))
        monkeypatch.setattr(type(engine._context), "can_fork", property(lambda _: False))
        events = list(engine.generate(prompt_of(0), max_tokens=4, cancel=threading.Event(), aside=self.ASIDE))
        kinds = (Compared, Token)
        first, second = ([e for e in run if isinstance(e, kinds)] for run in (shared, events))
        assert first[0].log_probabilities == pytest.approx(second[0].log_probabilities, abs=0.02)
        assert [type(event) for event in first] == [type(event) for event in second]

    def test_cancelled_before_the_reply_it_says_nothing(self, engine):
        cancel = threading.Event()
        events = engine.generate(prompt_of(0, 1, 2), max_tokens=4, cancel=cancel, aside=self.ASIDE)
        next(events)
        cancel.set()
        rest = list(events)
        assert not any(isinstance(event, Token) for event in rest)
        assert rest[-1].finish == "cancelled"
        assert ask(engine, prompt_of(0), aside=self.ASIDE)[1].finish != "cancelled"

    def test_closing_after_the_reply_frees_the_engine(self, engine):
        events = engine.generate(prompt_of(0), max_tokens=400, cancel=threading.Event(), aside=self.ASIDE)
        next(event for event in events if isinstance(event, Compared))
        events.close()
        assert ask(engine, prompt_of(1))[1].output_tokens > 0

    def test_options_must_differ(self, engine):
        with pytest.raises(ValueError, match="different tokens"):
            engine.generate(prompt_of(0), max_tokens=1, cancel=threading.Event(), aside=Aside("?", ("Yes", "Yes")))


class TestConversation:
    TURN = "Earlier in this conversation:\nStudent: What is batch inference?\nYou: Many inputs at once.\n\n"

    def test_a_followup_computes_only_what_is_new(self, engine):
        ask(engine, prompt_of(0, 1))
        list(engine.warm(SYSTEM, [self.TURN], threading.Event(), lasting=False))
        forget_main(engine)
        followup = replace(prompt_of(1, 0, question="\nQuestion: And its price?"), turns=(self.TURN,))
        generated = ask(engine, followup)[1]
        pieces = engine.tokenize(followup)
        assert generated.prompt_tokens - generated.cached_tokens == len(pieces.tail)
        assert pieces.fleeting == 1

    def test_a_turn_stands_between_notes_and_question(self, engine):
        followup = replace(prompt_of(0), turns=(self.TURN,))
        apart = engine.tokenize(followup)
        assert apart.blocks == (*engine.tokenize(prompt_of(0)).blocks, engine._tokenizer.plain(self.TURN))

    def test_what_was_said_is_not_written_to_disk(self, small_model_path, options):
        with load_engine(small_model_path, "small", options) as engine:
            before = engine.cache_status().disk_blocks
            list(engine.warm("Another prefix.", [self.TURN], threading.Event(), lasting=False))
            ask(engine, Prompt("Another prefix.", (), "Hm?", (self.TURN,)))
            assert engine.ready("Another prefix.", [self.TURN]) == (True,)
        with load_engine(small_model_path, "small", options) as engine:
            assert engine.ready("Another prefix.", [self.TURN]) == (False,)
            assert engine.cache_status().disk_blocks == before


class TestReuse:
    def test_blocks_seen_before_in_any_place_need_no_computing(self, engine):
        assert ask(engine, prompt_of(0, 1, 2))[1].cached_tokens == 0
        forget_main(engine)
        assert ask(engine, prompt_of(2, 0, 1))[1].cached_tokens == read_before(engine, 0, 1, 2)
        forget_main(engine)
        assert ask(engine, prompt_of(1, 3))[1].cached_tokens == read_before(engine, 1)

    def test_a_new_question_on_the_same_blocks_computes_only_itself(self, engine):
        ask(engine, prompt_of(0, 1))
        generated = ask(engine, prompt_of(0, 1, question="\nQuestion: And what else?"))[1]
        tail = engine.tokenize(prompt_of(question="\nQuestion: And what else?")).tail
        assert generated.prompt_tokens - generated.cached_tokens == len(tail)

    def test_a_block_read_exactly_is_kept_when_it_comes_first(self, engine):
        ask(engine, prompt_of(0, 1), exact=True)
        ask(engine, prompt_of(0))
        assert engine.ready(SYSTEM, BLOCKS[:2]) == (True, False)

    def test_other_instructions_are_another_cache(self, engine):
        ask(engine, prompt_of(0, 1))
        other = Prompt("Be brief.", BLOCKS[:2], QUESTION)
        assert ask(engine, other)[1].cached_tokens == 0
        assert engine.ready("Be brief.", BLOCKS[:2]) == (True, True)

    def test_who_comes_back_to_instructions_need_not_read_them_again(self, engine):
        """As after the checking of items, which stands behind other instructions than an answer."""
        expected, _ = ask(engine, prompt_of(0, 1))
        for number in range(3):
            ask(engine, Prompt(f"Instructions number {number}.", (), "Hm?"))
        text, generated = ask(engine, prompt_of(0, 1))
        assert text == expected
        assert generated.prompt_tokens - generated.cached_tokens == len(engine.tokenize(prompt_of()).tail)
        for number in range(3, 8):
            ask(engine, Prompt(f"Instructions number {number}.", (), "Hm?"))
        assert ask(engine, prompt_of(0, 1))[1].cached_tokens == tokens_of(engine, 0, 1)

    def test_an_edited_block_is_computed_again_and_the_others_are_not(self, engine):
        ask(engine, prompt_of(0, 1, 2))
        forget_main(engine)
        edited = Prompt(SYSTEM, (BLOCKS[0], BLOCKS[1] + "One more line.\n", BLOCKS[2]), QUESTION)
        assert ask(engine, edited)[1].cached_tokens == read_before(engine, 0, 2)

    def test_an_empty_block_is_no_block(self, engine):
        prompt = Prompt(SYSTEM, ("", BLOCKS[0], "", BLOCKS[1]), QUESTION)
        assert ask(engine, prompt)[0] == ask(engine, prompt_of(0, 1))[0]

    def test_reading_events_never_go_back(self, engine):
        ask(engine, prompt_of(1))
        forget_main(engine)
        events = engine.generate(prompt_of(0, 1, 2), max_tokens=1, cancel=threading.Event())
        done = [event.tokens_done for event in events if isinstance(event, ReadingProgress)]
        assert done == sorted(set(done))


class TestBudget:
    def test_what_does_not_fit_is_computed_again(self, small_model_path):
        with load_engine(small_model_path, "m", OPTIONS) as engine:
            expected = ask(engine, prompt_of(0, 1, 2))[0]
            one_block = engine.cache_status().memory_bytes // 3
        small = replace(OPTIONS, cache_memory_bytes=int(one_block * 1.5))
        with load_engine(small_model_path, "m", small) as engine:
            for _ in range(2):
                assert ask(engine, prompt_of(0, 1, 2))[0] == expected
                forget_main(engine)
            status = engine.cache_status()
            assert status.memory_blocks == 1
            assert status.memory_bytes <= small.cache_memory_bytes

    def test_without_a_budget_every_prompt_is_read_in_full(self, small_model_path):
        with load_engine(small_model_path, "m", replace(OPTIONS, cache_memory_bytes=0)) as engine:
            assert not engine.has_cache
            assert ask(engine, prompt_of(0, 1))[0] == ask(engine, prompt_of(0, 1), exact=True)[0]
            assert engine.ready(SYSTEM, BLOCKS) == (False,) * 4
            assert list(engine.warm(SYSTEM, BLOCKS, threading.Event())) == []
            engine.clear_cache()
            assert engine.cache_status().memory_blocks == 0

    def test_a_full_context_still_answers(self, small_model_path):
        """Prompts that fill the context, one after the other, with blocks coming and going."""
        blocks = tuple(f"---\nPart {i}\n" + f"Number {i} is here. " * 50 for i in range(6))
        options = replace(OPTIONS, context_tokens=1024)
        with load_engine(small_model_path, "m", options) as engine:
            first: dict[tuple[int, ...], str] = {}
            for numbers in [(0, 1, 2), (2, 1, 0), (3, 4, 5), (5, 0, 3), (0, 1, 2), (3, 4, 5), (2, 1, 0)]:
                prompt = Prompt(SYSTEM, tuple(blocks[i] for i in numbers), QUESTION)
                room = 1024 - len(engine.tokenize(prompt))
                assert 0 < room < 300
                events = list(engine.generate(prompt, max_tokens=min(room, 12), cancel=threading.Event()))
                text = "".join(event.text for event in events if isinstance(event, Token))
                assert first.setdefault(numbers, text) == text


class TestDisk:
    def test_states_survive_a_restart(self, small_model_path, options):
        with load_engine(small_model_path, "m", options) as engine:
            expected = ask(engine, prompt_of(0, 1))[0]
        with load_engine(small_model_path, "m", options) as engine:
            assert engine.ready(SYSTEM, BLOCKS) == (True, True, False, False)
            text, generated = ask(engine, prompt_of(1, 0))
            assert generated.cached_tokens == tokens_of(engine, 0, 1)
            assert ask(engine, prompt_of(0, 1))[0] == expected
            engine.clear_cache()
            assert ask(engine, prompt_of(1, 0))[0] == text

    def test_another_model_or_kind_of_context_finds_nothing(self, small_model_path, options):
        with load_engine(small_model_path, "m", options) as engine:
            ask(engine, prompt_of(0))
        for other in (replace(options, model_key="other"), replace(options, kv_type="q8_0")):
            with load_engine(small_model_path, "m", other) as engine:
                assert engine.ready(SYSTEM, BLOCKS[:1]) == (False,)

    def test_a_damaged_file_means_computing_again(self, small_model_path, options):
        with load_engine(small_model_path, "m", options) as engine:
            engine.clear_cache()
            expected = ask(engine, prompt_of(0, 1))[0]
        for path in options.cache_folder.glob("*.kv"):
            raw = bytearray(path.read_bytes())
            raw[len(raw) // 2] ^= 255
            path.write_bytes(raw)
        with load_engine(small_model_path, "m", options) as engine:
            text, generated = ask(engine, prompt_of(0, 1))
            assert text == expected
            assert generated.cached_tokens == 0

    def test_a_folder_that_cannot_be_written_does_not_matter(self, small_model_path, tmp_path):
        (tmp_path / "kv").write_text("in the way")
        options = replace(OPTIONS, cache_folder=tmp_path / "kv")
        with load_engine(small_model_path, "m", options) as engine:
            assert ask(engine, prompt_of(0, 1))[1].output_tokens > 0
            forget_main(engine)
            assert ask(engine, prompt_of(0, 1))[1].cached_tokens == read_before(engine, 0, 1)


class TestWarming:
    def test_warm_blocks_need_no_computing(self, engine):
        assert engine.ready(SYSTEM, BLOCKS) == (False,) * 4
        assert list(engine.warm(SYSTEM, BLOCKS[:3], threading.Event())) == [1, 2, 3]
        assert engine.ready(SYSTEM, BLOCKS) == (True, True, True, False)
        forget_main(engine)
        assert ask(engine, prompt_of(2, 0))[1].cached_tokens == read_before(engine, 2, 0)

    def test_warming_gives_the_same_answers_as_asking(self, engine):
        asked = ask(engine, prompt_of(0, 1, 2))[0]
        engine.clear_cache()
        forget_main(engine)
        list(engine.warm(SYSTEM, BLOCKS, threading.Event()))
        assert ask(engine, prompt_of(0, 1, 2))[0] == asked

    def test_it_keeps_the_conversation(self, engine):
        ask(engine, prompt_of(0, 1))
        list(engine.warm(SYSTEM, BLOCKS, threading.Event()))
        generated = ask(engine, prompt_of(0, 1, question="\nMore?"))[1]
        tail = engine.tokenize(prompt_of(question="\nMore?")).tail
        assert generated.prompt_tokens - generated.cached_tokens == len(tail)

    def test_it_can_be_cancelled(self, engine):
        cancel = threading.Event()
        warming: Iterator[int] = engine.warm(SYSTEM, BLOCKS, cancel)
        assert next(warming) == 1
        cancel.set()
        assert list(warming) == []
        assert engine.ready(SYSTEM, BLOCKS) == (True, False, False, False)

    def test_a_question_goes_before_it_and_it_goes_on_afterwards(self, engine):
        expected = ask(engine, prompt_of(3, 2))[0]
        engine.clear_cache()
        many = [f"---\nPart {i}\n" + f"Number {i} is here. " * 60 for i in range(6)]
        done: list[int] = []
        started = threading.Event()

        def warm():
            for count in engine.warm(SYSTEM, many, threading.Event()):
                done.append(count)
                started.set()

        thread = threading.Thread(target=warm)
        thread.start()
        started.wait()
        assert ask(engine, prompt_of(3, 2))[0] == expected
        ready_after_question = len(done)
        thread.join()
        assert ready_after_question < len(many)
        assert done == [1, 2, 3, 4, 5, 6]
        assert engine.ready(SYSTEM, many) == (True,) * 6

    def test_a_block_that_is_too_long_is_passed_over(self, engine):
        blocks = ("word " * 3000, BLOCKS[0], "")
        assert list(engine.warm(SYSTEM, blocks, threading.Event())) == [1, 2, 3]
        assert engine.ready(SYSTEM, blocks)[:2] == (False, True)
