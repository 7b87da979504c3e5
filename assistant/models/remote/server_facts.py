"""What a server tells of its model: context, tokenizer, and whether it says how probable a reply is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.errors import ModelError
from assistant.models.remote.estimating import estimate_tokens
from assistant.models.remote.server_door import RequestRefused, ServerDoor
from assistant.models.remote.server_replies import (
    CHAT,
    COUNTED,
    MODELS,
    PROPERTIES,
    RUNNING,
    ChatReply,
    ListedModel,
    read_reply,
)

Counter = Callable[[str], int]

TOP = 20
"""Of so many of the likeliest tokens the probability is asked: more are refused by most servers."""

_SURE = "Is water wet? Reply with Yes or No only."
_REPLIES = frozenset(("Yes", "No"))
_FIRST_WORD = re.compile(r"^\s*([<\w]*)")
_THOUGHTS = frozenset(("okay", "alright", "hmm", "let", "first", "so"))
"""What thoughts begin with, in small letters: a reply that should be Yes or No and begins so is probably one."""
_KEPT_COUNTS = 4096
_VLLM_SLOTS = 16
"""It computes up to hundreds of answers together, without telling how many; so many it always takes."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What is known of a server's model before the first question.

    Attributes:
        listed: What ``/models`` has of it; None if it is not in that list.
        offered: The names of that list.
        context_tokens: As the server tells it; None if it does not.
        parallel: How many requests it takes at once, as it tells; None if it does not.
        counter: Counts tokens.
        counts: Whether the server's own tokenizer counts them; otherwise they are estimated.
        scores: Whether it says how probable ``Yes`` and ``No`` are as the first token of a reply.
        may_think: Whether its reply began as thoughts do, and did not say that it is one.
    """

    listed: ListedModel | None
    offered: tuple[str, ...]
    context_tokens: int | None
    parallel: int | None
    counter: Counter
    counts: bool
    scores: bool
    may_think: bool


def learn(door: ServerDoor) -> ServerFacts:
    """Asks the server for its models, and its model one question that has nothing to do with the notes.

    Raises:
        ModelError: The server cannot be reached, does not have the model, or sends what cannot be understood.
    """
    listed = list_models(door)
    own = next((one for one in listed if one.id == door.server.model), None)
    reply = first_token(door)
    scores = bool(_REPLIES & {score.token.strip() for score in reply.scores})
    began = _FIRST_WORD.findall((reply.first.message and reply.first.message.content) or "")[0].lower()
    maker = (own or (listed[0] if listed else None) or ListedModel("")).owned_by or ""
    counter = _counter_of(door, maker)
    context, slots = _size_of(door, maker)
    return ServerFacts(
        listed=own,
        offered=tuple(one.id for one in listed),
        context_tokens=(own.context_tokens if own else None) or context,
        parallel=slots,
        counter=counter or estimate_tokens,
        counts=counter is not None,
        scores=scores,
        may_think=began in _THOUGHTS,
    )


def list_models(door: ServerDoor) -> tuple[ListedModel, ...]:
    """Returns the models that a server offers.

    Raises:
        ModelError: As ``learn``.
    """
    return read_reply(MODELS, door.get("/models"), door.server.name).data


def first_token(door: ServerDoor) -> ChatReply:
    """Returns the reply to a question whose answer begins with Yes or No, scored if the server scores.

    Raises:
        ModelError: As ``learn``.
    """
    body = {"model": door.server.model, "messages": [{"role": "user", "content": _SURE}], "max_tokens": 1}
    try:
        reply = door.post("/chat/completions", {**body, "logprobs": True, "top_logprobs": TOP})
    except RequestRefused:
        reply = door.post("/chat/completions", body)  # it refuses to score
    return read_reply(CHAT, reply, door.server.name)


def _size_of(door: ServerDoor, maker: str) -> tuple[int | None, int | None]:
    """Returns context and slots that a server works with, from where its maker documents them; None for what is not."""
    name = door.server.name
    try:
        if maker == "llamacpp":
            found = read_reply(PROPERTIES, door.get(door.root("/props")), name)
            return found.default_generation_settings.n_ctx, found.total_slots
        if maker == "library":  # Ollama
            running = read_reply(RUNNING, door.get(door.root("/api/ps")), name).models
            return next((one.context_length for one in running if one.model == door.server.model), None), None
    except ModelError:
        return None, None  # an older server: as if it did not tell
    return None, _VLLM_SLOTS if maker == "vllm" else None


def _counter_of(door: ServerDoor, maker: str) -> Counter | None:
    """Returns what counts tokens with the server's tokenizer, or None if it has none that works."""
    tokenizers: Mapping[str, tuple[str, str]] = {
        "llamacpp": (door.root("/tokenize"), "content"),
        "vllm": (door.root("/tokenize"), "prompt"),
        "me": (door.root("/extras/tokenize/count"), "input"),  # llama_cpp.server
    }
    if maker not in tokenizers:
        return None
    path, key = tokenizers[maker]

    @lru_cache(maxsize=_KEPT_COUNTS)
    def count(text: str) -> int:
        body = {"model": door.server.model, key: text, "add_special_tokens": False}
        found = read_reply(COUNTED, door.post(path, body), door.server.name).number
        if found is None:
            raise ModelError(f"The server of {door.server.name} does not count tokens.", hint="Update the server.")
        return found

    try:
        count("How many tokens are these?")
    except ModelError:
        return None
    return count
