"""What the server of a model can do, tried out; and which servers answer on this computer."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import AssistantError, ModelError
from assistant.models.remote.server_door import ServerDoor
from assistant.models.remote.server_entry import ServerEntry
from assistant.models.remote.server_facts import ServerFacts, learn, list_models
from assistant.models.remote.server_replies import CHAT, ChatReply, Usage, plain, read_reply

USUAL_PORTS = (("Ollama", 11434), ("LM Studio", 1234), ("llama-server", 8080), ("vLLM", 8000))

_FIND_CONNECT_S, _FIND_SILENT_S = 0.5, 3.0
_COUNTING = "Write the numbers from one to ten in words, with commas between them and nothing else."
_STOP = ","
_FEW = 8
_ENOUGH = 400
"""Tokens: a model that thinks needs some before it counts."""


_MEANS = {
    "answers": ("It answers.", "It does not answer."),
    "streams": ("You can read along while it writes.", "Its answers appear only when they are complete."),
    "stops at max_tokens": (
        "It keeps to the length of an answer.",
        "It writes longer than it should, and is cut off there.",
    ),
    "stops at stop words": (
        "It ends where it is told to.",
        "It was not seen to end where it is told to; if it goes on, the rest is left out.",
    ),
    "tells token counts": ("It counts what it read and wrote.", "It does not count what it read and wrote."),
    "log-probabilities": (
        "It says how sure it is, so the best passage is read first, and more only if that is not enough.",
        "It does not say how sure it is, so the search alone decides whether your notes hold the answer.",
    ),
    "counts tokens": (
        "It says how long a text is for it.",
        "How long a text is for it can only be estimated, so it is given fewer notes.",
    ),
    "tells its context length": (
        "It says how much it can read at once.",
        "It does not say how much it can read at once; the setting model.context_tokens counts.",
    ),
    "several requests at once": (
        "It answers several people at the same time.",
        "It is asked one question at a time.",
    ),
    "answers without thinking first": (
        "It answers at once.",
        "It thinks before it answers, which takes time; turn that off in the server if answers are cut short.",
    ),
}
"""What an ability means if it is there, and if not."""


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that a server can or cannot do, and how that was seen."""

    name: str
    has: bool
    why: str

    @property
    def means(self) -> str:
        """What that is for a student, as a sentence."""
        return _MEANS[self.name][not self.has]


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answers on this computer.

    Attributes:
        program: Whose usual port it is; another program may listen there.
        models: What it offers.
        fault: Why it does not say; empty if it does.
    """

    program: str
    url: str
    models: tuple[str, ...] = ()
    fault: str = ""


def try_out(server: ServerEntry) -> Iterator[Ability]:
    """Asks a server four short questions that have nothing to do with the notes, and yields what comes of it.

    Raises:
        ModelError: It is not allowed, cannot be reached, or does not have the model.
    """
    door = ServerDoor(server)
    facts = learn(door)
    yield Ability("answers", True, f"{server.model} at {server.url}")
    few, stopped = _Sample(door, max_tokens=_FEW), _Sample(door, max_tokens=_ENOUGH, stop=[_STOP])
    yield Ability("streams", few.pieces > 1, f"{few.pieces} pieces for {_FEW} tokens")
    count = few.usage.completion_tokens if few.usage else few.pieces
    kept = few.finish == "length" and count <= _FEW
    yield Ability("stops at max_tokens", kept, f"{count} of {_FEW} tokens, finish {few.finish!r}")
    yield Ability("stops at stop words", *_stops(stopped))
    told = (
        f"{few.usage.prompt_tokens} read, {few.usage.completion_tokens} written" if few.usage else "not in the stream"
    )
    yield Ability("tells token counts", few.usage is not None, told)
    yield from _known(facts, server)
    thinks = few.thought or stopped.thought
    yield Ability("answers without thinking first", not thinks, "no thoughts seen" if not thinks else "it thinks first")


def _known(facts: ServerFacts, server: ServerEntry) -> Iterator[Ability]:
    why = "Yes and No were scored" if facts.scores else "so what is not in your notes is told by the search alone"
    yield Ability("log-probabilities", facts.scores, why)
    yield Ability(
        "counts tokens", facts.counts, "with its own tokenizer" if facts.counts else "they are estimated upwards"
    )
    tells = f"{facts.context_tokens} tokens" if facts.context_tokens else _assumed(server)
    yield Ability("tells its context length", facts.context_tokens is not None, tells)
    parallel = server.parallel or facts.parallel or 1
    whose = "as you said with --parallel" if server.parallel else "as it tells" if facts.parallel else "see --parallel"
    yield Ability("several requests at once", parallel > 1, f"{parallel}, {whose}")


def _assumed(server: ServerEntry) -> str:
    own = server.context_tokens
    return f"{own} tokens, as you said with --context" if own else "model.context_tokens is taken; see --context"


def _stops(sample: _Sample) -> tuple[bool, str]:
    if _STOP in sample.text:
        return False, f"it went on after {_STOP!r}; the program cuts there itself"
    if sample.finish == "stop" and sample.text:
        return True, f"it ended before {_STOP!r}"
    return False, f"not seen: it wrote no {_STOP!r} in {_ENOUGH} tokens; the program looks for stop words itself"


class _Sample:
    """A short answer, as it came."""

    def __init__(self, door: ServerDoor, **limits: Any) -> None:
        self.pieces = 0
        self.text = ""
        self.thought = False
        self.finish = ""
        self.usage: Usage | None = None
        body = {
            "model": door.server.model,
            "messages": [{"role": "user", "content": _COUNTING}],
            "temperature": 0,
            "stream_options": {"include_usage": True},
            **limits,
        }
        with contextlib.closing(door.chat(body, threading.Event())) as replies:
            for reply in replies:
                if reply is not None:
                    self._add(read_reply(CHAT, reply, door.server.name))
                if self.pieces > 2 * _ENOUGH:
                    break

    def _add(self, piece: ChatReply) -> None:
        delta = piece.first.delta
        content, reasoning = (delta.content or "", delta.reasoning_content or delta.reasoning) if delta else ("", "")
        self.pieces += bool(content or reasoning)
        self.text += plain(content)
        self.thought |= bool(reasoning) or self.text.lstrip().startswith("<think>")
        self.finish = piece.first.finish_reason or self.finish
        self.usage = piece.usage or self.usage


def find_servers(ports: Sequence[tuple[str, int]] = USUAL_PORTS) -> Iterator[FoundServer]:
    """Asks the usual ports of this computer, and yields who answers like a server of models."""
    for program, port in ports:
        url = f"http://127.0.0.1:{port}/v1"
        door = ServerDoor(ServerEntry(program, url, "any"), silent_s=_FIND_SILENT_S, connect_s=_FIND_CONNECT_S)
        try:
            yield FoundServer(program, url, tuple(plain(one.id) for one in list_models(door)))
        except ModelError as error:
            if "refuses" in error.message:
                yield FoundServer(program, url, fault="it wants a key (--key-env)")
        except AssistantError:
            continue
