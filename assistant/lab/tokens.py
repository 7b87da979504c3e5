"""Tokens: the pieces in which a model reads a text.

The model that writes uses *byte-level byte pair encoding*. Training began with the 256 bytes and merged, again and
again, the two neighbouring pieces that stood together most often; what is frequent in the training text became one
piece, and what is rare stays many (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909; on bytes: Radford et al.
2019, "Language Models are Unsupervised Multitask Learners"). Nothing is lost: the pieces join to exactly the text. A
piece may end in the middle of a character, for it counts bytes. (Nothing, as long as the vocabulary has all 256 bytes.
The smallest models lack some that their training text never had, and leave those out.)

The model that searches uses *WordPiece* (Wu et al. 2016, https://arxiv.org/abs/1609.08144). It lowers capitals, drops
accents and blanks, and writes ``[UNK]`` for a word with a character that it does not know: that text is lost to it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, groupby

from assistant.index.embedder import SentenceTransformerEmbedder
from assistant.models.llama import LlamaModel

UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A token, or a stretch of text that makes none.

    Attributes:
        id: Its number in the vocabulary; None for text that the tokenizer leaves out, such as a blank.
        token: Its entry in the vocabulary, where that may differ from the text; otherwise empty.
        data: The bytes of the text (UTF-8) that it stands for.
        inside: For a piece of a character, the whole character; otherwise empty.
    """

    id: int | None
    token: str
    data: bytes
    inside: str = ""

    @property
    def runs(self) -> tuple[tuple[str, bool], ...]:
        """The bytes for the eye: ``(characters, True)``, and for bytes of a broken character ``("F0 9F", False)``."""
        marked = self.data.decode("utf-8", "surrogateescape")  # a byte that is no character becomes U+DC80 and up
        runs = (
            (is_text, "".join(run)) for is_text, run in groupby(marked, lambda char: not "\udc80" <= char <= "\udcff")
        )
        return tuple((run, True) if is_text else (_hex(run), False) for is_text, run in runs)


@dataclass(frozen=True, slots=True)
class Split:
    """A text in pieces: ``b"".join(piece.data for piece in pieces)`` is the text.

    Attributes:
        name: Of the model.
    """

    name: str
    pieces: tuple[Piece, ...]

    @property
    def count(self) -> int:
        """Number of tokens."""
        return sum(piece.id is not None for piece in self.pieces)

    @property
    def unknown(self) -> int:
        """Number of tokens that say no more than "something that I do not know"."""
        return sum(piece.token == UNKNOWN for piece in self.pieces)

    @property
    def text(self) -> str:
        """The text again."""
        return b"".join(piece.data for piece in self.pieces).decode("utf-8")

    @property
    def chars_per_token(self) -> float:
        """Characters for each token, blanks counted; 0 for a text without tokens. English prose has about 4."""
        return len(self.text) / self.count if self.count else 0.0


def generator_split(model: LlamaModel, text: str, name: str) -> Split:
    """Returns ``text`` as the model that writes reads it in a note: names of control tokens are text like any other."""
    raw = text.encode("utf-8", "replace")
    ids = model.tokenize(text, special=False)
    pieces = [model.piece(token) for token in ids]
    if b"".join(pieces) == b" " + raw:  # some vocabularies (Llama 2, Gemma) read a blank in front of every text
        pieces[0] = pieces[0][1:]
    text = raw.decode()
    ends = list(accumulate(len(char.encode()) for char in text))
    found: list[Piece] = []
    at = 0
    for token, data in zip(ids, pieces, strict=True):
        start = raw.find(data, at)
        if start < 0:  # a vocabulary that rewrites the text first
            found.append(Piece(token, data.decode("utf-8", "replace"), b""))
            continue
        if start > at:  # bytes that this vocabulary lacks
            found.append(Piece(None, "", raw[at:start], _inside(text, ends, at, raw[at:start])))
        found.append(Piece(token, "", data, _inside(text, ends, start, data)))
        at = start + len(data)
    rest = [Piece(None, "", raw[at:], _inside(text, ends, at, raw[at:]))] if at < len(raw) else []
    return Split(name, (*found, *rest))


def embedder_split(embedder: SentenceTransformerEmbedder, text: str, name: str) -> Split:
    """Returns ``text`` as the model that searches reads it; what it leaves out stands between as pieces without id."""
    text = text.encode("utf-8", "replace").decode()
    pieces: list[Piece] = []
    at = 0
    for found in embedder.word_pieces(text):
        if found.start > at:
            pieces.append(Piece(None, "", text[at : found.start].encode()))
        start = max(found.start, at)  # a Korean syllable makes three tokens, all from the same character
        shared = text[found.start : found.end] if start >= found.end else ""
        pieces.append(Piece(found.id, found.token, text[start : found.end].encode(), shared))
        at = max(at, found.end)
    if at < len(text):
        pieces.append(Piece(None, "", text[at:].encode()))
    return Split(name, tuple(pieces))


def _inside(text: str, ends: list[int], start: int, data: bytes) -> str:
    """Returns the characters of ``text`` that the bytes cut; ``ends[i]`` is the byte behind character i."""
    try:
        data.decode()
        return ""
    except UnicodeDecodeError:
        end = start + len(data)
        touched = range(bisect_right(ends, start), bisect_right(ends, end - 1) + 1)
        return "".join(text[i] for i in touched if ends[i] > end or ends[i] - len(text[i].encode()) < start)


def _hex(escaped: str) -> str:
    return escaped.encode("utf-8", "surrogateescape").hex(" ").upper()
