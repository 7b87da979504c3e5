import threading

import pytest

from assistant.errors import Cancelled, ModelError, PromptTooLong
from assistant.models.generator import Generator, scorer_of
from assistant.testing import FakeGenerator
from assistant.types import Aside, Generated, Prompt, ReadingProgress, Token

PROMPT = Prompt("Be brief.", ("one two three",), "Why?")


def run(generator: Generator, max_tokens: int = 10, **options):
    return list(generator.generate(PROMPT, max_tokens=max_tokens, cancel=threading.Event(), **options))


def text_of(events) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def test_it_is_a_generator_that_follows_its_script():
    fake: Generator = FakeGenerator(["First answer,  kept as\nwritten.", "Second."])
    events = run(fake)
    assert text_of(events) == "First answer,  kept as\nwritten."
    assert events[0] == ReadingProgress(0, 6)
    assert events[1] == ReadingProgress(6, 6)
    assert isinstance(events[-1], Generated)
    assert (events[-1].finish, events[-1].prompt_tokens, events[-1].output_tokens) == ("stop", 6, 5)
    assert text_of(run(fake)) == "Second."
    with pytest.raises(LookupError, match="only 2 answers"):
        run(fake)


def test_it_records_prompts_and_can_answer_from_them():
    fake = FakeGenerator(lambda prompt: prompt.question.upper(), comparisons=lambda prompt: (-1.0, -2.0, -3.0))
    assert text_of(run(fake)) == "WHY?"
    assert fake.compare_next(PROMPT, ("Yes", "No"), cancel=threading.Event()) == (-1.0, -2.0)
    assert fake.prompts == [PROMPT]
    assert fake.compared == [PROMPT]


def test_it_scores_texts_as_scripted():
    fake = FakeGenerator([], likelihood=lambda text: -float(len(text)))
    assert fake.score_text(PROMPT, "Why so?", cancel=threading.Event()) == (-7.0, -7.0)
    assert fake.scored == ["Why so?"]
    assert FakeGenerator([], scores=False).text_scorer is None


def test_it_keeps_the_limits():
    fake = FakeGenerator(lambda _: "a b c END d", context_tokens=20)
    assert text_of(run(fake, max_tokens=2)) == "a b"
    assert run(fake, max_tokens=2)[-1].finish == "length"
    assert text_of(run(fake, stop=("END",))) == "a b c"
    with pytest.raises(PromptTooLong):
        run(fake, max_tokens=15)


def test_it_can_be_cancelled_between_tokens():
    cancel = threading.Event()
    events = []
    for event in FakeGenerator(["a b c d"]).generate(PROMPT, max_tokens=9, cancel=cancel):
        events.append(event)
        if event == Token("a"):
            cancel.set()
    assert text_of(events) == "a"
    assert events[-1].finish == "cancelled"
    with pytest.raises(Cancelled):
        FakeGenerator([]).compare_next(PROMPT, ("Yes", "No"), cancel=cancel)


def test_one_without_the_abilities_says_so():
    fake = FakeGenerator(["One."], scores=False, caches=False)
    assert (fake.scorer, fake.cache) == (None, None)
    assert text_of(run(fake)) == "One."
    with pytest.raises(ValueError, match="cannot score"):
        run(fake, aside=Aside("Is it?", ("Yes", "No")))
    with pytest.raises(ModelError, match="does not say how probable"):
        scorer_of(fake)
    assert scorer_of(FakeGenerator([])).compare_next(PROMPT, ("Yes",), cancel=threading.Event()) == (-0.1,)
