"""The one door to sentence_transformers: texts to vectors, and the tokenizer that says what fits."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.core.json_form import JsonForm
from assistant.core.process import is_out_of_memory, silence
from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.index.encoder import OnnxEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding, Tokenizer

BATCH_SIZE = 32
_SHORT_CHARS = 60
"""A batch of texts no longer than this is too little work to share: for 400 words two threads that wait for each other
took nine times the processor time of one."""


@dataclass(frozen=True, slots=True)
class _WindowSettings:
    """What the files of a model's folder say of the longest text: one or several, of which the least counts."""

    max_seq_length: int | None = None  # sentence_bert_config.json, until sentence-transformers 5
    model_max_length: float | None = None  # tokenizer_config.json; 1e30 where nobody said
    max_position_embeddings: int | None = None  # config.json


_SETTINGS = JsonForm[_WindowSettings](_WindowSettings)
_WINDOW_FILES = ("sentence_bert_config.json", "tokenizer_config.json", "config.json")
_SPECIAL_TOKENS = 2
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_LEAST_WINDOW = 16
_NEEDED = ("modules.json", "tokenizer.json", "model.safetensors")
_SAMPLE_BYTES = 1 << 20


class TextEmbedder(Protocol):
    """What comparing texts needs of an embedder."""

    def embed_chunks(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns one row of norm 1 for each text."""


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their cosine."""

    @property
    def name(self) -> str:
        """What identifies the vectors: two embedders with one name give the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def window_tokens(self) -> int:
        """Tokens that one text may have, special tokens not counted. Longer texts would be cut silently."""

    def load(self) -> None:
        """Loads the weights now, if they are not loaded yet."""

    def token_starts(self, text: str) -> NDArray[np.int64]:
        """Returns the offset in ``text`` at which each of its tokens begins, ascending, shape (tokens,)."""

    def knows_word(self, word: str) -> bool:
        """Returns whether a folded word is in its vocabulary as a whole, as frequent words of its language are."""

    def embed_chunks(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Returns an array of shape (len(texts), dimension), rows of norm 1, in the order of ``texts``.

        ``on_progress`` receives the number of texts embedded so far; an exception it raises stops the work.
        """

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """Returns the vector of a question, shape (dimension,), norm 1. What exceeds the window is ignored."""


@dataclass(frozen=True, slots=True)
class WordPiece:
    """A token of the embedder.

    Attributes:
        id: Its number in the vocabulary.
        token: Its entry there, such as ``##ing``: lower case and without accents, which the text need not be.
        start: Offset in the text; several tokens of one character have the same one.
        end: Offset behind it.
    """

    id: int
    token: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Attentions:
    """How the tokens of a text look at one another inside the embedder.

    Attributes:
        tokens: Their entries in the vocabulary, ``[CLS]`` and ``[SEP]`` around them.
        weights: Shape (layers, heads, tokens, tokens), float32: how much a token, the row, takes from each token, the
            column. Rows sum to 1.
        vector: What became of the text, shape (dimension,), norm 1.
    """

    tokens: tuple[str, ...]
    weights: NDArray[np.float32]
    vector: NDArray[np.float32]


def name_of_folder(folder: Path) -> str:
    """Returns what the vectors of a model are called that is named by its folder: another model has another name.

    It is the folder's name with a hash of its settings and of the beginning and the end of its weights, so that the
    index stays when the folder moves, and is made anew when another model takes its place.

    Raises:
        ModelMissing: It is no folder of sentence-transformers.
    """
    missing = [needed for needed in _NEEDED if not (folder / needed).is_file()]
    if missing:
        raise ModelMissing(
            f"{folder} is no folder of a sentence-transformers model: {', '.join(missing)} is not there.",
            hint="model.embedder names a folder that sentence-transformers saved, with its weights in safetensors.",
        )
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.json")):
        digest.update(file.read_bytes())
    with (folder / "model.safetensors").open("rb") as weights:
        digest.update(weights.read(_SAMPLE_BYTES))
        weights.seek(max(0, weights.seek(0, os.SEEK_END) - _SAMPLE_BYTES))
        digest.update(weights.read())
    return f"{folder.name}-{digest.hexdigest()[:12]}"


class SentenceTransformerEmbedder:
    """A sentence-transformers model in a local folder. Nothing is fetched, whatever the folder lacks.

    The weights load with the first embedding; counting tokens needs only the tokenizer. With an ``encoder`` nothing of
    that imports torch or transformers, which takes seconds.

    Args:
        folder: A folder with ``modules.json``, the weights and ``tokenizer.json``.
        name: What the vectors are called; the weights' size and the arithmetic of the ``encoder`` join it in ``name``.
        threads: Threads for embedding chunks. A single question uses one: more cost more than they bring.
        encoder: Computes the same network faster; None for torch.

    Raises:
        ModelMissing: The folder or a file in it is missing.
    """

    def __init__(self, folder: Path, name: str, threads: int, encoder: OnnxEncoder | None = None) -> None:
        for needed in _NEEDED:
            if not (folder / needed).is_file():
                raise ModelMissing(
                    f"The embedding model is incomplete: {folder / needed} is missing.",
                    hint=f"assistant models pull {name}",
                )
        self._folder = folder
        self._threads = max(1, threads)
        self._encoder = encoder
        self._lock = threading.Lock()
        self._load_lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None
        self._model: SentenceTransformer | None = None
        digest = hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest()[:8]
        arithmetic = "" if encoder is None else f"-{encoder.arithmetic}"
        self.name = f"{name}-{(folder / 'model.safetensors').stat().st_size}-{digest}{arithmetic}"

    def load(self) -> None:
        """Loads the weights now, if they are not loaded yet; with torch it takes seconds, most of them imports."""
        if self._encoder is not None:
            self._encoder.load()
        else:
            self._loaded()

    def model(self) -> SentenceTransformer:
        """Returns the sentence-transformers model itself, loaded: the yardstick for benchmarks."""
        return self._loaded()

    @property
    def dimension(self) -> int:
        """Length of a vector. Loads the model."""
        if self._encoder is not None:
            return self._encoder.dimension
        return int(self._loaded().get_embedding_dimension() or 0)

    @property
    def window_tokens(self) -> int:
        """256 word pieces less [CLS] and [SEP] for MiniLM, as the model's own folder says."""
        return self._longest - _SPECIAL_TOKENS

    @cached_property
    def _longest(self) -> int:
        found: list[float] = []
        for name in _WINDOW_FILES:
            settings = self._settings(self._folder / name)
            found += [settings.max_seq_length] if settings.max_seq_length else []
            found += [settings.model_max_length] if settings.model_max_length else []
            found += [settings.max_position_embeddings] if settings.max_position_embeddings else []
        longest = int(min(found, default=0))
        if longest < _LEAST_WINDOW:
            fault = f"The embedding model in {self._folder} does not say how long a text may be: {longest}."
            raise ModelDamaged(fault, hint="Give sentence_bert_config.json a max_seq_length, such as 256.")
        return longest

    def _settings(self, file: Path) -> _WindowSettings:
        if not file.is_file():
            return _WindowSettings()
        return _SETTINGS.read(file.read_bytes(), lambda fault: ModelDamaged(f"{file} cannot be read: {fault}."))

    def token_starts(self, text: str) -> NDArray[np.int64]:
        """See ``Embedder``. Word pieces never span a blank, so the count of a span is the number of starts in it."""
        offsets = self._encoding(text).offsets
        return np.fromiter((start for start, _ in offsets), dtype=np.int64, count=len(offsets))

    def knows_word(self, word: str) -> bool:
        """See ``Embedder``. MiniLM's vocabulary has some 22,000 whole words of English."""
        return len(self._encoding(word)) == 1

    def word_pieces(self, text: str) -> tuple[WordPiece, ...]:
        """Returns the tokens that ``token_starts`` counts, in order."""
        encoding = self._encoding(text)
        rows = zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True)
        return tuple(WordPiece(id_, token, start, end) for id_, token, (start, end) in rows)

    def embed_chunks(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """See ``Embedder``. Texts are taken longest first, so that a batch holds little padding."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for at in range(0, len(order), BATCH_SIZE):
            part = order[at : at + BATCH_SIZE]
            threads = self._threads if len(texts[part[0]]) > _SHORT_CHARS else 1
            vectors[part] = self._encode([texts[i] for i in part], threads)
            if on_progress is not None:
                on_progress(at + len(part))
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """See ``Embedder``."""
        row: NDArray[np.float32] = self._encode([text], threads=1)[0]
        return row

    def attentions(self, text: str) -> Attentions:
        """Returns how the tokens of ``text`` look at one another on the way to its vector; a cut text is cut here too.

        The usual way of computing never forms these weights. The plain one does, in torch, and gives the same vector up
        to rounding: 1e-6, and what the small integers of an ``encoder`` round.
        """
        import torch

        model = self._loaded()
        with self._lock, torch.inference_mode():
            inner = model[0].auto_model
            usual = inner.config._attn_implementation
            inner.set_attn_implementation("eager")
            try:
                features = model.preprocess([text])
                inputs = {name: features[name] for name in _INPUTS if name in features}
                output = inner(**inputs, output_attentions=True)
            finally:
                inner.set_attn_implementation(usual)
            features["token_embeddings"] = output.last_hidden_state
            for module in list(model)[1:]:
                features = module(features)
        weights = torch.cat(output.attentions).numpy()
        tokens = tuple(model.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist()))
        return Attentions(tokens, weights, np.asarray(features["sentence_embedding"][0], dtype=np.float32))

    def _encode(self, texts: list[str], threads: int) -> NDArray[np.float32]:
        if self._encoder is not None:
            return self._encoder.encode([self._input(text) for text in texts], threads)
        model = self._loaded()
        import torch

        with self._lock:  # the thread count is torch's, one for the process
            if torch.get_num_threads() != threads:
                torch.set_num_threads(threads)
            rows = model.encode(texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def _input(self, text: str) -> list[int]:
        """Returns the numbers of the text's tokens between ``[CLS]`` and ``[SEP]``, cut to what the model reads."""
        ids = self._tokens().encode(text).ids
        longest = self._longest
        return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]

    def _encoding(self, text: str) -> Encoding:
        return self._tokens().encode(text, add_special_tokens=False)

    def _tokens(self) -> Tokenizer:
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            tokenizer.no_truncation()  # the file truncates, which would hide that a text is too long
            tokenizer.no_padding()
            self._tokenizer = tokenizer
        return self._tokenizer

    def _loaded(self) -> SentenceTransformer:
        with self._load_lock:
            if self._model is None:
                self._model = _load(self._folder)
            return self._model


def transformer_of(embedder: Embedder) -> SentenceTransformerEmbedder:
    """Returns the embedder, for what looks inside it: at its vocabulary, or at its network.

    Raises:
        ModelError: It is another package's, of which only vectors can be had.
    """
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise ModelError(
            f"This looks inside a model of sentence-transformers; {embedder.name} is none.",
            hint='Choose one, as model.embedder = "all-minilm-l6-v2" in assistant.toml does.',
        )
    return embedder


def _load(folder: Path) -> Any:
    silence(os.environ)
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:  # an import that ran out of memory leaves errors of every kind behind
        raise _load_failure(folder, error) from error


def _load_failure(folder: Path, error: Exception) -> ModelError:
    if is_out_of_memory(error):
        return ModelError(
            "There is not enough memory for the embedding model.", hint="Close other programs, then: assistant doctor"
        )
    from safetensors import SafetensorError

    if not isinstance(error, OSError | ValueError | RuntimeError | KeyError | SafetensorError):
        return ModelError(
            f"The libraries of the embedding model cannot be loaded: {error}.",
            hint="Close other programs if memory is short, and otherwise: make install",
        )
    return ModelDamaged(f"The embedding model in {folder} cannot be loaded: {error}", hint="assistant models verify")
