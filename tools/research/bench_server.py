"""``assistant --model NAME bench --only server``: what the program adds to a server of a model.

Each question is asked through the program's generator and with httpx alone, in turn, the first of each pair changing.
Every prompt is new to the server, at its beginning or, where the notes were read before, at its end.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import httpx

from assistant.evaluation.bench_answers import QUESTIONS, Figure, full_prompt
from assistant.evaluation.intervals import median
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.remote.remote_generator import RemoteGenerator
from assistant.models.remote.server_entry import ServerEntry
from assistant.types import Prompt, Token

GOAL = 1.03
TOKENS = 48
ROUNDS = 3
"""Of the questions: so many pairs for each of them and each place of what is new."""

_SILENT_S = 300
_DATA = "data: "
_Ask = Callable[[Prompt], "Asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer: when its pieces came, in seconds from the question."""

    times: tuple[float, ...]

    @property
    def first_word_s(self) -> float:
        """Until the first piece."""
        return self.times[0]

    @property
    def piece_s(self) -> float:
        """From one piece to the next, on average."""
        return (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1)


def measure_server(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """First word and decoding through the program against httpx alone: medians of the pairs' ratios, 95 % intervals."""
    generator = assistant.models.engine.get()
    if not isinstance(generator, RemoteGenerator):
        yield Figure("through a server: none is asked, see --model", 0, "requests")
        return
    prompts = [full_prompt(assistant, question) for question in QUESTIONS]
    server = generator.server
    with httpx.Client(timeout=_SILENT_S, trust_env=False) as client:
        ways: tuple[_Ask, _Ask] = (lambda one: ask_ours(generator, one), lambda one: ask_bare(client, server, one))
        for name, renew in (("notes new", _new_notes), ("notes read before", _new_question)):
            pairs = list(_pairs(ways, prompts, renew, generator.count_tokens))
            yield from _compared(name, pairs)


def ask_ours(generator: RemoteGenerator, prompt: Prompt) -> Asked:
    """Asks through the program."""
    began = time.perf_counter()
    events = generator.generate(prompt, max_tokens=TOKENS, cancel=threading.Event())
    return Asked(tuple(time.perf_counter() - began for event in events if isinstance(event, Token)))


def ask_bare(client: httpx.Client, server: ServerEntry, prompt: Prompt) -> Asked:
    """Asks the server directly: the same request, of which nothing is done with the reply but to find its words."""
    said = "".join((*prompt.blocks, *prompt.turns, prompt.question))
    body = {
        "model": server.model,
        "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": said}],
        "temperature": 0.0,
        "seed": 0,
        "max_tokens": TOKENS,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = {"Authorization": f"Bearer {key}"} if (key := server.key()) else {}
    times = []
    began = time.perf_counter()
    with client.stream("POST", f"{server.url}/chat/completions", json=body, headers=headers) as reply:
        reply.raise_for_status()
        for line in reply.iter_lines():
            if line.startswith(_DATA) and _has_words(line.removeprefix(_DATA)):
                times.append(time.perf_counter() - began)
    return Asked(tuple(times))


def _has_words(data: str) -> bool:
    choices = [] if data == "[DONE]" else json.loads(data)["choices"]
    return bool(choices and choices[0]["delta"].get("content"))


def _pairs(
    ways: tuple[_Ask, _Ask],
    prompts: Sequence[Prompt],
    renew: Callable[[Prompt, int], Prompt],
    count_tokens: Callable[[str], int],
) -> Iterator[tuple[Asked, Asked]]:
    """Yields an answer of ours and a bare one for each prompt of each round; they have the same number of tokens."""
    numbers = itertools.count(100)
    for round_ in range(ROUNDS):
        for place, prompt in enumerate(prompts):
            if renew is _new_question:
                ways[1](renew(prompt, next(numbers)))  # so that the first of the two finds the notes read too
            asked: dict[_Ask, Asked] = {}
            for way in ways if (round_ + place) % 2 else ways[::-1]:
                new = renew(prompt, next(numbers))
                for block in new.blocks:
                    count_tokens(block)  # as choosing the notes does before a prompt is made of them
                asked[way] = way(new)
            yield asked[ways[0]], asked[ways[1]]


def _new_notes(prompt: Prompt, number: int) -> Prompt:
    first, *others = prompt.blocks
    return replace(prompt, blocks=(f"{number} {first}", *others))


def _new_question(prompt: Prompt, number: int) -> Prompt:
    return replace(prompt, question=f"{number} {prompt.question}")


def _compared(name: str, pairs: Sequence[tuple[Asked, Asked]]) -> Iterator[Figure]:
    usable = [pair for pair in pairs if all(one.times for one in pair)]
    yield Figure(f"{name}: pairs", len(usable), "of " + str(len(pairs)))
    for what, taken in (("first word", "first_word_s"), ("from token to token", "piece_s")):
        ours, bare = ([getattr(pair[side], taken) for pair in usable] for side in (0, 1))
        found = median([one / other for one, other in zip(ours, bare, strict=True)])
        added = median([1000 * (one - other) for one, other in zip(ours, bare, strict=True)])
        yield Figure(f"{name}: {what}, bare", 1000 * median(bare).value, "ms")
        yield Figure(f"{name}: {what}, added by the program", added.value, "ms")
        goal = f"<= {GOAL:g}"
        interval = f"x, 95 % {found.low:.3f} to {found.high:.3f} "
        yield Figure(f"{name}: {what}, through the program", found.value, interval, goal, found.value <= GOAL)
