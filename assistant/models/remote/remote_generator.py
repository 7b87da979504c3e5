"""Writes answers with a model of a server, through the chat-completions interface."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.errors import Cancelled, ModelError, PromptTooLong
from assistant.models.generator import GREEDY, Generation
from assistant.models.remote.estimating import estimate_tokens
from assistant.models.remote.server_door import ServerDoor
from assistant.models.remote.server_entry import ServerEntry
from assistant.models.remote.server_facts import TOP, Counter, ServerFacts, learn
from assistant.models.remote.server_replies import CHAT, ChatReply, TokenScore, Usage, VisibleText, read_reply
from assistant.types import Aside, Compared, Generated, Prompt, ReadingProgress, Sampling, Token, TokenWatch

_TEMPLATE_TOKENS = 40
"""What a chat template puts around two messages, at most."""

_TAIL_S = 2.0
"""How long the usage is waited for when the answer is complete."""

_LONGEST_TOKEN = 32
"""Characters. What sends more of them than this for each token it may write does not keep to the limit."""

INSIDE_ONLY = "This lesson looks inside a model that runs on this computer; choose one in Settings."


class RemoteGenerator:
    """A ``Generator`` on a server. Text, and how probable the first token of a reply is where the server tells that.

    It has no section cache; but the instructions and then the notes come first and unchanged, so that a server that
    keeps what it read can do so. Sections are sent as one message with the question.

    Args:
        door: The server.
        facts: What it tells of its model.
        context_tokens: How many tokens prompt and answer may have together.

    Attributes:
        parallel: How many requests may be under way at once: as the student said, or the server tells, or else one.
    """

    def __init__(self, door: ServerDoor, facts: ServerFacts, context_tokens: int) -> None:
        self.name = door.server.name
        self.context_tokens = context_tokens
        self.facts = facts
        self.parallel = door.server.parallel or facts.parallel or 1
        self._door = door
        self._thinks: bool | None = None if facts.may_think else False  # None until an answer has shown it

    @property
    def server(self) -> ServerEntry:
        """The server that it is on."""
        return self._door.server

    @property
    def scorer(self) -> RemoteGenerator | None:
        """Itself, if the server tells how probable tokens are."""
        return self if self.facts.scores else None

    @property
    def text_scorer(self) -> None:
        """None: a server shows no tokens."""

    @property
    def cache(self) -> None:
        """None: what the server keeps is its own affair."""

    @property
    def grammars(self) -> bool:
        """False: no grammar is common to servers."""
        return False

    def count_tokens(self, text: str) -> int:
        """Returns the tokens of ``text``: counted by the server, or estimated upwards.

        Raises:
            ModelError: The server fails.
        """
        return self.facts.counter(text)

    def prompt_overhead(self, system: str, question: str) -> int:
        """Returns the tokens of a prompt without any notes, and room for the chat template. Raises as above.

        The question is estimated: each is new, and asking the server would take a request before the first word.
        """
        return self.count_tokens(system) + estimate_tokens(question) + _TEMPLATE_TOKENS

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        cancel: threading.Event,
        sampling: Sampling = GREEDY,
        stop: tuple[str, ...] = (),
        exact: bool = False,
        aside: Aside | None = None,
        watch: TokenWatch | None = None,
    ) -> Generation:
        """Yields that the prompt is read, the reply to ``aside``, the answer's pieces, and at last ``Generated``.

        The ``aside`` is a request of its own, before the answer's. ``cancel``, and closing the iterator, close the
        connection at once. Of ``sampling``, top-k is not part of the interface. ``exact`` is always so.

        Raises:
            PromptTooLong: Prompt and answer do not fit the context; at the call.
            ModelError: ``watch``, a grammar, or a given beginning is wanted, which a server cannot do; at the call.
                The server fails, in one of many ways; at the next event.
        """
        if watch is not None or prompt.begun:
            raise ModelError(f"{self.name} is on a server, which shows no tokens.", hint=INSIDE_ONLY)
        if sampling.grammar:
            raise ModelError(
                f"{self.name} is on a server, which cannot be held to a form, so it writes no quiz questions.",
                hint="Choose a model that runs on this computer in Settings, or with --model.",
            )
        size = self._size(prompt, estimate_tokens)
        if size + max_tokens > self.context_tokens:
            size = self._size(prompt, self.count_tokens)
        if size + max_tokens > self.context_tokens:
            raise PromptTooLong(
                f"The prompt has about {size} tokens and its answer up to {max_tokens}, but {self.name} can hold only "
                f"{self.context_tokens} together.",
                hint="Ask a shorter question, or give the model fewer notes (answering.notes_tokens).",
            )
        return self._events(prompt, size, max_tokens, cancel, sampling, stop, aside)

    def compare_next(
        self, prompt: Prompt, options: tuple[str, ...], *, cancel: threading.Event, exact: bool = False
    ) -> tuple[float, ...]:
        """Returns the log-probability of each option's first token as the next one, from the likeliest ``TOP``.

        An option that is not among them gets that of the least likely one: it has that at most.

        Raises:
            Cancelled: ``cancel`` was set.
            ModelError: The server fails, or tells no probabilities any more.
        """
        body = {**self._body(prompt, GREEDY), "max_tokens": 1, "logprobs": True, "top_logprobs": TOP}
        reply = self._door.post("/chat/completions", body, cancel)
        if reply is None:
            raise Cancelled("The question was stopped.")
        scores = read_reply(CHAT, reply, self.name).scores
        if not scores:
            raise ModelError(
                f"The server of {self.name} no longer tells how probable its words are.",
                hint=f"Restart the assistant; what the server can do: assistant models check {self.name}",
            )
        return compare(scores, options)

    def close(self) -> None:
        """Does nothing: no connection outlives its request."""

    def _size(self, prompt: Prompt, of_question: Counter) -> int:
        """How many tokens a prompt has; its notes were counted when they were chosen, and are not asked about again."""
        said = sum(map(self.count_tokens, (prompt.system, *prompt.blocks, *prompt.turns)))
        return said + of_question(prompt.question) + _TEMPLATE_TOKENS

    def _body(self, prompt: Prompt, sampling: Sampling) -> dict[str, object]:
        notes = "".join((*prompt.blocks, *prompt.turns))
        greedy: dict[str, object] = {"temperature": sampling.temperature, "seed": sampling.seed}
        return {
            "model": self.server.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": f"{notes}{prompt.question}"},
            ],
            **(greedy if sampling.temperature == 0 else {**greedy, "top_p": sampling.top_p}),
        }

    def _events(
        self,
        prompt: Prompt,
        size: int,
        max_tokens: int,
        cancel: threading.Event,
        sampling: Sampling,
        stop: tuple[str, ...],
        aside: Aside | None,
    ) -> Generation:
        began = time.perf_counter()
        yield ReadingProgress(0, size)
        if aside is not None:
            try:
                asked = replace(prompt, question=aside.question)
                yield Compared(self.compare_next(asked, aside.options, cancel=cancel))
            except Cancelled:
                yield Generated("cancelled", size, 0, 0, 0.0, time.perf_counter() - began)
                return
        body = {
            **self._body(prompt, sampling),
            "max_tokens": max_tokens,
            "stream_options": {"include_usage": True},
        }
        answer = _Incoming(self.name, max_tokens, VisibleText(stop, begun=self._thinks is not False), began)
        with contextlib.closing(self._door.chat(body, cancel)) as pieces:
            for text in answer.read(pieces, shows_unended=not self._thinks):
                yield Token(text)
        self._learn(answer)
        yield answer.summary(size, cancelled=cancel.is_set())

    def _learn(self, answer: _Incoming) -> None:
        """Notes whether its thoughts begin without saying so, for the next answer.

        Raises:
            ModelError: They do, and what was shown of this answer was one.
        """
        if answer.visible.unopened:
            self._thinks = True
            raise ModelError(
                f"What {self.name} wrote here is no answer: it was thinking, and its server does not say so.",
                hint="Ask again: its thoughts are left out from now on. Better, turn thinking off in the server.",
            )
        if self._thinks is None and answer.finish == "stop":
            self._thinks = answer.visible.thought


@dataclass(slots=True)
class _Incoming:
    """An answer while it comes in."""

    name: str
    max_tokens: int
    visible: VisibleText
    began: float
    finish: str = ""
    usage: Usage | None = None
    pieces: int = 0
    chars: int = 0
    thought: bool = False
    first_at: float = field(default=0.0)

    def read(self, replies: Iterator[object], *, shows_unended: bool = True) -> Iterator[str]:
        """Yields the texts of the answer until it is complete, or is to be cut.

        Args:
            replies: What the server sends.
            shows_unended: Whether what was held back as a thought is the answer if that never ended.
        """
        finished_at = 0.0
        for reply in replies:
            if reply is None:
                if self.finish and time.perf_counter() - finished_at > _TAIL_S:
                    break
                continue
            piece = read_reply(CHAT, reply, self.name)
            self.usage = piece.usage or self.usage
            yield from self._told(self._text(piece))
            if self.visible.stopped:
                self.finish = "stop"
                break
            if piece.first.finish_reason and not self.finish:
                self.finish, finished_at = piece.first.finish_reason, time.perf_counter()
            if not self.finish and (
                self.pieces > self.max_tokens or self.chars > self.max_tokens * _LONGEST_TOKEN
            ):  # the server does not keep to the limit
                self.finish = "length"
                break
        if shows_unended or not self.visible.waits:
            yield from self._told(self.visible.rest())
        else:
            self.thought = True

    def _text(self, piece: ChatReply) -> str:
        delta = piece.first.delta or piece.first.message
        if delta is None:
            return ""
        reasoning = delta.reasoning_content or delta.reasoning or ""
        self.thought |= bool(reasoning)
        self.pieces += bool(delta.content or reasoning)
        self.chars += len(delta.content or "") + len(reasoning)
        return self.visible.add(delta.content or "")

    def _told(self, text: str) -> Iterator[str]:
        if text:
            self.first_at = self.first_at or time.perf_counter()
            yield text

    def summary(self, size: int, *, cancelled: bool) -> Generated:
        """Returns what the answer cost.

        Raises:
            ModelError: It is none: it broke off, was withheld, or has no word for the student.
        """
        if not cancelled:
            self._check()
        usage = self.usage or Usage(size, self.pieces)
        kept = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0
        finish = "cancelled" if cancelled else "length" if self.finish == "length" else "stop"
        first_s = self.first_at - self.began if self.first_at else 0.0
        total_s = time.perf_counter() - self.began
        return Generated(finish, usage.prompt_tokens or size, kept or 0, usage.completion_tokens, first_s, total_s)

    def _check(self) -> None:
        name = self.name
        if not self.finish:
            raise ModelError(
                f"The server of {name} broke off in the middle of an answer.",
                hint="See whether it still runs, then ask again: assistant models find",
            )
        if self.finish == "content_filter":
            raise ModelError(f"The server of {name} withheld the answer.", hint="Choose another model in Settings.")
        if self.first_at:
            return
        if self.thought or self.visible.thought:
            raise ModelError(
                f"{name} thought for all of the {self.max_tokens} tokens that an answer may have, and did not answer.",
                hint="Turn its thinking off in the server, choose a model that does not think, or raise "
                "answering.max_output_tokens.",
            )
        raise ModelError(f"The server of {name} sent an empty answer.", hint=f"assistant models check {name}")


def compare(scores: Sequence[TokenScore], options: Sequence[str]) -> tuple[float, ...]:
    """Returns the log-probability of each option from those of the likeliest tokens.

    A token stands for the option that it is, or that alone begins with it.
    """
    floor = min(score.logprob for score in scores)
    found = dict.fromkeys(options, -math.inf)
    for score in scores:
        token = score.token.replace("\u0120", " ").replace("\u2581", " ")  # how some tokenizers write a blank
        meant = [one for one in options if one == token] or [
            one for one in options if token.strip() and one.startswith(token)
        ]
        if len(meant) == 1:
            found[meant[0]] = max(found[meant[0]], score.logprob)
    return tuple(max(found[option], floor) for option in options)


def open_server(server: ServerEntry, default_context: int) -> RemoteGenerator:
    """Returns a generator on a server that answered.

    Args:
        server: Of the catalogue.
        default_context: In tokens; taken where neither the server nor the student says.

    Raises:
        ModelError: It is not allowed, cannot be reached, or does not have the model.
    """
    door = ServerDoor(server)
    facts = learn(door)
    told, asked = facts.context_tokens, server.context_tokens
    both = [number for number in (told, asked) if number]
    return RemoteGenerator(door, facts, min(both) if both else default_context)
