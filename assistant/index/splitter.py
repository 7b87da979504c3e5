"""The one door to langchain_text_splitters: cuts a text that has no structure left to follow."""

from __future__ import annotations

from collections.abc import Callable

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


def published_pieces(text: str, limit: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Returns the pieces that published figures of retrieval call "Recursive", in order; blanks between them are lost.

    The settings are those of https://github.com/brandonstarxel/chunking_evaluation, with which those figures were made.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", ".", "?", "!", " ", ""],
        keep_separator=True,
        chunk_size=limit,
        chunk_overlap=0,
        length_function=count_tokens,
    )
    return [str(piece) for piece in splitter.split_text(text)]
