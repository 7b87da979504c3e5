"""Tokens: the pieces in which a model reads a text, what they cost, and what makes a text expensive."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from assistant.errors import UsageError
from assistant.index.embedder import Embedder, transformer_of
from assistant.lab.charts.figures import Chart, Series
from assistant.models.llama.library import LlamaModel

UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class TokenPiece:
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
    pieces: tuple[TokenPiece, ...]

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
    found: list[TokenPiece] = []
    at = 0
    for token, data in zip(ids, pieces, strict=True):
        start = raw.find(data, at)
        if start < 0:  # a vocabulary that rewrites the text first
            found.append(TokenPiece(token, data.decode("utf-8", "replace"), b""))
            continue
        if start > at:  # bytes that this vocabulary lacks
            found.append(TokenPiece(None, "", raw[at:start], _inside(text, ends, at, raw[at:start])))
        found.append(TokenPiece(token, "", data, _inside(text, ends, start, data)))
        at = start + len(data)
    rest = [TokenPiece(None, "", raw[at:], _inside(text, ends, at, raw[at:]))] if at < len(raw) else []
    return Split(name, (*found, *rest))


def embedder_split(embedder: Embedder, text: str, name: str) -> Split:
    """Returns ``text`` as the model that searches reads it; what it leaves out stands between as pieces without id.

    Raises:
        ModelError: It is not a model of sentence-transformers, of whose tokens something is known.
    """
    text = text.encode("utf-8", "replace").decode()
    pieces: list[TokenPiece] = []
    at = 0
    for found in transformer_of(embedder).word_pieces(text):
        if found.start > at:
            pieces.append(TokenPiece(None, "", text[at : found.start].encode()))
        start = max(found.start, at)  # a Korean syllable makes three tokens, all from the same character
        shared = text[found.start : found.end] if start >= found.end else ""
        pieces.append(TokenPiece(found.id, found.token, text[start : found.end].encode(), shared))
        at = max(at, found.end)
    if at < len(text):
        pieces.append(TokenPiece(None, "", text[at:].encode()))
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


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in any currency."""

    read: float
    written: float

    def __post_init__(self) -> None:
        for name, value in (("tokens read", self.read), ("tokens written", self.written)):
            if not 0 <= value < float("inf"):
                raise UsageError(f"A price of {value} for {name} is not possible.", hint="Use a number from 0 on.")


@dataclass(frozen=True, slots=True)
class Bill:
    """What one request costs, and how it fits the model.

    Attributes:
        read: Tokens of the text.
        written: Tokens of the answer.
        cost: In the currency of the price.
        share: Share of the context that text and answer fill; above 1 they do not fit.
        fits: How many such texts fit the context together, with room for one answer.
    """

    read: int
    written: int
    cost: float
    share: float
    fits: int


def bill(read: int, written: int, price: Price, context_tokens: int) -> Bill:
    """Returns what a request costs that reads and writes so many tokens.

    Raises:
        UsageError: The answer's length is negative.
    """
    if written < 0:
        raise UsageError(f"An answer of {written} tokens is not possible.", hint="Use a number from 0 on.")
    cost = (read * price.read + written * price.written) / 1_000_000
    fits = max(0, context_tokens - written) // read if read else 0
    return Bill(read, written, cost, (read + written) / context_tokens, fits)


Splitter = Callable[[str], Split]


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try. ``is_translation``: it says what the first example says."""

    name: str
    text: str
    is_translation: bool = True


EXAMPLES = (
    Example("English", "Machine learning finds patterns in data and uses them to predict what comes next."),
    Example("Capitals", "MACHINE LEARNING FINDS PATTERNS IN DATA AND USES THEM TO PREDICT WHAT COMES NEXT."),
    Example("Typos", "Machnie leraning finsd pattrens in dtaa and uess tehm to perdict waht coems nxet."),
    Example("German", "Maschinelles Lernen findet Muster in Daten und sagt damit voraus, was als Nächstes kommt."),
    Example(
        "French",
        "L'apprentissage automatique trouve des motifs dans les données et s'en sert pour prédire la suite.",
    ),
    Example(
        "Russian",
        "Машинное обучение находит закономерности в данных и по ним предсказывает, что будет дальше.",
    ),
    Example("Arabic", "يكتشف تعلم الآلة أنماطا في البيانات ويستخدمها للتنبؤ بما سيأتي بعد ذلك."),
    Example("Hindi", "मशीन लर्निंग डेटा में पैटर्न ढूँढता है और उनसे अनुमान लगाता है कि आगे क्या होगा।"),
    Example("Chinese", "机器学习在数据中发现规律，并用这些规律预测接下来会发生什么。"),
    Example("Code", "model = fit(data)\nfor row in new_rows:\n    print(model.predict(row))", is_translation=False),
    Example("Numbers", "3.14159265358979 + 1000000 = 1000003.14159265358979", is_translation=False),
    Example("Emoji", "🤖📚 ➡️ 🔍📈 ➡️ 🔮👩‍💻🎉", is_translation=False),
)


def premium_chart(splitters: Sequence[Splitter]) -> Chart:
    """Returns the tokens that the same sentence costs, written in each way, for each tokenizer."""
    examples = [example for example in EXAMPLES if example.is_translation]
    tables = [[splitter(example.text) for example in examples] for splitter in splitters]
    names = tuple(example.name for example in examples)
    series = tuple(_bars(splits, names, [float(split.count) for split in splits]) for splits in tables)
    writer = tables[0]
    dearest = max(range(len(writer)), key=lambda i: writer[i].count)
    says = (
        f"For {writer[0].name}, the same sentence is {writer[0].count} tokens in English and {writer[dearest].count} "
        f"in {names[dearest]}: a premium of {writer[dearest].count / writer[0].count:.1f}."
    )
    return Chart("The same sentence, written differently", "", "Tokens", series, says)


def density_chart(text: str, splitters: Sequence[Splitter]) -> Chart:
    """Returns the characters that one token holds, in ``text`` and in each example, for each tokenizer."""
    rows = [("Your text", text), *((example.name, example.text) for example in EXAMPLES)]
    names = tuple(name for name, _ in rows)
    tables = [[splitter(text) for _, text in rows] for splitter in splitters]
    series = tuple(_bars(splits, names, [split.chars_per_token for split in splits]) for splits in tables)
    own, english = tables[0][0], tables[0][1]
    says = (
        f"A token of {own.name} contains {own.chars_per_token:.1f} characters of your text, "
        f"and {english.chars_per_token:.1f} of plain English."
    )
    return Chart("How much text one token contains", "", "Characters per token", series, says)


def _bars(splits: Sequence[Split], names: tuple[str, ...], values: Sequence[float]) -> Series:
    return Series(splits[0].name, names, tuple(values), tuple(map(_says, splits)), mark="bar")


def _says(split: Split) -> str:
    unknown = f", {split.unknown} of them unknown to it" if split.unknown else ""
    return f"{len(split.text)} characters, {split.count} tokens{unknown}"
