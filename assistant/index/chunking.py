"""Cuts a note into passages (searched) and blocks (read by the model), along its headings and lists.

A *passage* fits the embedder's window together with its context line. A *block* is a run of neighbouring passages under
one heading, a few times larger; every passage lies in one block. Both follow the note's own structure: they are runs of
whole sections, list items and paragraphs as long as those fit, and only what is larger than the limit is opened. A list
item that had to be opened gives its name to the pieces (``parents``), so that a bullet keeps its parents.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.config import ChunkingConfig
from assistant.index.embedder import Embedder
from assistant.index.splitter import split_text
from assistant.notes.outline import Node, tree
from assistant.types import Block, Chunk, Note

_CONTEXT_SHARE = 3
"""The context line may take one part in this many of the window; what is above that is dropped, outermost first."""

_FOR_NOBODY = ("front_matter", "comment")
"""What a reader of the note does not see is not searched."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of neighbouring nodes: a passage or a block in the making."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]


def split(note: Note, embedder: Embedder, config: ChunkingConfig) -> tuple[tuple[Block, ...], tuple[Chunk, ...]]:
    """Returns the blocks and the passages of ``note``, each in reading order.

    Blocks do not overlap and passages do not overlap; what lies in no passage is headings, blanks, front matter and
    comments.
    ``note.text[x.start:x.end] == x.text`` for each, and every ``chunk.embedding_text`` fits ``embedder.window_tokens``.
    """
    ruler = Ruler(note.text, embedder)
    root = tree(note)
    pieces = _trimmed(note.text, _Cutter(ruler, config.block_size_tokens, whole_sections=True).cut(root))
    blocks = tuple(
        Block(note.path, p.heading_path, p.parents, p.start, p.end, note.text[p.start : p.end], ordinal)
        for ordinal, p in enumerate(pieces)
    )
    edges = [block.start for block in blocks]
    size = min(config.chunk_size_tokens, embedder.window_tokens)
    passages = _Cutter(ruler, size, whole_sections=False, edges=edges).cut(root)
    return blocks, tuple(_chunk(note, piece, edges, embedder) for piece in _trimmed(note.text, passages))


def _trimmed(text: str, pieces: Iterable[Piece]) -> list[Piece]:
    """Returns the pieces without blanks at their ends; a blank piece is dropped."""
    out = []
    for piece in pieces:
        body = text[piece.start : piece.end]
        start = piece.start + len(body) - len(body.lstrip())
        end = piece.start + len(body.rstrip())
        if end > start:
            out.append(replace(piece, start=start, end=end))
    return out


def _chunk(note: Note, piece: Piece, edges: list[int], embedder: Embedder) -> Chunk:
    text = note.text[piece.start : piece.end]
    room = min(embedder.window_tokens // _CONTEXT_SHARE, embedder.window_tokens - embedder.token_starts(text).size)
    context = _context((*piece.heading_path, *piece.parents), room, embedder)
    chunk = Chunk(
        note.path, piece.heading_path, piece.parents, context, piece.start, piece.end, text,
        block=max(0, bisect_right(edges, piece.start) - 1), page=note.page_at(piece.start),
    )  # fmt: skip
    size = embedder.token_starts(chunk.embedding_text).size
    if size > embedder.window_tokens:
        raise AssertionError(f"{note.path}[{piece.start}:{piece.end}] has {size} tokens: it would be cut silently")
    return chunk


def _context(labels: tuple[str, ...], room: int, embedder: Embedder) -> str:
    """Returns the labels in one line of at most ``room`` tokens; the outermost go first when it is too long."""
    for first in range(len(labels)):
        line = " > ".join(labels[first:])
        if embedder.token_starts(line).size <= room:
            return line
    return ""


class Ruler:
    """Measures spans of one text in the embedder's tokens without tokenising it again for each span.

    Attributes:
        starts: Where each token begins, ascending, shape (tokens,).
    """

    def __init__(self, text: str, embedder: Embedder) -> None:
        self._text = text
        self._embedder = embedder
        self.starts = embedder.token_starts(text)

    def tokens(self, start: int, end: int) -> int:
        """Returns the number of tokens that begin in the span: exact where it begins and ends between words."""
        low, high = np.searchsorted(self.starts, (start, end))
        return int(high - low)

    def pieces(self, start: int, end: int, limit: int) -> list[str]:
        """Returns the span's text in pieces of at most ``limit`` tokens, each measured as it will be embedded."""
        return split_text(self._text[start:end], limit, lambda text: self._embedder.token_starts(text).size)


class _Cutter:
    """Packs neighbouring nodes into pieces of at most ``limit`` tokens, opening only what does not fit.

    Args:
        whole_sections: Sections that fit together may share a piece, headings included (blocks). Otherwise a piece
            never crosses a heading, and the heading line itself belongs to no piece unless it stands alone (passages).
        edges: Offsets, ascending, that no piece may cross.
    """

    def __init__(self, ruler: Ruler, limit: int, *, whole_sections: bool, edges: Sequence[int] = ()) -> None:
        self._ruler = ruler
        self._limit = limit
        self._whole_sections = whole_sections
        self._edges = edges

    def cut(self, root: Node) -> list[Piece]:
        """Returns the pieces of the whole tree in order."""
        pieces = list(self._children(root, Piece(root.start, root.start, (), ())))
        return _headings_joined(pieces, root) if self._whole_sections else pieces

    def _children(self, parent: Node, above: Piece) -> Iterator[Piece]:
        """Yields the pieces of ``parent``'s children; ``above`` carries the headings and parents over them."""
        run: Piece | None = None
        for node in parent.children:
            if run is not None and self._joins(run, node):
                run = replace(run, end=node.end, heading_path=above.heading_path)
                continue
            if run is not None:
                yield run
                run = None
            if self._left_out(node, parent):
                continue
            if self._may_run(node) and self._ruler.tokens(node.start, node.end) <= self._limit:
                run = replace(_below(node, above), start=node.start, end=node.end, parents=above.parents)
            else:
                yield from self._open(node, above)
        if run is not None:
            yield run

    def _joins(self, run: Piece, node: Node) -> bool:
        """Whether ``node`` may stand in the same piece as the run before it."""
        at = bisect_right(self._edges, run.start)
        crosses = at < len(self._edges) and self._edges[at] < node.end
        return not crosses and self._may_run(node) and self._ruler.tokens(run.start, node.end) <= self._limit

    def _may_run(self, node: Node) -> bool:
        return self._whole_sections or node.kind not in ("section", "heading", *_FOR_NOBODY)

    def _left_out(self, node: Node, parent: Node) -> bool:
        """Passages leave out a heading that has something below it (their context carries it), and what is hidden."""
        if self._whole_sections:
            return False
        return node.kind in _FOR_NOBODY or (node.kind == "heading" and len(parent.children) > 1)

    def _open(self, node: Node, above: Piece) -> Iterator[Piece]:
        """Yields the pieces of a node that does not fit, or may not share."""
        if node.children:
            yield from self._children(node, _below(node, above))
            return
        cuts = [edge for edge in self._edges if node.start < edge < node.end]
        for low, high in zip([node.start, *cuts], [*cuts, node.end], strict=True):
            for text in self._ruler.pieces(low, high, self._limit):
                yield replace(above, start=low, end=low + len(text))
                low += len(text)


def _headings_joined(pieces: list[Piece], root: Node) -> list[Piece]:
    """Returns the blocks with every heading that was left alone put in front of the block that follows it."""
    headings = {(node.start, node.end) for node in root.walk() if node.kind == "heading"}
    out: list[Piece] = []
    waiting: int | None = None
    for piece in pieces:
        start = piece.start if waiting is None else waiting
        alone = (piece.start, piece.end) in headings and piece is not pieces[-1]
        waiting = start if alone else None
        if not alone:
            out.append(replace(piece, start=start))
    return out


def _below(node: Node, above: Piece) -> Piece:
    """Returns ``above`` with the node's own heading or list label added."""
    if node.kind == "section":
        return replace(above, heading_path=(*above.heading_path, node.label), parents=())
    if node.kind == "item" and node.label:
        return replace(above, parents=(*above.parents, node.label))
    return above
