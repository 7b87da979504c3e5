"""llama-cpp-python's own chat call: what most local assistants are built on, and what the engine is compared with.

Nothing but benchmarks uses it.
"""

from __future__ import annotations

import time
from typing import Any

from assistant.models.engine import LlamaEngine
from assistant.models.llama import library
from assistant.types import Prompt


class ChatYardstick:
    """``Llama.create_chat_completion`` on the model of an engine, with the same context size and threads.

    Args:
        engine: Its model file and options are used; its own memory is not.
    """

    def __init__(self, engine: LlamaEngine) -> None:
        import llama_cpp

        options = engine.options
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
