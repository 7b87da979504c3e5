"""Cuts a text into sentences with exact offsets, also while it is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A full stop ends a sentence if a blank and then no small letter follow; these are followed by anything.
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|fig|eq|dr|mr|mrs|ms|prof|st|resp|incl|al)|\b[A-Z])\.$", re.I
)
_ABBREVIATION_CHARS = 16  # longer than any of them: all that has to be looked at, however long the sentence is
_NUMBERING = re.compile(r"\s*\d{1,3}\.$")
_NEXT = re.compile(r"[ \t]*(.?)", re.DOTALL)
_FULL = "。！？｡"
_END = re.compile(rf"[.!?]+[\"'”’)\]*_]*(?=\s)|[{_FULL}]+[\"'”’)\]*_」』）】]*(?=[^\"'”’)\]*_」』）】{_FULL}])|\n")
"""Behind a full stop of Chinese or Japanese comes no blank; what comes must be there, or a bracket may yet close."""


class SentenceSplitter:
    """Collects text as it is generated and says which sentences are finished.

    A line break always ends a sentence: a list item is one. Spans leave out the blanks around a sentence.
    """

    def __init__(self) -> None:
        self.text = ""
        self._start = 0
        self._looked = 0

    def feed(self, piece: str) -> list[tuple[int, int]]:
        """Adds ``piece`` and returns the spans of the sentences that it finished."""
        self.text += piece
        return list(self._finished())

    def finish(self) -> list[tuple[int, int]]:
        """Returns the span of what is left, if anything is."""
        span = self._span(self._start, len(self.text))
        self._start = self._looked = len(self.text)
        return [span] if span else []

    def _finished(self) -> Iterator[tuple[int, int]]:
        for match in _END.finditer(self.text, self._looked):
            ends = self._ends_sentence(match)
            if ends is None:
                return  # what follows the blank decides, and it is not there yet
            if ends:
                span = self._span(self._start, match.end())
                self._start = match.end()
                if span:
                    yield span
            self._looked = match.end()

    def _ends_sentence(self, match: re.Match[str]) -> bool | None:
        if match.group()[0] in f"\n{_FULL}":
            return True
        if match.group()[0] == "." and self._is_abbreviation(match.start() + 1):
            return False
        after = _NEXT.match(self.text, match.end())
        return not after[1].islower() if after and after[1] else None

    def _is_abbreviation(self, end: int) -> bool:
        """Whether the full stop before ``end`` may belong to the word or number before it."""
        word = self.text[max(self._start, end - _ABBREVIATION_CHARS) : end]
        numbered = _NUMBERING.match(self.text, self._start, end)
        return bool(_ABBREVIATIONS.search(word) or numbered)

    def _span(self, start: int, end: int) -> tuple[int, int] | None:
        body = self.text[start:end]
        stripped = body.strip()
        if not stripped:
            return None
        low = start + body.index(stripped[0]) if stripped else start
        return low, low + len(stripped)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Returns the spans of the sentences of a finished text, in order."""
    splitter = SentenceSplitter()
    return splitter.feed(text) + splitter.finish()
