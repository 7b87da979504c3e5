"""The one door to sentence_transformers: texts to vectors, and the tokenizer that says what fits."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.memory import is_out_of_memory
from assistant.silence import silence

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding, Tokenizer

BATCH_SIZE = 32
_SHORT_CHARS = 60
"""A batch of texts no longer than this is too little work to share: for 400 words two threads that wait for each other
took nine times the processor time of one."""


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


class SentenceTransformerEmbedder:
    """A sentence-transformers model in a local folder. Nothing is fetched, whatever the folder lacks.

    The weights load with the first embedding (seconds, most of them imports); counting tokens needs only the tokenizer.

    Args:
        folder: A folder with ``modules.json``, the weights and ``tokenizer.json``.
        name: What the vectors are called; the weights' size joins it in ``name``.
        threads: Threads for embedding chunks. A single question uses one: more cost more than they bring.

    Raises:
        ModelMissing: The folder or a file in it is missing.
    """

    def __init__(self, folder: Path, name: str, threads: int) -> None:
        for needed in ("modules.json", "tokenizer.json", "model.safetensors"):
            if not (folder / needed).is_file():
                raise ModelMissing(
                    f"The embedding model is incomplete: {folder / needed} is missing.",
                    hint=f"assistant models pull {name}",
                )
        self._folder = folder
        self._threads = max(1, threads)
        self._lock = threading.Lock()
        self._load_lock = threading.Lock()
        self._tokenizer: Tokenizer | None = None
        self._model: SentenceTransformer | None = None
        digest = hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest()[:8]
        self.name = f"{name}-{(folder / 'model.safetensors').stat().st_size}-{digest}"

    def load(self) -> None:
        """Loads the weights now, if they are not loaded yet; several seconds, most of them imports."""
        self._loaded()

    def model(self) -> SentenceTransformer:
        """Returns the sentence-transformers model itself, loaded: the yardstick for benchmarks."""
        return self._loaded()

    @property
    def dimension(self) -> int:
        """Length of a vector. Loads the model."""
        return int(self._loaded().get_embedding_dimension() or 0)

    @property
    def window_tokens(self) -> int:
        """256 word pieces less [CLS] and [SEP] for MiniLM, as the model's own folder says."""
        import json

        settings = json.loads((self._folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        return int(settings["max_seq_length"]) - 2

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
        model = self._loaded()
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for at in range(0, len(order), BATCH_SIZE):
            part = order[at : at + BATCH_SIZE]
            threads = self._threads if len(texts[part[0]]) > _SHORT_CHARS else 1
            vectors[part] = self._encode(model, [texts[i] for i in part], threads)
            if on_progress is not None:
                on_progress(at + len(part))
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """See ``Embedder``."""
        row: NDArray[np.float32] = self._encode(self._loaded(), [text], threads=1)[0]
        return row

    def attentions(self, text: str) -> Attentions:
        """Returns how the tokens of ``text`` look at one another on the way to its vector; a cut text is cut here too.

        The usual way of computing never forms these weights. The plain one does, and gives the same vector up to
        rounding (1e-6).
        """
        import torch

        model = self._loaded()
        with self._lock, torch.inference_mode():
            inner = model[0].auto_model
            usual = inner.config._attn_implementation
            inner.set_attn_implementation("eager")
            try:
                features = model.preprocess([text])
                inputs = {name: features[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
                output = inner(**inputs, output_attentions=True)
            finally:
                inner.set_attn_implementation(usual)
            features["token_embeddings"] = output.last_hidden_state
            for module in list(model)[1:]:
                features = module(features)
        weights = torch.cat(output.attentions).numpy()
        tokens = tuple(model.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist()))
        return Attentions(tokens, weights, np.asarray(features["sentence_embedding"][0], dtype=np.float32))

    def _encode(self, model: SentenceTransformer, texts: list[str], threads: int) -> NDArray[np.float32]:
        import torch

        with self._lock:  # the thread count is torch's, one for the process
            if torch.get_num_threads() != threads:
                torch.set_num_threads(threads)
            rows = model.encode(texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

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
    if not isinstance(error, OSError | ValueError | RuntimeError | KeyError):
        return ModelError(
            f"The libraries of the embedding model cannot be loaded: {error}.",
            hint="Close other programs if memory is short, and otherwise: make install",
        )
    return ModelDamaged(f"The embedding model in {folder} cannot be loaded: {error}", hint="assistant models verify")
