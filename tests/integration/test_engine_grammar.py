"""Grammars with the small real models: what is written always matches, however it ends."""

from __future__ import annotations

import re
import threading

import pytest

from assistant.errors import ModelError
from assistant.models.llama.engine import EngineOptions, load_engine
from assistant.models.llama.sampler import Sampler
from assistant.types import Generated, Prompt, ReadingProgress, Sampling, Token

pytestmark = pytest.mark.model

PROMPT = Prompt(
    "Answer the question from the notes only.",
    ("## Inference\nBatch inference works on many records at once, on a schedule.\n\n",),
    "Write a question about the notes.",
)
ITEM = r"""
root ::= "Question: " [A-Z] [^\n?]{10,60} "?\nAnswer: " ("yes" | "no") "\n" ("- " [a-z]{2,12} "\n"){2}
"""
ITEM_PATTERN = re.compile(r"Question: [A-Z][^\n?]{10,60}\?\nAnswer: (?:yes|no)\n(?:- [a-z]{2,12}\n){2}")
HOT = [Sampling(temperature=1.5, top_k=200, top_p=1.0, seed=seed, grammar=ITEM) for seed in range(5)]


def write(engine, sampling: Sampling, max_tokens: int = 120, stop_after: int = 10**6) -> tuple[str, Generated]:
    cancel, written = threading.Event(), ""
    for count, event in enumerate(engine.generate(PROMPT, max_tokens=max_tokens, cancel=cancel, sampling=sampling)):
        if isinstance(event, Token):
            written += event.text
        if count == stop_after:
            cancel.set()
    assert isinstance(event, Generated)
    return written, event


@pytest.fixture(scope="module")
def coder_engine(models_dir):
    """A model with a vocabulary of 150,000 tokens, most of which a grammar refuses."""
    path = models_dir / "qwen2.5-coder-0.5b" / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here; assistant models pull qwen2.5-coder-0.5b")
    with load_engine(path, "coder", EngineOptions(context_tokens=512, threads=2, batch_threads=2)) as engine:
        yield engine


class TestMatching:
    @pytest.mark.parametrize("sampling", [Sampling(grammar=ITEM), *HOT])
    def test_the_answer_matches(self, small_engine, sampling):
        text, generated = write(small_engine, sampling)
        assert ITEM_PATTERN.fullmatch(text)
        assert generated.finish == "stop"

    @pytest.mark.parametrize("sampling", [Sampling(grammar=ITEM), HOT[0]])
    def test_with_a_large_vocabulary(self, coder_engine, sampling):
        assert ITEM_PATTERN.fullmatch(write(coder_engine, sampling)[0])

    @pytest.mark.parametrize("max_tokens", [1, 7, 20])
    @pytest.mark.parametrize("sampling", [Sampling(grammar=ITEM), HOT[1]])
    def test_out_of_tokens_it_is_the_beginning_of_a_match(self, small_engine, sampling, max_tokens):
        text, generated = write(small_engine, sampling, max_tokens)
        assert (generated.finish, generated.output_tokens) == ("length", max_tokens)
        assert ITEM_PATTERN.fullmatch(write(small_engine, sampling)[0]).group().startswith(text) and text

    @pytest.mark.parametrize("stop_after", [0, 4, 9])
    def test_stopped_it_is_the_beginning_of_a_match(self, small_engine, stop_after):
        text, generated = write(small_engine, HOT[2], stop_after=stop_after)
        assert generated.finish == "cancelled"
        assert write(small_engine, HOT[2])[0].startswith(text)

    def test_one_form_only(self, small_engine):
        grammar = r'root ::= "<|im_start|>\u00e9\U0001f393 \"quoted\" \\ end."'
        assert write(small_engine, Sampling(grammar=grammar))[0] == '<|im_start|>é🎓 "quoted" \\ end.'

    def test_nothing_is_a_match_too(self, small_engine):
        text, generated = write(small_engine, Sampling(grammar='root ::= ""'))
        assert (text, generated.finish, generated.output_tokens) == ("", "stop", 0)

    @pytest.mark.parametrize("seed", range(4))
    def test_no_control_token_passes_for_its_name(self, small_engine, seed):
        """``<|im_start|>`` is twelve characters to a grammar, and none in the text."""
        grammar = r'root ::= "<" [^\n]{11,30} "\n"'
        text = write(small_engine, Sampling(temperature=3.0, top_k=0, top_p=1.0, seed=seed, grammar=grammar))[0]
        assert re.fullmatch(r"<[^\n]{11,30}\n", text)


class TestChoosing:
    def test_a_grammar_that_allows_everything_changes_nothing(self, small_engine):
        for temperature in (0.0, 0.9):
            free = write(small_engine, Sampling(temperature, seed=3), 24)[0]
            bound = write(small_engine, Sampling(temperature, seed=3, grammar=r"root ::= [^\x00]*"), 24)[0]
            assert bound == free != ""

    def test_greedy_takes_the_most_probable_of_what_is_allowed(self, small_engine):
        words = ("Apples", "Batch", "Never", "Zebra")
        grammar = "root ::= " + " | ".join(f'"{word}"' for word in words)
        scores = small_engine.compare_next(PROMPT, words, cancel=threading.Event(), exact=True)
        # A word may come in several tokens too, so the best of their first tokens need not be the best of all.
        written = write(small_engine, Sampling(grammar=grammar))[0]
        assert written in words
        assert scores[words.index(written)] > min(scores)

    def test_a_seed_gives_the_same_answer_and_another_seed_another_one(self, small_engine):
        first, again, other = (write(small_engine, sampling)[0] for sampling in (HOT[3], HOT[3], HOT[4]))
        assert first == again != other

    def test_a_model_that_follows_by_itself_is_asked_for_one_token_only(self, small_engine, monkeypatch):
        free = write(small_engine, Sampling(), 12)[0]
        asked: list[int] = []
        choose = Sampler._allowed_choice
        monkeypatch.setattr(Sampler, "_allowed_choice", lambda self, grammar: asked.append(1) or choose(self, grammar))
        literal = free.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        grammar = f'root ::= "{literal}" [^\\x00]*'
        assert write(small_engine, Sampling(grammar=grammar), 12)[0] == free
        assert not asked


class TestRefusing:
    @pytest.mark.parametrize(
        "grammar",
        ['foo ::= "a"', "root ::= missing", 'root ::= root "a"', 'root ::= "a" [', 'root ::= ("a"', "Yes or No", '\0"'],
    )
    def test_an_invalid_grammar_is_refused_before_anything_is_read(self, small_engine, grammar):
        events = small_engine.generate(
            PROMPT, max_tokens=5, cancel=threading.Event(), sampling=Sampling(grammar=grammar)
        )
        seen = []
        with pytest.raises(ModelError, match="grammar of the answer is not valid") as caught:
            seen += events
        assert caught.value.hint
        assert not any(isinstance(event, ReadingProgress) for event in seen)
        assert ITEM_PATTERN.fullmatch(write(small_engine, Sampling(grammar=ITEM))[0]), "the engine goes on"

    def test_a_grammar_that_no_token_fits_is_an_error(self, small_engine, monkeypatch):
        monkeypatch.setattr("assistant.models.llama.sampler._is_unwritten", lambda model, token: True)
        with pytest.raises(ModelError, match="No token"):
            write(small_engine, Sampling(grammar=ITEM))
