"""How the next token is chosen: the most probable one or a draw, and with a grammar only what the grammar allows."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.models.llama.context import LlamaContext
from assistant.models.llama.library import LlamaModel, library
from assistant.types import Sampling

_FIRST_LOOK = 64
"""Tokens, the most probable ones, that are tried before the grammar is asked about the whole vocabulary."""

_ROOT = b"root"


class Sampler:
    """Chooses the next token from the logits of a context. Temperature 0 takes the most probable one.

    The order of the steps is llama.cpp's own: top-k, top-p, temperature, then a draw with the seed. A grammar comes
    last, as in llama.cpp's ``common/sampling.cpp``: the token is chosen freely, and only if the grammar refuses it is
    the choice made again among what it allows. So a model that follows the form by itself writes almost as fast as
    without a grammar; asking about all 150,000 tokens of a vocabulary takes as long as a third of a token.

    Raises:
        ModelError: ``sampling.grammar`` is no valid GBNF. llama.cpp would crash in using it.
    """

    def __init__(self, context: LlamaContext, sampling: Sampling) -> None:
        self._context = context
        self._api = library().api
        self._chain: Any = None
        self._grammar: _Grammar | None = _Grammar(context.model, sampling.grammar) if sampling.grammar else None
        if sampling.temperature > 0:
            self._chain = _build_chain(sampling)

    def sample(self) -> int:
        """Returns the token that comes next.

        Raises:
            ModelError: No token of the model's vocabulary fits the grammar.
        """
        token = self._free_choice()
        if self._grammar is None:
            return token
        if not self._grammar.allows(token):
            token = self._allowed_choice(self._grammar)
        self._grammar.accept(token)
        return token

    def close(self) -> None:
        """Frees the sampler. A second call does nothing."""
        if self._chain is not None:
            self._api.llama_sampler_free(self._chain)
            self._chain = None
        if self._grammar is not None:
            self._grammar.close()
            self._grammar = None

    def __enter__(self) -> Sampler:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _free_choice(self) -> int:
        if self._chain is None:
            return int(np.argmax(self._context.logits()))
        return int(self._api.llama_sampler_sample(self._chain, self._context._context, -1))

    def _allowed_choice(self, grammar: _Grammar) -> int:
        """Chooses among the tokens that the grammar allows: with a temperature all of them have their chance."""
        logits = self._context.logits()
        if self._chain is None:
            best = np.argpartition(-logits, min(_FIRST_LOOK, logits.size - 1))[:_FIRST_LOOK]
            token = self._choice(grammar.masked(best, logits))
            if token is not None:
                return token
        token = self._choice(grammar.masked(np.arange(logits.size), logits))
        if token is None:
            hint = "Use another model: assistant models list"
            raise ModelError("No token of the model fits the grammar here.", hint=hint)
        return token

    def _choice(self, candidates: Candidates) -> int | None:
        """Returns the best or a drawn candidate, or None where all are refused."""
        while np.isfinite(candidates["logit"]).any():
            token = int(candidates["id"][np.argmax(candidates["logit"])])
            if self._chain is not None:
                drawn = candidates.copy()  # the steps of the chain sort and change them
                array = _array_of(drawn)
                self._api.llama_sampler_apply(self._chain, ctypes.byref(array))
                token = int(array.data[array.selected].id)
            if not _is_unwritten(self._context.model, token):
                return token
            candidates["logit"][candidates["id"] == token] = -np.inf
        return None


def _build_chain(sampling: Sampling) -> Any:
    api = library().api
    chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
    steps = [
        api.llama_sampler_init_top_k(sampling.top_k),
        api.llama_sampler_init_top_p(sampling.top_p, 1),
        api.llama_sampler_init_temp(sampling.temperature),
        api.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF),
    ]
    for step in steps:
        api.llama_sampler_chain_add(chain, step)  # the chain owns and frees its steps
    return chain


def drawing_probabilities(logits: npt.NDArray[np.float32], sampling: Sampling) -> tuple[npt.NDArray[np.float32], int]:
    """Returns with which probability a ``Sampler`` draws each token, shape of ``logits``, and the token it draws.

    Args:
        logits: Scores of the tokens, shape (n,).
        sampling: Temperature above 0; a grammar is left out.
    """
    drawn = np.zeros(logits.size, dtype=_CANDIDATE)
    drawn["id"], drawn["logit"] = np.arange(logits.size), logits
    array = _array_of(drawn)
    chain = _build_chain(sampling)
    try:
        library().api.llama_sampler_apply(chain, ctypes.byref(array))
    finally:
        library().api.llama_sampler_free(chain)
    left = drawn[: array.size]  # the steps sort in place and cut off the end
    probabilities = np.zeros(logits.size, dtype=np.float32)
    probabilities[left["id"]] = left["p"]
    return probabilities, int(array.data[array.selected].id)


class Dictation:
    """Stands in the place of a ``Sampler`` where the text is known: its tokens, one after the other.

    Raises:
        ValueError: There are no tokens.
    """

    def __init__(self, tokens: Sequence[int]) -> None:
        if not tokens:
            raise ValueError("nothing is dictated")
        self._left = iter(tokens)

    def sample(self) -> int:
        """Returns the token that comes next."""
        return next(self._left)


_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""The memory of llama.cpp's ``llama_token_data``."""

Candidates = npt.NDArray[np.void]
"""Shape (n,) of ``_CANDIDATE``."""


class _Grammar:
    """A grammar and how far the text has come in it."""

    def __init__(self, model: LlamaModel, text: str) -> None:
        self._api = library().api
        self._model = model
        self._sampler: Any = _open_grammar(model, text)

    def allows(self, token: int) -> bool:
        """Returns whether ``token`` may come next."""
        one = np.zeros(1, dtype=_CANDIDATE)
        one["id"] = token
        return self._apply(one) and not _is_unwritten(self._model, token)

    def masked(self, tokens: npt.NDArray[np.int_], logits: npt.NDArray[np.float32]) -> Candidates:
        """Returns ``tokens`` as candidates in their order; the logit of what may not come next is minus infinity."""
        found = np.zeros(tokens.size, dtype=_CANDIDATE)
        found["id"], found["logit"] = tokens, logits[tokens]
        self._apply(found)
        return found

    def accept(self, token: int) -> None:
        """Goes on behind ``token``, which must be allowed: otherwise llama.cpp ends the process."""
        self._api.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Frees it."""
        self._api.llama_sampler_free(self._sampler)

    def _apply(self, candidates: Candidates) -> bool:
        """Refuses in place; returns whether any is left."""
        array = _array_of(candidates)
        self._api.llama_sampler_apply(self._sampler, ctypes.byref(array))
        return bool(np.isfinite(candidates["logit"]).any())


def _open_grammar(model: LlamaModel, text: str) -> Any:
    lib = library()
    lib.messages.clear()
    vocabulary = lib.api.llama_model_get_vocab(model.handle)
    sampler = None if "\0" in text else lib.api.llama_sampler_init_grammar(vocabulary, text.encode(), _ROOT)
    if not sampler:
        raise ModelError(
            f"The grammar of the answer is not valid: {lib.reason()}.", hint="Correct its GBNF text; it begins at root."
        )
    return sampler


def _is_unwritten(model: LlamaModel, token: int) -> bool:
    """Whether a token is nothing as text, and does not end it: a grammar takes it for its name, ``<|im_start|>``."""
    return model.is_control(token) and not model.is_end(token)


def _array_of(candidates: Candidates) -> Any:
    """Returns llama.cpp's view of ``candidates``, which must outlive it."""
    api = library().api
    data = ctypes.cast(candidates.ctypes.data, api.llama_token_data_p)
    return api.llama_token_data_array(data=data, size=candidates.size, selected=-1, sorted=False)
