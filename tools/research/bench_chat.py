"""``assistant bench --only chat``: the engine against the chat call of llama-cpp-python, which most assistants use."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator
from typing import Any

from assistant.evaluation.bench_answers import QUESTIONS, Figure, first_word_s, forget, full_prompt
from assistant.evaluation.suites import MeasuredAssistant
from assistant.models.llama.engine import LlamaEngine
from assistant.models.llama.library import library
from assistant.types import Prompt


def measure_chat(assistant: MeasuredAssistant) -> Iterator[Figure]:
    """Time to the first word with the sections read before, and through the library's chat, in turn for each prompt."""
    engine = assistant.models.local()
    warm, chat = [], []
    with ChatYardstick(engine) as yardstick:
        for question in QUESTIONS[:3]:
            prompt = full_prompt(assistant, question)
            first_word_s(engine, prompt)  # reads the sections
            forget(engine)
            warm.append(first_word_s(engine, prompt))
            chat.append(yardstick.first_word_s(prompt))
    yield Figure("first word, Llama.create_chat_completion", statistics.median(chat), "s")
    times = statistics.median(a / b for a, b in zip(chat, warm, strict=True))
    yield Figure("create_chat_completion against read before", times, "x", ">= 20", times >= 20)


class ChatYardstick:
    """``Llama.create_chat_completion`` on the model of an engine, with the same context size and threads.

    Args:
        engine: Its model file and options are used; its own memory is not.
    """

    def __init__(self, engine: LlamaEngine) -> None:
        import llama_cpp

        options = engine.options
        with weights_as_they_are(llama_cpp.llama_cpp):
            self._llama: Any = llama_cpp.Llama(
                model_path=str(engine.model.path),
                n_ctx=engine.context_tokens,
                n_threads=options.threads or None,
                n_threads_batch=options.batch_threads or None,
                verbose=False,
            )
        library().restore_log()

    def first_word_s(self, prompt: Prompt) -> float:
        """Returns the seconds from the call to the first word, nothing having been read before."""
        self._llama.reset()
        messages = [
            {"role": "system", "content": prompt.system},
            {"role": "user", "content": "".join((*prompt.blocks, *prompt.turns, prompt.question))},
        ]
        began = time.perf_counter()
        for part in self._llama.create_chat_completion(messages, max_tokens=2, temperature=0.0, stream=True):
            if part["choices"][0]["delta"].get("content"):
                break
        return time.perf_counter() - began

    def close(self) -> None:
        """Frees the model."""
        self._llama.close()

    def __enter__(self) -> ChatYardstick:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def weights_as_they_are(api: Any) -> Iterator[None]:
    """Within it models are loaded as the engine loads them (docs/decisions/0008); the class has no argument for it."""
    defaults = api.llama_model_default_params

    def parameters() -> Any:
        made = defaults()
        made.use_extra_bufts = False
        return made

    api.llama_model_default_params = parameters
    try:
        yield
    finally:
        api.llama_model_default_params = defaults
