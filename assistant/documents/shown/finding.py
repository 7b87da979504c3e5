"""Finds words of a note on its pages: where they are on the picture.

The text of a note was made of the words of its pages, but is not the same: words broken at the end of a line were
joined, marks of footnotes and running heads left out, columns and cells put in order. So only letters and digits are
compared. A stretch that occurs as it is, is taken where its neighbours are the same too; of others the parts are found
one by one, and what differs stays unmarked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, islice, pairwise

from assistant.documents.shown.page_words import PageWords, PlacedWord
from assistant.types import Box

_PIECE = re.compile(r"(?:\\.|[^\n|])+")
"""A line, or a cell of a table."""

_PART_CHARS = 240
_NEIGHBOUR_CHARS = 400
_TOLD_APART = 48
_MOST_CHARS = 12_000
_MOST_PLACES = 300
_LEAST_RUN = 5
_LEAST_SHARE = 0.3
_FAR = 150
_LOOKED_AT = 60
_NEAR = 1.5
"""How far a word may be: a tenth of the height of a page counts as much as its whole width."""


@dataclass(frozen=True, slots=True)
class FoundWords:
    """Where words of a note are.

    Attributes:
        boxes: For each page, the stretches of lines that they take up, in reading order.
        whole: Every letter was found.
    """

    boxes: tuple[tuple[Box, ...], ...]
    whole: bool


def find_words(text: str, start: int, end: int, pages: Sequence[PageWords]) -> FoundWords:
    """Returns where the words ``text[start:end]`` are.

    Args:
        text: Of the note.
        start: Where the words begin.
        end: Where they end.
        pages: The pages on which they may be, one after the other.
    """
    stream = _Stream([(number, word) for number, page in enumerate(pages) for word in page.words])
    parts = list(_parts(text, start, end))
    whole = "".join(part.letters for part in parts)
    before = _letters(text[max(0, start - _NEIGHBOUR_CHARS) : start])
    after = _letters(text[end : end + _NEIGHBOUR_CHARS])
    finder = _Finder(stream)
    if whole and not finder.take([_Part(whole, before, after)]):
        finder.take(parts, alike=True)
    boxes = tuple(tuple(_boxes(finder.marked, stream, number)) for number in range(len(pages)))
    return FoundWords(boxes, whole=bool(whole) and finder.count >= len(whole))


@dataclass(frozen=True, slots=True)
class _Part:
    """Letters that are looked for together, those before and behind them in the note, and the words that they are."""

    letters: str
    before: str
    after: str
    words: tuple[str, ...] = ()


def _parts(text: str, start: int, end: int) -> Iterator[_Part]:
    for piece in _PIECE.finditer(text, start, end):
        letters = _letters(piece.group())
        words = tuple(filter(None, map(_letters, piece.group().split())))
        before = _letters(text[max(0, piece.start() - _NEIGHBOUR_CHARS) : piece.start()])
        after = _letters(text[piece.end() : piece.end() + _NEIGHBOUR_CHARS])
        count = -(-len(letters) // _PART_CHARS)
        cuts = [len(letters) * number // count for number in range(count + 1)] if count else []
        for low, high in pairwise(cuts):
            one = words if count == 1 else ()
            yield _Part(letters[low:high], before + letters[:low], letters[high:] + after, one)


def _letters(text: str) -> str:
    return "".join(letter for _, letter in _folded(text))


def _folded(text: str) -> Iterator[tuple[int, str]]:
    """Yields the letters and digits of a text, without case and ligatures, each with where it comes from."""
    for at, sign in enumerate(text):
        plain = sign if sign.isascii() else unicodedata.normalize("NFKC", sign)
        for letter in plain.casefold():
            if letter.isalnum():
                yield at, letter


class _Stream:
    """The letters of some pages in reading order.

    Attributes:
        words: Each with the number of its page.
        letters: Of all words.
        place: For each letter the number of its word, and which sign of the word it is.
    """

    def __init__(self, words: list[tuple[int, PlacedWord]]) -> None:
        self.words = words
        found: list[str] = []
        self.place: list[tuple[int, int]] = []
        self._starts = set[int]()
        for number, (_, word) in enumerate(words):
            if not word.glued:
                self._starts.add(len(found))
            for at, letter in _folded(word.text):
                found.append(letter)
                self.place.append((number, at))
        self.letters = "".join(found)
        self._starts.add(len(found))

    def places(self, wanted: str) -> Iterator[int]:
        """Yields where letters occur, the first few hundred times."""
        at = self.letters.find(wanted)
        for _ in range(_MOST_PLACES):
            if at < 0:
                return
            yield at
            at = self.letters.find(wanted, at + 1)

    def sameness(self, part: _Part, at: int) -> int:
        """Returns how much speaks for a place: that words begin and end there, and how far the neighbours agree."""
        end = at + len(part.letters)
        before = _common(reversed(part.before), reversed(self.letters[max(0, at - _TOLD_APART) : at]))
        after = _common(part.after, self.letters[end : end + _TOLD_APART])
        return 3 * ((at in self._starts) + (end in self._starts)) + before + after

    def is_words(self, at: int, end: int) -> bool:
        """Returns whether letters are one word or several, and not a part of one."""
        return at in self._starts and end in self._starts

    def middle(self, at: int) -> tuple[int, float, float]:
        """Returns the page of a letter, and where on it its word is."""
        page, word = self.words[self.place[at][0]]
        left, top, right, bottom = word.box
        return page, (left + right) / 2, (top + bottom) / 2


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


class _Finder:
    """Takes the letters of a stream that are looked for.

    Attributes:
        marked: The numbers of the letters that were taken.
        count: How many were looked for and found.
    """

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self.marked: set[int] = set()
        self.count = 0

    def take(self, parts: Sequence[_Part], *, alike: bool = False) -> bool:
        """Takes parts, those first of which only one place can be meant. Returns whether all were found as they are.

        Args:
            parts: What is looked for.
            alike: Whether those that are not there as they are, are taken as far as they are there.
        """
        known = [(part, self._best(part)) for part in sorted(parts, key=lambda part: -len(part.letters))]
        for part, places in sorted(known, key=lambda pair: len(pair[1]) > 1):
            if places:
                self._mark(min(places, key=self._distance), len(part.letters))
        lost = [part for part, places in known if not places]
        for part in lost if alike else ():
            if not self._mark_alike(part):
                self._mark_words(part)
        return not lost

    def _best(self, part: _Part) -> list[int]:
        """Returns the places where most speaks for them."""
        rated = [(self._stream.sameness(part, at), at) for at in self._stream.places(part.letters)]
        most = max(rated, default=(0, 0))[0]
        return [at for rate, at in rated if rate == most]

    def _distance(self, at: int) -> tuple[bool, float, int]:
        """Returns how far a letter is from what was taken: the row counts more than the place in it."""
        page, x, y = self._stream.middle(at)
        taken = islice(self.marked, 0, None, 1 + len(self.marked) // _LOOKED_AT)
        away = (self._stream.middle(one) for one in taken)
        near = min((100 * (page != other) + 10 * abs(y - v) + abs(x - u) for other, u, v in away), default=0.0)
        return at in self.marked, near, at

    def _is_word(self, at: int, size: int) -> bool:
        return size > 1 and self._stream.is_words(at, at + size)

    def _mark(self, at: int, count: int) -> None:
        self.marked |= set(range(at, at + count))
        self.count += count

    def _mark_words(self, part: _Part) -> None:
        """Marks the words of a cell whose lines belong to several rows of the page, if they are near what is marked."""
        for word in part.words if self.marked else ():
            places = [at for at in self._stream.places(word) if self._stream.is_words(at, at + len(word))]
            best = min(places, key=self._distance, default=None)
            if best is not None and self._distance(best)[1] < _NEAR:
                self._mark(best, len(word))

    def _mark_alike(self, part: _Part) -> bool:
        """Marks the stretches that a part has in common with the page, if they lie together and are most of it."""
        letters = self._stream.letters[:_MOST_CHARS]
        runs = SequenceMatcher(None, letters, part.letters, autojunk=False).get_matching_blocks()
        longest = max(runs, key=lambda run: run.size)
        if longest.size < min(_LEAST_RUN, len(part.letters)):
            return False
        reach = 2 * len(part.letters) + _FAR
        long = [run for run in runs if run.size >= _LEAST_RUN or self._is_word(run.a, run.size)]
        near = [run for run in long if abs(run.a - longest.a) <= reach]
        if sum(run.size for run in near) < _LEAST_SHARE * len(part.letters):
            return False
        for run in near:
            self._mark(run.a, run.size)
        return True


def _boxes(marked: set[int], stream: _Stream, page: int) -> Iterator[Box]:
    """Yields the places of marked letters on one page: neighbouring words of a line as one."""
    letters: dict[int, list[int]] = {}
    for at in marked:
        number, sign = stream.place[at]
        letters.setdefault(number, []).append(sign)
    for before, after in pairwise(sorted(letters)):
        between = range(before + 1, after)
        lines = {stream.words[number][1].line for number in range(before, after + 1)}
        if len(lines) == 1 and not any(_letters(stream.words[number][1].text) for number in between):
            letters |= {number: [] for number in between}  # signs alone
    numbers = sorted(number for number in letters if stream.words[number][0] == page)
    for _, run in groupby(enumerate(numbers), key=lambda pair: (pair[1] - pair[0], stream.words[pair[1]][1].line)):
        boxes = [_box(stream.words[number][1], letters[number]) for _, number in run]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        yield min(lefts), min(tops), max(rights), max(bottoms)


def _box(word: PlacedWord, signs: Sequence[int]) -> Box:
    """Returns the place of a word; of one that is marked in part, that of its marked signs."""
    known = [at for at, _ in _folded(word.text)]
    if not signs or len(set(signs)) == len(set(known)):
        return word.box
    left, top, right, bottom = word.box
    share = (right - left) / len(word.text)
    return left + share * min(signs), top, left + share * (max(signs) + 1), bottom
