"""What the lesson on sampling asks for. No Gradio here."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from assistant.api.calls import Payload, Whole, call
from assistant.app.laboratory import Laboratory
from assistant.errors import UsageError
from assistant.lab.charts.answer_charts import Candidate, next_token, next_token_chart
from assistant.lab.charts.interactive import figure_json
from assistant.lab.lessons.sampling import beginning, next_logits, repeats, seeds
from assistant.lab.live import Live
from assistant.models.scheduler import Priority
from assistant.types import Sampling
from assistant.ui.tabs.lab.view import Picture

LONGEST_CHARS = 600
TIMES = 5
_KEPT = 6
EXAMPLES = (
    "The capital of France is",
    "Machine learning is a kind of",
    "Once upon a time there was a",
    "2, 4, 6, 8,",
)


class SamplingStart(Payload):
    """Beginnings of texts, the settings of the chat, and how often a text is written."""

    examples: list[str]
    settings: Sampling
    times: int


class NextTokenView(Picture):
    """What could come next, before and after the dials, and how uncertain that is."""

    candidates: list[Candidate]
    kept: int
    vocabulary: int
    bits_before: float
    bits_after: float


class WrittenTexts(Payload):
    """The texts written so far, and how many different ones; a newer ``run`` has another number."""

    run: int
    state: str
    texts: list[str]
    different: int


class SamplingHandlers:
    """Shows what could come next."""

    area = "lab/sampling"

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._known: OrderedDict[tuple[str, str], NDArray[np.float64]] = OrderedDict()
        self._texts: Live[tuple[str, ...]] = Live("repeats", lab.scheduler)

    @call
    def begin(self) -> SamplingStart:
        """Returns what the lesson begins with."""
        config = self._lab.config.model
        chat = Sampling(temperature=config.temperature, seed=config.seed)
        return SamplingStart(examples=list(EXAMPLES), settings=chat, times=TIMES)

    @call
    def next(self, text: str = "", temperature: float = 0.0, top_k: Whole = 0, top_p: float = 1.0) -> NextTokenView:
        """Returns what could come next. The model reads a beginning once; afterwards the dials are only arithmetic."""
        logits, engine = self._logits(_checked(text)), self._lab.engine()
        found = next_token(logits, _sampling(temperature, top_k, top_p, 0), engine.model)
        return NextTokenView(figure=figure_json(next_token_chart(found)), **asdict(found))

    @call
    def repeat(
        self,
        text: str = "",
        temperature: float = 0.0,
        top_k: Whole = 0,
        top_p: float = 1.0,
        seed: Whole = 0,
        same: bool = False,
    ) -> WrittenTexts:
        """Starts to write the text five times, with another seed each time or with the ``same``."""
        sampling, prompt = _sampling(temperature, top_k, top_p, seed), beginning(_checked(text))
        each = seeds(sampling, TIMES, same=same)

        self._texts.start(lambda lease: repeats(self._lab.engine(), prompt, each, lease))
        return self._now()

    @call
    def texts(self) -> WrittenTexts:
        """Returns the texts written so far."""
        return self._now()

    @call
    def stop(self) -> None:
        """Stops the writing; what is there stays."""
        self._texts.stop()

    def _now(self) -> WrittenTexts:
        look = self._texts.look
        if look.error is not None:
            raise look.error
        texts = list(look.latest or ())
        return WrittenTexts(run=look.number, state=look.state, texts=texts, different=len(set(texts)))

    def _logits(self, text: str) -> NDArray[np.float64]:
        engine = self._lab.engine()
        key = (engine.name, text)
        if key not in self._known:
            with self._lab.scheduler.lease(Priority.LAB) as lease:
                self._known[key] = next_logits(engine, beginning(text), lease)
        self._known.move_to_end(key)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def _checked(text: str) -> str:
    text = text.rstrip()  # the next token brings its own blank
    if not text:
        raise UsageError("There is no text to continue.", hint="Write the beginning of a sentence.")
    if len(text) > LONGEST_CHARS:
        raise UsageError(f"This text has {len(text):,} characters.", hint=f"At most {LONGEST_CHARS} are read here.")
    return text


def _sampling(temperature: float, top_k: int, top_p: float, seed: int) -> Sampling:
    if not (0 <= temperature <= 5 and 0 < top_p <= 1 and top_k >= 0):
        raise UsageError(
            f"Temperature {temperature}, top-p {top_p} and top-k {top_k} cannot be used together.",
            hint="Temperature 0 to 5, top-p above 0 up to 1, top-k 0 (all tokens) or more.",
        )
    return Sampling(temperature=temperature, top_k=top_k, top_p=top_p, seed=seed)
