"""The one door to onnxruntime: the network of an embedder, computed without torch."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.core.json_form import JsonForm
from assistant.core.process import is_out_of_memory, silence
from assistant.errors import ModelDamaged, ModelError
from assistant.index.network import INPUTS, BertShape, write_network

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ERRORS_ONLY = 3
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class _Module:
    type: str


@dataclass(frozen=True, slots=True)
class _Pooling:
    """What is read of ``1_Pooling/config.json``."""

    pooling_mode_mean_tokens: bool = False
    pooling_mode_cls_token: bool = False
    pooling_mode_max_tokens: bool = False
    pooling_mode_mean_sqrt_len_tokens: bool = False

    @property
    def is_mean(self) -> bool:
        others = (self.pooling_mode_cls_token, self.pooling_mode_max_tokens, self.pooling_mode_mean_sqrt_len_tokens)
        return self.pooling_mode_mean_tokens and not any(others)


@dataclass(frozen=True, slots=True)
class _TextChanges:
    """What a model's folder says is done to a text before its tokens are found, besides what its tokenizer does."""

    default_prompt_name: str | None = None  # config_sentence_transformers.json
    do_lower_case: bool = False  # sentence_bert_config.json


_CHANGES = JsonForm[_TextChanges](_TextChanges)
_CHANGE_FILES = ("config_sentence_transformers.json", "sentence_bert_config.json")
_SHAPE = JsonForm[BertShape](BertShape)
_POOLING = JsonForm[_Pooling](_Pooling)
_MODULES = JsonForm[tuple[_Module, ...]](tuple[_Module, ...])
_STEPS = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


def encoder_of(folder: Path) -> OnnxEncoder | None:
    """Returns what computes the model in ``folder`` without torch, or None where it is of another kind.

    It is a BERT network, of which a text's vector is the mean over its tokens, as all-MiniLM-L6-v2 is. Nothing is
    loaded yet.
    """
    try:
        modules = _MODULES.read((folder / "modules.json").read_bytes())
        shape = _SHAPE.read((folder / "config.json").read_bytes())
        pooling = _POOLING.read((folder / "1_Pooling" / "config.json").read_bytes())
        files = [folder / name for name in _CHANGE_FILES if (folder / name).is_file()]
        changed = any(_CHANGES.read(file.read_bytes()) != _TextChanges() for file in files)
    except (OSError, ValueError):
        return None  # of another kind, or incomplete, which sentence-transformers then says
    steps = [module.type.rpartition(".")[2] for module in modules]
    fits = steps in _STEPS and pooling.is_mean and shape.is_bert and not changed and _has_floats(folder / WEIGHTS)
    return OnnxEncoder(folder, shape) if fits else None


def _has_floats(file: Path) -> bool:
    """Whether the weights have the names and the type with which the network is written; only their list is read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np") as weights:
            name = "embeddings.word_embeddings.weight"
            return name in weights.keys() and weights.get_slice(name).get_dtype() == "F32"  # noqa: SIM118
    except (OSError, SafetensorError):
        return False


class OnnxEncoder:
    """The network of a sentence-transformers model, made from its weights when it is loaded.

    Each text is computed alone: a batch of 32 long passages takes twice as long, since it does not fit the processor's
    caches, and its small integers would depend on the other texts. Each thread has texts of its own, so nobody waits
    for another one. May be used from several threads.

    Args:
        folder: Holds ``model.safetensors``.
        shape: Of its network.

    Attributes:
        arithmetic: Names how the vectors are computed.
    """

    arithmetic = "int7"

    def __init__(self, folder: Path, shape: BertShape) -> None:
        self._folder = folder
        self._shape = shape
        self._loading = threading.Lock()
        self._session: Any = None

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._shape.hidden_size

    def load(self) -> None:
        """Loads the network now, if it is not loaded yet; half a second.

        Raises:
            ModelDamaged: The weights are not what they should be.
            ModelError: There is not enough memory, or onnxruntime cannot be loaded.
        """
        self._loaded()

    def encode(self, texts: Sequence[Sequence[int]], threads: int) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of norm 1.

        Args:
            texts: The numbers of each text's tokens, special ones included.
            threads: How many texts are computed at once.
        """
        session = self._loaded()
        if min(threads, len(texts)) <= 1:
            return np.stack([_encode(session, text) for text in texts])
        with ThreadPoolExecutor(threads) as pool:
            return np.stack(list(pool.map(partial(_encode, session), texts)))

    def _loaded(self) -> Any:
        with self._loading:
            if self._session is None:
                try:
                    self._session = _open(self._folder, self._shape)
                except Exception as error:  # the libraries' own errors have no common class but this one
                    raise self._failure(error) from error
            return self._session

    def _failure(self, error: Exception) -> ModelError:
        if is_out_of_memory(error):
            return ModelError(
                "There is not enough memory for the embedding model.",
                hint="Close other programs, then: assistant doctor",
            )
        if isinstance(error, ImportError):
            return ModelError(f"onnxruntime cannot be loaded: {error}.", hint="make install")
        return ModelDamaged(
            f"The embedding model in {self._folder} cannot be loaded: {error}", hint="assistant models verify"
        )


def _open(folder: Path, shape: BertShape) -> Any:
    silence(os.environ)
    import onnxruntime
    from safetensors.numpy import load_file

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # texts are shared out, not the arithmetic of one
    options.enable_mem_pattern = False  # it keeps a plan for each length of text
    options.log_severity_level = _ERRORS_ONLY
    network = write_network(shape, load_file(folder / WEIGHTS))
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _encode(session: Any, text: Sequence[int]) -> NDArray[np.float32]:
    ids = np.array([text], dtype=np.int64)
    inputs = dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
    total = session.run(None, inputs)[0][0].sum(axis=0)  # the mean but for its length, which goes with the norm
    row: NDArray[np.float32] = total / np.linalg.norm(total)
    return row
