"""What servers of models send, as records; and the text of an answer without what is not for the student."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field

from assistant.core.json_form import JsonForm
from assistant.errors import ModelError

T = TypeVar("T")
_LogProbability = Annotated[float, Field(allow_inf_nan=False, le=1e-3)]
_Count = Annotated[int, Field(ge=0, le=2**40)]


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A token and the natural logarithm of its probability."""

    token: str
    logprob: _LogProbability


@dataclass(frozen=True, slots=True)
class ScoredToken:
    """A place in the answer, with the likeliest tokens for it."""

    top_logprobs: tuple[TokenScore, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenScores:
    """The places of an answer that were scored."""

    content: tuple[ScoredToken, ...] | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """What a piece adds: to the answer, or to what the model thinks before it, for which there are two names."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """One of the answers; only the first is ever asked for."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    logprobs: TokenScores | None = None


@dataclass(frozen=True, slots=True)
class CachedTokens:
    """How much of a prompt needed no computing."""

    cached_tokens: _Count | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost."""

    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0
    prompt_tokens_details: CachedTokens | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """An answer, or a piece of one."""

    choices: tuple[ChatChoice, ...] | None = ()
    usage: Usage | None = None

    @property
    def first(self) -> ChatChoice:
        """The first choice; an empty one where there is none, as in the piece that tells the usage."""
        return self.choices[0] if self.choices else ChatChoice()

    @property
    def scores(self) -> tuple[TokenScore, ...]:
        """The likeliest first tokens; none where the server does not tell."""
        content = self.first.logprobs.content if self.first.logprobs else None
        return content[0].top_logprobs if content else ()


@dataclass(frozen=True, slots=True)
class ModelMeta:
    """What llama-server tells of a model: the context that it was started with, and not ``n_ctx_train``."""

    n_ctx: _Count | None = None


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of ``/models``. vLLM tells ``max_model_len``, others ``context_length``."""

    id: str
    owned_by: str | None = None
    max_model_len: _Count | None = None
    context_length: _Count | None = None
    meta: ModelMeta | None = None

    @property
    def context_tokens(self) -> int | None:
        """How long a prompt and its answer may be together, where the server tells."""
        return self.max_model_len or self.context_length or (self.meta.n_ctx if self.meta else None)


@dataclass(frozen=True, slots=True)
class ModelList:
    """``/models``."""

    data: tuple[ListedModel, ...]


@dataclass(frozen=True, slots=True)
class SlotSettings:
    """Of llama-server's ``/props``: the context of one conversation."""

    n_ctx: _Count | None = None


@dataclass(frozen=True, slots=True)
class ServerProperties:
    """llama-server's ``/props``, with how many conversations it computes at once."""

    default_generation_settings: SlotSettings
    total_slots: Annotated[int, Field(ge=1, le=256)] | None = None


@dataclass(frozen=True, slots=True)
class RunningModel:
    """One model of Ollama's ``/api/ps``."""

    model: str
    context_length: _Count | None = None


@dataclass(frozen=True, slots=True)
class RunningModels:
    """Ollama's ``/api/ps``: what is loaded now."""

    models: tuple[RunningModel, ...]


@dataclass(frozen=True, slots=True)
class CountedTokens:
    """The reply of a tokenizer: llama-server lists the tokens, others count them."""

    tokens: tuple[int, ...] | None = None
    count: _Count | None = None

    @property
    def number(self) -> int | None:
        """How many tokens; None if it does not tell."""
        return self.count if self.count is not None else len(self.tokens) if self.tokens is not None else None


CHAT = JsonForm[ChatReply](ChatReply)
MODELS = JsonForm[ModelList](ModelList)
PROPERTIES = JsonForm[ServerProperties](ServerProperties)
RUNNING = JsonForm[RunningModels](RunningModels)
COUNTED = JsonForm[CountedTokens](CountedTokens)


def read_reply(form: JsonForm[T], reply: object, name: str) -> T:
    """Returns a reply as a record.

    Raises:
        ModelError: It is something else.
    """

    def refused(fault: str) -> ModelError:
        return ModelError(
            f"The server of {name} sent what is no answer of a model ({plain(fault)[:120]}).",
            hint="Is its address that of a chat-completions interface? It usually ends with /v1.",
        )

    if not isinstance(reply, Mapping):
        raise refused(f"{type(reply).__name__} in place of an object")
    return form.row(reply, refuse=refused)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """Returns ``text`` without control characters, which a terminal would obey, and halves of characters."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


_OPEN, _CLOSE = "<think>", "</think>"


class VisibleText:
    """Cuts what a model thinks from the beginning of its answer, and the answer at the texts that end it.

    Args:
        stop: Texts that end the answer and are not part of it.
        begun: A thought may have begun that does not say so: nothing is shown before it ends, or all does.

    Attributes:
        stopped: One of them came; nothing is shown after it.
        thought: It thought before it answered.
        unopened: What was shown was a thought: it ended, and had not said that it began. Nothing is shown after it.
    """

    def __init__(self, stop: tuple[str, ...] = (), *, begun: bool = False) -> None:
        self.stopped = False
        self.thought = False
        self.unopened = False
        self._begun = begun
        self._opened = False
        self._stop = stop
        self._held = ""
        self._thinks = False
        self._began = False

    @property
    def waits(self) -> bool:
        """Whether all is held back, since a thought may have begun."""
        return self._begun

    def add(self, text: str) -> str:
        """Returns what of the text so far may be shown now and was not yet."""
        self._held += plain(text)
        while not self._began and not self.stopped:
            if not self._skip():
                return ""
        return self._shown()

    def rest(self) -> str:
        """Returns what was held back, when nothing more comes."""
        if self._begun:
            self._begun, self._began = False, True
        shown = "" if self._thinks else self._shown()
        shown += "" if self._thinks or self.stopped else self._held
        self._held = ""
        return shown

    def _skip(self) -> bool:
        """Goes on to the first word of the answer; returns whether there may be one already."""
        if self._thinks:
            _, closed, after = self._held.partition(_CLOSE)
            self._held = after if closed else self._held[-len(_CLOSE) :]
            self._thinks = not closed
            return bool(closed)
        self._held = self._held.lstrip()
        if self._held.startswith(_OPEN):
            self._held, self._thinks, self.thought, self._begun = self._held[len(_OPEN) :], True, True, False
            return True
        if self._begun:
            _, closed, after = self._held.partition(_CLOSE)
            if closed:
                self._held, self.thought, self._begun = after, True, False
            return bool(closed)
        self._began = bool(self._held) and not _OPEN.startswith(self._held)
        return self._began

    def _shown(self) -> str:
        """Takes from what is held all that cannot be the beginning of a text that ends the answer."""
        if self.stopped:
            return ""
        ends = [at for at in map(self._held.find, self._stop) if at >= 0]
        closes = self._held.find(_CLOSE)
        self._opened |= _OPEN in self._held
        if closes >= 0 and not self._opened and closes < min(ends, default=closes + 1):
            self.stopped = self.unopened = True
            return ""
        if ends:
            self.stopped = True
            return self._held[: min(ends)]
        keep = max(_overlap(self._held, one) for one in (*self._stop, _CLOSE, _OPEN))
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown


def _overlap(text: str, stop: str) -> int:
    """Returns how many of the last characters of ``text`` are the first ones of ``stop``."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
