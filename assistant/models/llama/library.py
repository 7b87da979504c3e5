"""The door to llama.cpp: the library itself, and models as thin typed objects on its low-level C interface.

Nothing here starts a thread, and nothing but tokenising may be called from two threads at once. The library is imported
when the first model is loaded, so that ``assistant --help`` does not pay for it.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.errors import ModelDamaged, ModelError, ModelMissing

_LOG_WARNING, _LOG_ERROR = 3, 4
_VISIBLE = "backslashreplace"
_MEMORY_WORDS = ("failed to allocate", "unable to allocate", "out of memory", "cannot allocate")


class LlamaLibrary:
    """The imported library together with the callback that collects what it says."""

    def __init__(self) -> None:
        import llama_cpp

        self.api: Any = llama_cpp
        self.messages: deque[str] = deque(maxlen=40)
        # llama.cpp keeps a bare pointer to the callback: it has to live as long as the process.
        self._callback = llama_cpp.llama_log_callback(self._collect)
        self.restore_log()
        llama_cpp.llama_backend_init()

    def restore_log(self) -> None:
        """Takes the log back from llama-cpp-python's own classes, which set it to print."""
        self.api.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _collect(self, level: int, text: bytes, _: object) -> None:
        if level in (_LOG_WARNING, _LOG_ERROR):
            self.messages.append(text.decode("utf-8", "replace").strip())

    def reason(self) -> str:
        """Returns the last things llama.cpp complained about, newest first."""
        return "; ".join(reversed(list(self.messages)[-3:])) or "llama.cpp gave no reason"


@functools.cache
def library() -> LlamaLibrary:
    """Returns the one library of this process; llama.cpp's log callback and backend are global too."""
    return LlamaLibrary()


def build_id() -> str:
    """Returns what identifies the compiled llama.cpp: its version and the processor features it was built for."""
    api = library().api
    return f"llama-cpp-python {api.__version__}; {api.llama_print_system_info().decode().strip()}"


class LlamaModel:
    """A GGUF model, mapped into memory. Use it as a context manager, or call ``close``.

    Args:
        path: The GGUF file.
        vocabulary_only: Loads no weights: enough for ``tokenize`` and ``piece``, in a third of a second and 45 MB.

    Raises:
        ModelMissing: There is no file at ``path``.
        ModelDamaged: llama.cpp refuses the file; the message holds llama.cpp's reason.
        ModelError: The memory does not suffice.
    """

    def __init__(self, path: Path, *, vocabulary_only: bool = False) -> None:
        if not path.is_file():
            hint = "Run `assistant models list`, then `assistant models pull NAME`."
            raise ModelMissing(f"There is no model file {path}.", hint=hint)
        self.path = path
        llama_cpp = library()
        self._api = llama_cpp.api
        llama_cpp.messages.clear()
        parameters = self._api.llama_model_default_params()
        parameters.use_extra_bufts = False  # see docs/decisions/0008: slower reading, more memory, crashes with AMX
        parameters.vocab_only = vocabulary_only
        self._model: Any = self._api.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise _load_failure(path, llama_cpp.reason())
        self._loaded_from = self.path.stat()
        self._lock = threading.Lock()
        self._vocab = self._api.llama_model_get_vocab(self._model)
        self.vocabulary_size = int(self._api.llama_vocab_n_tokens(self._vocab))

    @property
    def handle(self) -> Any:
        """The C pointer.

        Raises:
            ModelError: The model was closed.
        """
        if self._model is None:
            raise ModelError(f"The model {self.path.name} was closed.", hint="Load it again.")
        return self._model

    @property
    def description(self) -> str:
        """Architecture, size and quantisation, such as ``qwen2 1.5B Q4_K - Medium``."""
        buffer = ctypes.create_string_buffer(256)
        self._api.llama_model_desc(self.handle, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def check_file(self) -> None:
        """Does nothing as long as the weights are those that were loaded. Cheap.

        They are not copied but mapped: what is written over the file changes them, and where it is cut short, reading
        them ends the process. A new file under the same name, or none, does no harm.

        Raises:
            ModelDamaged: The file was written to since it was loaded.
        """
        try:
            now = self.path.stat()
        except OSError:
            return
        before = self._loaded_from
        same = (now.st_dev, now.st_ino) == (before.st_dev, before.st_ino)
        if same and (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise ModelDamaged(
                f"{self.path} was changed while it was in use ({before.st_size:,} bytes then, {now.st_size:,} now).",
                hint="Check it, then start the assistant again: assistant models verify",
            )

    @property
    def trained_context(self) -> int:
        """The longest context the model was trained for, in tokens."""
        known = int(self._api.llama_model_n_ctx_train(self.handle))  # 0 where only the vocabulary was loaded
        return known or int(self._metadata(f"{self._metadata('general.architecture')}.context_length") or 0)

    @property
    def is_plain_transformer(self) -> bool:
        """Whether every token attends to all earlier ones, so that its state can be kept and moved by itself."""
        api, model = self._api, self.handle
        has_state = api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model)
        return not has_state and api.llama_model_n_swa(model) == 0

    @property
    def chat_template(self) -> str | None:
        """The Jinja template in the file, or None."""
        raw = self._api.llama_model_chat_template(self.handle, None)
        return raw.decode("utf-8", "replace") if raw else None

    @property
    def wants_bos(self) -> bool:
        """Whether a prompt has to begin with ``bos_text``."""
        return bool(self._api.llama_vocab_get_add_bos(self._vocab))

    @property
    def bos_text(self) -> str:
        """The token that begins a text, as a template writes it; empty for a model without one."""
        return self._token_text(self._api.llama_vocab_bos(self._vocab))

    @property
    def eos_text(self) -> str:
        """The token that ends a text, as a template writes it; empty for a model without one."""
        return self._token_text(self._api.llama_vocab_eos(self._vocab))

    def tokenize(self, text: str, *, special: bool) -> tuple[int, ...]:
        """Returns the tokens of ``text``. Safe from any thread.

        Args:
            text: Any text.
            special: Whether ``<|im_end|>`` and its like become control tokens; otherwise they are plain text.

        Raises:
            ModelError: The model was closed.
        """
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 16
        while True:
            buffer = (ctypes.c_int32 * room)()
            with self._lock:  # another thread may close the model
                vocabulary = self._api.llama_model_get_vocab(self.handle)
                count = self._api.llama_tokenize(vocabulary, raw, len(raw), buffer, room, False, special)
            if count >= 0:
                return tuple(buffer[:count])
            room = -count

    def piece(self, token: int) -> bytes:
        """Returns the bytes that ``token`` stands for; a control token stands for none."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._api.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def shown(self, token: int) -> str:
        """Returns ``token`` as a person can read it: a control token by its name, part of a character as its bytes."""
        return self._token_text(token) if self.is_control(token) else self.piece(token).decode("utf-8", _VISIBLE)

    def is_end(self, token: int) -> bool:
        """Returns whether ``token`` ends the answer."""
        return bool(self._api.llama_vocab_is_eog(self._vocab, token))

    def is_control(self, token: int) -> bool:
        """Returns whether ``token`` is a control token."""
        return bool(self._api.llama_vocab_is_control(self._vocab, token))

    def close(self) -> None:
        """Frees the model. Contexts made from it must be closed before. A second call does nothing."""
        with self._lock:
            if self._model is not None:
                self._api.llama_model_free(self._model)
                self._model = None

    def __enter__(self) -> LlamaModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _metadata(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(256)
        found = self._api.llama_model_meta_val_str(self.handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if found >= 0 else ""

    def _token_text(self, token: int) -> str:
        if token < 0:
            return ""
        raw = self._api.llama_vocab_get_text(self._vocab, token)
        return raw.decode("utf-8", "replace") if raw else ""


def _load_failure(path: Path, reason: str) -> ModelError:
    if any(words in reason.lower() for words in _MEMORY_WORDS):
        hint = "Close other programs or choose a smaller model: assistant models recommend"
        return ModelError(f"There is not enough memory for {path.name}: {reason}.", hint=hint)
    message = f"llama.cpp cannot load {path}: {reason}."
    return ModelDamaged(message, hint="Check the file: assistant models verify")
