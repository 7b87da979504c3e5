"""Pictures of tokens and of what a passage does; work that is looked at while it goes on."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator

import pytest

from assistant.errors import ModelError
from assistant.lab.charts.answer_charts import MOST_TOKENS, certainty_chart, effect_chart, effects_say, visible
from assistant.lab.journey_json import journey_record
from assistant.lab.lessons.causal_citation import Effect, effects, without_passage
from assistant.lab.lessons.rag import Journey
from assistant.lab.lessons.sampling import beginning, repeats, seeds
from assistant.lab.live import Live
from assistant.models.scheduler import Lease, Priority, Scheduler
from assistant.testing import FakeGenerator
from assistant.types import Chunk, ContextBlock, Sampling, Sentence, Token, TokenChoice


def choice(text: str, p: float) -> TokenChoice:
    return TokenChoice(1, text, math.log(p), ((text, math.log(p)), (" x", math.log(0.01))))


def test_certainty_names_the_least_sure_token() -> None:
    chart = certainty_chart([choice("The", 0.9), choice(" cat", 0.25), choice("\n", 1.0)])
    assert chart.series[0].y == pytest.approx((0.9, 0.25, 1.0))
    assert chart.series[0].x == ("1. The", "2. ␣cat", "3. ⏎")
    assert "“␣cat”, with 25%" in chart.says
    assert f"{(0.9 * 0.25) ** (1 / 3):.0%}" in chart.says
    assert len(certainty_chart([choice("a", 0.5)] * 100).series[0].y) == MOST_TOKENS
    assert visible("") == "∅"


def test_effects_belong_to_their_sentences() -> None:
    text = "One two. Three."
    sentences = (Sentence("One two.", 0, 8, True, 1.0), Sentence("Three.", 9, 15, True, 1.0))
    before = [choice(t, 0.5) for t in ("One", " two", ".", " Three", ".")]
    starts = [0, 3, 7, 8, 14]
    after = [choice(c.text, 0.5 if place < 3 else 0.05) for place, c in enumerate(before)]
    found = effects(sentences, [0, 3, 7, 9, 14], before, after)
    assert [effect.tokens for effect in found] == [3, 2]
    assert found[0].effect == pytest.approx(0)
    assert found[1].effect == pytest.approx(2 * math.log(10))
    assert text[starts[3] :].strip() == "Three."
    assert effect_chart(found).series[0].y == pytest.approx((0, math.log(10)))


@pytest.mark.parametrize(
    ("fall", "verdict"), [(2.0, "because of"), (0.2, "helped"), (0.0, "the same without"), (-1.0, "less likely")]
)
def test_what_a_passage_does_in_words(fall: float, verdict: str) -> None:
    said = effects_say([Effect("A.", -1.0, -1.0 - 4 * fall, 4)])
    assert verdict in said
    assert f"{math.exp(-fall):.2f} times" in said


def test_only_the_passage_is_taken_away() -> None:
    block = ContextBlock("a.md", ("A",), (), 10, 30, "first part. the rest", 0)
    other = ContextBlock("b.md", (), (), 10, 21, "first part.", 0)
    chunk = Chunk("a.md", ("A",), (), "", 10, 21, "first part.", 0)
    left = without_passage((block, other), chunk)
    assert [b.text for b in left] == [" the rest", "first part."]
    whole = Chunk("b.md", (), (), "", 10, 21, "first part.", 0)
    assert without_passage((other,), whole) == ()


def test_a_journey_knows_where_each_token_begins() -> None:
    journey = Journey("?")
    for event in (choice("A", 0.9), Token("A"), choice("\\xe2", 0.5), choice("\\x82\\xac", 0.5), Token("€")):
        journey = journey.after(event)
    assert journey.text == "A€"
    assert journey.starts == (0, 1, 1)
    told = journey_record(journey)
    assert [token.text for token in told.tokens] == ["A", "\\xe2", "\\x82\\xac"]
    assert told.sections == () and told.state is None


class TestLive:
    def test_the_last_state_stays(self) -> None:
        live: Live[int] = Live("test", Scheduler(quiet_s=0))
        assert live.start(lambda _: iter([1, 2, 3])).number == 1
        assert (live.wait().state, live.look.latest) == ("done", 3)

    def test_new_work_stops_the_old(self) -> None:
        live: Live[int] = Live("test", Scheduler(quiet_s=0))
        begun, ended = threading.Event(), threading.Event()

        def slow(lease: Lease) -> Iterator[int]:
            begun.set()
            yield 0
            lease.cancel.wait()
            ended.set()

        live.start(slow)
        begun.wait()
        live.start(lambda _: iter([7]))
        assert ended.is_set()
        assert (live.wait().latest, live.look.number) == (7, 2)

    def test_an_error_is_kept_with_what_was_there(self) -> None:
        live: Live[int] = Live("test", Scheduler(quiet_s=0))

        def fails(_: Lease) -> Iterator[int]:
            yield 5
            raise ModelError("It is gone.", hint="Load it.")

        live.start(fails)
        found = live.wait()
        assert (found.state, found.latest) == ("failed", 5)
        assert found.error is not None and found.error.message == "It is gone."

    def test_stopped_work_says_so(self) -> None:
        live: Live[int] = Live("test", Scheduler(quiet_s=0))
        live.start(lambda lease: itertools.takewhile(lambda _: not lease.cancel.wait(0.001), itertools.count()))
        live.stop()
        assert live.look.state == "stopped"


def test_the_same_prompt_several_times() -> None:
    generator = FakeGenerator(["one two", "three", "four"])
    states = list(
        repeats(generator, beginning("Once"), seeds(Sampling(), 3, same=False), Scheduler().lease(Priority.LAB))
    )  # type: ignore[arg-type]
    assert states[-1] == ("one two", "three", "four")
    assert generator.prompts[0].begun == "Once"
    assert [s.seed for s in seeds(Sampling(seed=4), 3, same=False)] == [4, 5, 6]
    assert [s.seed for s in seeds(Sampling(seed=4), 3, same=True)] == [4, 4, 4]
