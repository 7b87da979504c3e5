"""The journey that the lab shows is the answer that the chat gives: same search, sections, prompt, words and proofs."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from assistant.answering.answer import Answerer
from assistant.answering.evidence import FIRST_GATE, gate_of
from assistant.answering.packing import choose_blocks, pack
from assistant.answering.prompts import SYSTEM, answer_prompt, render_block
from assistant.config import AnsweringConfig, ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.index.build import Builder, fingerprint
from assistant.index.retriever import Retriever
from assistant.lab.lessons.causal_citation import dictate, effects, passages, without_passage
from assistant.lab.lessons.rag import ChangedSetting, Journey, follow, prompt_parts, write
from assistant.models.llama.engine import LlamaEngine
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.testing import FakeEmbedder
from assistant.types import Answer, Done, Request, Sampling, Scope, TokenChoice, TokenWatch

pytestmark = pytest.mark.model

NOTES = {
    "inference.md": (
        "# Inference\n\n- **Batch** - many inputs at once, when no answer is needed at once\n"
        "- **Real-time** - each input as it arrives, within milliseconds\n\n"
        "## Cost\n\nBatch inference is cheap. Real-time inference costs more, since a machine must always wait.\n"
    ),
    "training.md": "# Training\n\nTraining fits the weights of a model to labelled data. It takes days.\n",
    "pets.md": "# Pets\n\nCats purr at night. Dogs bark at strangers.\n",
}
QUESTION = "What is batch inference, many inputs at once?"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notes").mkdir()
    for name, text in NOTES.items():
        (folder / "notes" / name).write_text(text, encoding="utf-8")
    embedder, chunking = FakeEmbedder(), ChunkingConfig(24, 60)
    Builder(folder / "notes", folder / "index", embedder, chunking, NotesConfig()).build()
    made = Retriever(folder / "index", embedder, RetrievalConfig, fingerprint(chunking, embedder.name))
    yield made
    made.close()


CONFIG = replace(AnsweringConfig(), min_evidence=0.0, max_output_tokens=40, notes_tokens=120)


@pytest.fixture(scope="module")
def answerer(retriever: Retriever, small_engine: LlamaEngine) -> Answerer:
    return Answerer(retriever, lambda: small_engine, CONFIG, Sampling(), "fp")


def free(cancel: threading.Event | None = None) -> Lease:
    """A lease that nobody else wants."""
    return Scheduler().lease(Priority.LAB, cancel)


@pytest.fixture(scope="module")
def journey(answerer: Answerer, retriever: Retriever, small_engine: LlamaEngine) -> Journey:
    blocks = retriever.store.blocks(retriever.store.block_keys(Scope()))
    list(small_engine.warm(SYSTEM, [render_block(block) for block in blocks], threading.Event()))  # sections not read
    # before may be left out of an answer: now all are known, for the journey as for the answer below
    return list(follow(answerer, QUESTION, free(), TokenWatch(alternatives=4)))[-1]


@pytest.fixture(scope="module")
def answer(journey: Journey, answerer: Answerer) -> Answer:
    return answered(answerer, QUESTION)


def answered(answerer: Answerer, question: str) -> Answer:
    return next(event.answer for event in answerer.ask(Request(question)) if isinstance(event, Done))


def test_the_answer_is_the_one_of_the_chat(journey: Journey, answer: Answer) -> None:
    assert journey.answer is not None
    same = {"timings": answer.timings}
    assert replace(journey.answer, **same) == answer
    assert journey.text.startswith(answer.draft or answer.text)  # a sentence that is said again is cut off
    if not answer.draft:
        assert journey.sentences == answer.sentences


def test_the_search_is_productions(journey: Journey, answer: Answer, retriever: Retriever) -> None:
    assert journey.search == answer.search == retriever.trace(QUESTION).result


def test_the_packed_sections_are_productions(journey: Journey, retriever: Retriever, small_engine: LlamaEngine) -> None:
    packed = journey.packed
    assert packed is not None and journey.search is not None
    sections = choose_blocks(retriever.store, journey.search.hits, CONFIG.max_blocks)
    assert packed.sections == tuple(sections)
    assert packed.budget == CONFIG.notes_tokens
    assert packed.fitting == pack(sections, journey.search.hits, packed.budget, small_engine.count_tokens)
    assert packed.sizes == tuple(small_engine.count_tokens(render_block(section)) for section in sections)
    assert sum(small_engine.count_tokens(render_block(block)) for block in packed.blocks) <= packed.budget


def test_the_prompt_has_the_tokens_that_were_read(journey: Journey, answer: Answer, small_engine: LlamaEngine) -> None:
    prompt = answer_prompt(QUESTION, answer.blocks)
    parts = prompt_parts(small_engine, prompt, answer.blocks, [True] * len(answer.blocks))
    tokens = small_engine.tokenize(prompt).tokens
    assert [token for part in parts for token in part.tokens] == [small_engine.model.shown(token) for token in tokens]
    assert sum(len(part.tokens) for part in parts) == answer.timings.prompt_tokens
    assert [part.kind for part in parts] == ["instructions", *["notes"] * len(answer.blocks), "question"]
    assert "<|im_start|>" in parts[0].tokens


def test_the_gates_are_productions(journey: Journey, answer: Answer) -> None:
    first, *others = journey.looks
    assert first.margin is None and first.probability == FIRST_GATE.probability(first.evidence)
    assert others[-1].probability == answer.evidence
    for look in others:
        assert look.margin is not None
        assert look.probability == gate_of(answer.model).probability(look.evidence, look.margin)
    assert others[-1].blocks == answer.blocks


def test_the_probabilities_are_those_of_the_next_token(
    journey: Journey, answer: Answer, small_engine: LlamaEngine
) -> None:
    """The first from the distribution itself, which is read in other steps; all of them by dictating the answer."""
    prompt = answer_prompt(QUESTION, answer.blocks)
    every = small_engine.next_token_distribution(prompt, cancel=threading.Event())
    first = journey.choices[0]
    assert math.exp(first.log_probability) == pytest.approx(float(every[first.token]), abs=0.02)
    assert [math.exp(p) for _, p in first.alternatives] == pytest.approx(np.sort(every)[:-5:-1].tolist(), abs=0.02)
    tokens = [choice.token for choice in journey.choices]
    told = list(dictate(small_engine, QUESTION, answer.blocks, tokens, free()))[-1]
    assert [c.token for c in told] == tokens
    assert [c.log_probability for c in told] == pytest.approx([c.log_probability for c in journey.choices], abs=1e-5)


def test_tokens_join_to_the_text_and_know_where_they_begin(journey: Journey) -> None:
    spoken = [c for c in journey.choices if not c.text.startswith("<|")]
    assert "".join(choice.text for choice in spoken) == journey.text
    for choice, start in zip(spoken, journey.starts, strict=False):
        assert journey.text[start:].startswith(choice.text)


def test_other_settings_change_only_what_they_name(answerer: Answerer, answer: Answer, small_engine) -> None:
    same = ChangedSetting(answer.blocks).prompt(QUESTION)
    assert same == answer_prompt(QUESTION, answer.blocks)
    assert ChangedSetting().prompt(QUESTION).blocks == ()
    attributor = answerer.attributor(answer.blocks, QUESTION)
    drafts = list(write(small_engine, QUESTION, ChangedSetting(answer.blocks), attributor, free(), max_tokens=40))
    assert drafts[-1].text.startswith(answer.draft or answer.text)
    assert drafts[-1].finish in ("stop", "length")
    assert [s.supported for s in drafts[-1].sentences] == [
        attributor.attribute(drafts[-1].text, s.start, s.end).supported for s in drafts[-1].sentences
    ]


class TestTakingAPassageAway:
    def test_the_passages_cover_what_was_read(self, answer: Answer, retriever: Retriever) -> None:
        chunks = passages(retriever.store, answer.blocks)
        read = "".join(block.text for block in answer.blocks)
        assert chunks
        for chunk in chunks:
            assert chunk.text in read
            left = without_passage(answer.blocks, chunk)
            assert sum(len(block.text) for block in left) <= len(read) - len(chunk.text)

    def test_all_else_stays(self, answer: Answer, retriever: Retriever) -> None:
        chunk = passages(retriever.store, answer.blocks)[0]
        prompt = answer_prompt(QUESTION, without_passage(answer.blocks, chunk))
        full = answer_prompt(QUESTION, answer.blocks)
        assert (prompt.system, prompt.question) == (full.system, full.question)
        assert chunk.text.strip() not in "".join(prompt.blocks)

    def test_the_passage_that_was_quoted_matters_most(
        self, journey: Journey, answer: Answer, retriever: Retriever, small_engine: LlamaEngine
    ) -> None:
        blocks = choose_blocks(retriever.store, answer.search.hits, 3)
        text = "Batch means many inputs at once, when no answer is needed at once."
        tokens = small_engine.model.tokenize(text, special=False)

        def log_probability(without: int | None) -> float:
            left = blocks if without is None else without_passage(blocks, chunks[without])
            told = list(dictate(small_engine, QUESTION, left, tokens, free()))[-1]
            return sum(choice.log_probability for choice in told)

        chunks = passages(retriever.store, blocks)
        full = log_probability(None)
        falls = [full - log_probability(place) for place in range(len(chunks))]
        assert "many inputs at once" in chunks[int(np.argmax(falls))].text
        assert max(falls) > 5

    def test_effects_add_up(self, journey: Journey) -> None:
        after = [replace(choice, log_probability=choice.log_probability - 1.5) for choice in journey.choices]
        found = effects(journey.sentences, journey.starts, journey.choices, after)
        assert sum(effect.tokens for effect in found) == len(journey.choices)
        assert sum(effect.effect for effect in found) == pytest.approx(1.5 * len(journey.choices))


def test_a_question_of_the_chat_goes_first_and_the_journey_begins_anew(
    answerer: Answerer, answer: Answer, small_engine: LlamaEngine
) -> None:
    scheduler, said = Scheduler(quiet_s=0), []

    def chat() -> None:
        with scheduler.lease(Priority.QUESTION) as lease:
            events = answerer.ask(Request(QUESTION), lease.stop)
            said.append(next(event.answer for event in events if isinstance(event, Done)))

    asking = threading.Thread(target=chat)
    with scheduler.lease(Priority.LAB) as lease:
        states = follow(answerer, QUESTION, lease, TokenWatch())
        state = next(s for s in states if len(s.choices) > 1)
        assert state.restarts == 0
        asking.start()
        last = list(states)[-1]
    asking.join()
    assert said[0].text == answer.text  # while the journey waited
    assert last.restarts == 1 and last.text.startswith(answer.draft or answer.text)


def test_a_stopped_journey_ends(answerer: Answerer) -> None:
    cancel = threading.Event()
    states = []
    for state in follow(answerer, QUESTION, free(cancel), TokenWatch()):
        states.append(state)
        if state.choices:
            cancel.set()
    assert states[-1].answer is not None and states[-1].answer.stopped
    assert all(isinstance(choice, TokenChoice) for choice in states[-1].choices)
