"""Chunking: a note in pieces that are small enough to be found.

A vector has the same few hundred numbers for a word and for a book, so a search by meaning needs small texts; and what
the model reads must not begin in the middle of a thought. Every way of cutting is a compromise between the two:

- ``ours``: along headings and lists, as ``assistant.index.chunking`` says; each chunk repeats its headings, not text.
- ``recursive``: at the coarsest of paragraph, line, sentence, word that is small enough (LangChain's
  ``RecursiveCharacterTextSplitter``, through the same door as production).
- ``sentences``: whole sentences, as many as fit.
- ``tokens``: every ``size`` tokens, whatever stands there.

With an overlap, each chunk but the first also repeats the last tokens before it, so that what a cut divides stands
whole in one of the two:

    chunk i = [start of piece i - overlap, end of piece i), pieces of at most size - overlap tokens
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np

from assistant.answering.sentences import split_sentences
from assistant.index.chunking import Ruler

Span = tuple[int, int]
OURS = "ours"


def _recursive(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    at = 0
    for piece in ruler.pieces(0, len(text), limit):
        yield at, at + len(piece)
        at += len(piece)


def _sentences(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    """Yields runs of whole sentences; one that does not fit alone is cut like ``recursive``."""
    run: Span | None = None
    for start, end in split_sentences(text):
        if run is not None and ruler.tokens(run[0], end) <= limit:
            run = run[0], end
            continue
        if run is not None:
            yield run
            run = None
        if ruler.tokens(start, end) <= limit:
            run = start, end
            continue
        for piece in ruler.pieces(start, end, limit):
            yield start, start + len(piece)
            start += len(piece)
    if run is not None:
        yield run


def _tokens(text: str, ruler: Ruler, limit: int) -> Iterator[Span]:
    edges = [*ruler.starts[::limit].tolist(), len(text)]
    yield from pairwise(edges)


SPLITTERS: dict[str, Callable[[str, Ruler, int], Iterator[Span]]] = {
    OURS: _recursive,  # of what has no structure left; see ``cut``
    "recursive": _recursive,
    "sentences": _sentences,
    "tokens": _tokens,
}


def trimmed(text: str, pieces: Iterable[Span]) -> Iterator[Span]:
    """Yields the spans without blanks at their ends, and no blank ones."""
    for start, end in pieces:
        body = text[start:end]
        if body.strip():
            yield start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def overlapping(pieces: Iterable[Span], ruler: Ruler, overlap: int) -> Iterator[tuple[int, int, int]]:
    """Yields ``(start, fresh, end)``: each piece begins ``overlap`` tokens earlier, the first where it is."""
    for start, end in pieces:
        token = int(np.searchsorted(ruler.starts, start))
        first = int(ruler.starts[max(0, token - overlap)]) if overlap and token else start
        yield min(first, start), start, end
