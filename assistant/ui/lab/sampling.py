"""What the lesson on sampling asks for. No Gradio here."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UsageError
from assistant.lab.interactive import figure_json
from assistant.lab.live import Live
from assistant.lab.repeats import beginning, next_logits, repeats, seeds
from assistant.lab.sampling_pictures import next_token, next_token_chart
from assistant.types import Sampling
from assistant.ui.boundary import friendly
from assistant.ui.message import number, whole
from assistant.wiring_lab import Laboratory

Request = Mapping[str, Any]

LONGEST_CHARS = 600
TIMES = 5
_KEPT = 6
EXAMPLES = (
    "The capital of France is",
    "Machine learning is a kind of",
    "Once upon a time there was a",
    "2, 4, 6, 8,",
)


class SamplingDesk:
    """Shows what could come next. Every method returns what JSON can carry, errors included."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._known: OrderedDict[tuple[str, str], NDArray[np.float64]] = OrderedDict()
        self._texts: Live[tuple[str, ...]] = Live("repeats")

    def calls(self) -> tuple[Callable[[Any], Any], ...]:
        """Returns what the browser may call."""
        return (self.sampling_begin, self.sampling_next, self.sampling_repeat, self.sampling_texts, self.sampling_stop)

    @friendly
    def sampling_begin(self, _: object = None) -> dict[str, Any]:
        """Returns ``examples`` of beginnings, and the chat's own ``settings``."""
        config = self._lab.config.model
        chat = Sampling(temperature=config.temperature, seed=config.seed)
        return {"examples": list(EXAMPLES), "settings": asdict(chat), "times": TIMES}

    @friendly
    def sampling_next(self, request: Request) -> dict[str, Any]:
        """Returns what could come next. The model reads a beginning once; afterwards the dials are only arithmetic.

        Request: ``text``, ``temperature``, ``top_k``, ``top_p``. Keys: ``figure``, ``candidates`` (``text``,
        ``before``, ``after``), ``kept``, ``vocabulary``, ``bits_before``, ``bits_after``.
        """
        logits, engine = self._logits(_text(request)), self._lab.engine()
        found = next_token(logits, _sampling(request), engine.model)
        return {"figure": figure_json(next_token_chart(found))} | asdict(found)

    @friendly
    def sampling_repeat(self, request: Request) -> dict[str, Any]:
        """Starts to write the text five times. Request: as ``sampling_next``, ``seed``, ``same`` (the seed stays)."""
        sampling, prompt = _sampling(request), beginning(_text(request))
        each = seeds(sampling, TIMES, same=bool(request.get("same")))

        def run(cancel: threading.Event) -> Iterator[tuple[str, ...]]:
            with self._lab.undisturbed():
                yield from repeats(self._lab.engine(), prompt, each, cancel)

        self._texts.start(run)
        return self._now()

    @friendly
    def sampling_texts(self, _: object = None) -> dict[str, Any]:
        """Returns ``run``, ``state`` and the ``texts`` written so far."""
        return self._now()

    @friendly
    def sampling_stop(self, _: object = None) -> dict[str, Any]:
        """Stops the writing; what is there stays."""
        self._texts.stop()
        return {}

    def _now(self) -> dict[str, Any]:
        look = self._texts.look
        if look.error is not None:
            raise look.error
        texts = list(look.latest or ())
        return {"run": look.number, "state": look.state, "texts": texts, "different": len(set(texts))}

    def _logits(self, text: str) -> NDArray[np.float64]:
        engine = self._lab.engine()
        key = (engine.name, text)
        if key not in self._known:
            with self._lab.undisturbed():
                self._known[key] = next_logits(engine, beginning(text), threading.Event())
        self._known.move_to_end(key)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def _text(request: Request) -> str:
    text = str(request.get("text", "")).rstrip()  # the next token brings its own blank
    if not text:
        raise UsageError("There is nothing to go on with.", hint="Write the beginning of a sentence.")
    if len(text) > LONGEST_CHARS:
        raise UsageError(f"This text has {len(text):,} characters.", hint=f"At most {LONGEST_CHARS} are read here.")
    return text


def _sampling(request: Request) -> Sampling:
    temperature, top_p = number(request, "temperature", 0), number(request, "top_p", 1)
    top_k = whole(request, "top_k", 0)
    if not (0 <= temperature <= 5 and 0 < top_p <= 1 and top_k >= 0):
        raise UsageError(
            f"Temperature {temperature}, top-p {top_p} and top-k {top_k} do not go together.",
            hint="Temperature 0 to 5, top-p above 0 up to 1, top-k 0 (all tokens) or more.",
        )
    return Sampling(temperature=temperature, top_k=top_k, top_p=top_p, seed=whole(request, "seed", 0))
