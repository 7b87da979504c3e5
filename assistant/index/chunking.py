"""Cuts a note into passages (searched) and blocks (read by the model), along its headings and lists."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.config import ChunkingConfig
from assistant.documents.labels import shortened
from assistant.documents.naming import about, is_generic, spelled_out
from assistant.documents.outline import Node, tree
from assistant.documents.tables import column_names
from assistant.index.embedder import Embedder
from assistant.types import UNSEARCHED, Chunk, ContextBlock, Document, ElementKind

# Paragraphs, lines, sentences, clauses, words, anywhere.
_SEPARATORS = ["\n\n", "\n", ". ", "? ", "! ", "; ", ", ", " ", ""]
# The splitter measures every candidate again at every level, so its cost grows faster than its input.
_WINDOW_CHARS = 20_000


def split_text(text: str, limit: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Returns pieces of at most ``limit`` tokens that join to exactly ``text``.

    Args:
        text: Any text.
        limit: Largest size of a piece, in what ``count_tokens`` counts; at least 1.
        count_tokens: Measures a piece. A single character may exceed ``limit``; it is returned whole.

    The settings are what keeps langchain's RecursiveCharacterTextSplitter lossless: no overlap, no stripping, the
    separator kept, and separators that are plain strings: with regular expressions it adds and drops blanks. (Its
    ``add_start_index`` is not used: with a token length function it returns -1 or goes backwards, because it searches
    for the stripped text.)
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        keep_separator="end",
        chunk_size=limit,
        chunk_overlap=0,
        strip_whitespace=False,
        # A blank has no tokens; a piece of length 0 would be repeated at the start of the next one.
        length_function=lambda piece: max(1, count_tokens(piece)),
    )
    windows = (text[i : i + _WINDOW_CHARS] for i in range(0, len(text), _WINDOW_CHARS))
    return [piece for window in windows for piece in splitter.split_text(window)]


_CONTEXT_SHARE = 3
"""The context line may take one part in this many of the window; what is above that is dropped, outermost first."""

_TITLES = (ElementKind.PARAGRAPH, ElementKind.CAPTION)
_LONGEST_TITLE = 100
_LONGEST_HEADS = 240
_LONGEST_PARENT = 60
"""Characters of a list item that stand in front of the passages below it, if it begins with no term."""


@dataclass(frozen=True, slots=True)
class NodeRun:
    """A run of neighbouring nodes: a passage or a block in the making."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    parents: tuple[str, ...]


def split(
    note: Document, embedder: Embedder, config: ChunkingConfig
) -> tuple[tuple[ContextBlock, ...], tuple[Chunk, ...]]:
    """Returns the blocks and the passages of ``note``, each in reading order.

    Blocks do not overlap and passages do not overlap; what lies in no passage is headings, blanks, front matter,
    comments, and signs alone where they do not fit into one with words, as the rule of a wide table; a note of signs
    alone keeps them, and is found by its headings.
    ``note.text[x.start:x.end] == x.text`` for each, and every ``chunk.embedding_text`` fits ``embedder.window_tokens``.
    """
    ruler = Ruler(note.text, embedder)
    root = tree(note)
    pieces = _trimmed(note.text, _Cutter(ruler, config.block_size_tokens, whole_sections=True).cut(root))
    blocks = tuple(
        ContextBlock(note.path, p.heading_path, p.parents, p.start, p.end, note.text[p.start : p.end], ordinal, note)
        for ordinal, p in enumerate(pieces)
    )
    edges = [block.start for block in blocks]
    size = min(config.chunk_size_tokens, embedder.window_tokens)
    passages = _trimmed(note.text, _Cutter(ruler, size, whole_sections=False, edges=edges).cut(root))
    told = [piece for piece in passages if any(map(str.isalnum, note.text[piece.start : piece.end]))]
    return blocks, tuple(_chunk(note, piece, edges, embedder) for piece in told or passages)


def _trimmed(text: str, pieces: Iterable[NodeRun]) -> list[NodeRun]:
    """Returns the pieces without blanks at their ends; a blank piece is dropped."""
    out = []
    for piece in pieces:
        body = text[piece.start : piece.end]
        start = piece.start + len(body) - len(body.lstrip())
        end = piece.start + len(body.rstrip())
        if end > start:
            out.append(replace(piece, start=start, end=end))
    return out


def _chunk(note: Document, piece: NodeRun, edges: list[int], embedder: Embedder) -> Chunk:
    text = note.text[piece.start : piece.end]
    room = min(embedder.window_tokens // _CONTEXT_SHARE, embedder.window_tokens - embedder.token_starts(text).size)
    said = (about(note), *piece.heading_path, *piece.parents, _table_above(note, piece.start))
    context = _context(tuple(filter(None, said)), room, embedder)
    chunk = Chunk(
        note.path, piece.heading_path, piece.parents, context, piece.start, piece.end, text,
        block=max(0, bisect_right(edges, piece.start) - 1), page=note.page_at(piece.start),
        names=_names(note, piece),
    )  # fmt: skip
    size = embedder.token_starts(chunk.embedding_text).size
    if size > embedder.window_tokens:
        raise AssertionError(f"{note.path}[{piece.start}:{piece.end}] has {size} tokens: it would be cut silently")
    return chunk


def _names(note: Document, piece: NodeRun) -> tuple[str, ...]:
    """Returns what a passage explains; the beginning of a note explains what the note is called."""
    opens = not piece.heading_path or (len(piece.heading_path) == 1 and is_generic(piece.heading_path[0]))
    names = note.names(piece.start, piece.end)
    return tuple(dict.fromkeys((spelled_out(note.title), *names))) if opens else names


def _table_above(note: Document, start: int) -> str:
    """Returns the title and the heads of the table that a passage goes on with; empty for any other passage."""
    table = note.table_above(start)
    if table is None:
        return ""
    before = note.block_at(table.start - 1) if table.start else None
    title = note.text[before.start : before.end].strip() if before and before.kind in _TITLES else ""
    is_title = 0 < len(title) <= _LONGEST_TITLE and "\n" not in title and title[-1] not in ".:"
    return shortened(": ".join(([title] if is_title else []) + [column_names(table.label)]), _LONGEST_HEADS)


def _context(labels: tuple[str, ...], room: int, embedder: Embedder) -> str:
    """Returns the labels in one line of at most ``room`` tokens; the outermost go first when it is too long.

    Of an innermost one that is too long by itself the beginning is kept.
    """
    for first in range(len(labels)):
        line = " > ".join(labels[first:])
        if embedder.token_starts(line).size <= room:
            return line
    starts = embedder.token_starts(labels[-1]) if labels and room > 0 else ()
    return labels[-1][: starts[room]].rstrip(" ,:") if len(starts) > room else ""


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

    def cut(self, root: Node) -> list[NodeRun]:
        """Returns the pieces of the whole tree in order."""
        pieces = list(self._children(root, NodeRun(root.start, root.start, (), ())))
        return _headings_joined(pieces, root) if self._whole_sections else pieces

    def _children(self, parent: Node, above: NodeRun) -> Iterator[NodeRun]:
        """Yields the pieces of ``parent``'s children; ``above`` carries the headings and parents over them."""
        run: NodeRun | None = None
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

    def _joins(self, run: NodeRun, node: Node) -> bool:
        """Whether ``node`` may stand in the same piece as the run before it."""
        at = bisect_right(self._edges, run.start)
        crosses = at < len(self._edges) and self._edges[at] < node.end
        return not crosses and self._may_run(node) and self._ruler.tokens(run.start, node.end) <= self._limit

    def _may_run(self, node: Node) -> bool:
        return self._whole_sections or node.kind not in ("section", "heading", *UNSEARCHED)

    def _left_out(self, node: Node, parent: Node) -> bool:
        """Passages leave out a heading that has something below it (their context carries it), and what is hidden."""
        if self._whole_sections:
            return False
        return node.kind in UNSEARCHED or (node.kind == "heading" and len(parent.children) > 1)

    def _open(self, node: Node, above: NodeRun) -> Iterator[NodeRun]:
        """Yields the pieces of a node that does not fit, or may not share."""
        if node.children:
            yield from self._children(node, _below(node, above))
            return
        cuts = [edge for edge in self._edges if node.start < edge < node.end]
        for low, high in zip([node.start, *cuts], [*cuts, node.end], strict=True):
            for text in self._ruler.pieces(low, high, self._limit):
                yield replace(above, start=low, end=low + len(text))
                low += len(text)


def _headings_joined(pieces: list[NodeRun], root: Node) -> list[NodeRun]:
    """Returns the blocks with every heading that was left alone put in front of the block that follows it."""
    headings = {(node.start, node.end) for node in root.walk() if node.kind == "heading"}
    out: list[NodeRun] = []
    waiting: int | None = None
    for piece in pieces:
        start = piece.start if waiting is None else waiting
        alone = (piece.start, piece.end) in headings and piece is not pieces[-1]
        waiting = start if alone else None
        if not alone:
            out.append(replace(piece, start=start))
    return out


def _below(node: Node, above: NodeRun) -> NodeRun:
    """Returns ``above`` with the node's own heading or list label added."""
    if node.kind == "section":
        return replace(above, heading_path=(*above.heading_path, node.label), parents=())
    if node.kind == "item" and node.label:
        return replace(above, parents=(*above.parents, shortened(node.label, _LONGEST_PARENT)))
    return above
