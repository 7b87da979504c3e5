"""Reads a file of cards: a package of Anki's, or a table as Anki, Quizlet and spreadsheets export it.

A table may be in any encoding, with any usual separator. The lines that Anki's export begins with are honoured as
https://docs.ankiweb.net/importing/text-files.html says.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.cards.anki import deck_names
from assistant.cards.anki_package import read_package
from assistant.cards.anki_text import FieldText, gap_numbers, is_html, joined, read_field, with_gap
from assistant.cards.card_rows import CardRow, FoundCards, Losses
from assistant.cards.scheduling import CardScheduler
from assistant.documents.decoding import decode
from assistant.errors import StudyError, UnreadableNote

_PACKAGES = (".apkg", ".colpkg")
CARD_FILES = (*_PACKAGES, ".txt", ".csv", ".tsv")
"""What the names of files of cards end in, as other programs write them."""

_SHEETS = (".xlsx", ".xls", ".ods", ".numbers")
_ARCHIVE = b"PK\x03\x04"

_SEPARATORS = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "colon": ":", "space": " "}
_USUAL = ("\t", ";", ",", "|")
_ENOUGH = 0.9
_LOOKED_AT = 200
_COLUMNS = ("guid", "notetype", "deck", "tags")
_HEADERS = frozenset(
    ("separator", "html", "tags", "columns", "notetype", "deck", *(f"{name} column" for name in _COLUMNS))
)
_EXCEL = re.compile(r"sep=(.)\n")
_FRONTS = re.compile(r"(?:front|question|term|word|prompt|vorderseite|frage|begriff|recto|anverso|pregunta|término)\Z")
_BACKS = re.compile(
    r"(?:back|answer|definition|meaning|translation|rückseite|antwort|verso|réponse|reverso|respuesta)\Z"
)
_OTHERS = {"tags": "tags", "tag": "tags", "labels": "tags", "deck": "deck", "stapel": "deck", "mazo": "deck"}
"""How the first line of a spreadsheet may name its columns."""
_OUR_ID = re.compile(r"[0-9a-f]{24}\Z")
"""Of a card of ours; what stands in it is no gap of Anki's."""
_LINE_BREAK = re.compile(r"(?<![>\s])\n(?![<\s])")
"""Between words. Beside a mark it only makes HTML easier to read."""
_TAGS = re.compile(r"(?:[\w:./&#+-]{1,60}[,;]?\s*){0,8}\Z")


def read_cards(file: Path, scheduler: CardScheduler) -> FoundCards:
    """Returns the cards of a file: a package of Anki's, or a table.

    Raises:
        StudyError: The file cannot be read, is damaged or neither of them, or a line of a plain table has no two sides.
    """
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_ARCHIVE))
    except OSError as error:
        raise StudyError(f"{file.name} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
    if file.suffix.lower() in _SHEETS:
        raise StudyError(
            f"{file.name} is a workbook, not a table of text.", hint="Save the sheet as CSV and import that."
        )
    is_package = start == _ARCHIVE or file.suffix.lower() in _PACKAGES
    return read_package(file, scheduler) if is_package else read_table(file)


def read_table(file: Path) -> FoundCards:
    """Returns the cards of a table: two columns or more, the third for tags where it looks like them.

    Raises:
        StudyError: The file cannot be read or is no table, or a line has no two sides; the message names the first such
            line. A file of Anki's may have such lines: they are counted among the remarks.
    """
    try:
        text = decode(file.read_bytes())
    except OSError as error:
        raise StudyError(f"{file.name} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
    except UnreadableNote as error:
        hint = "Save it as a table of text (CSV, or separated by tabs), or export an .apkg from Anki."
        raise StudyError(f"{file.name} is no table of text.", hint=hint) from error
    return _TableReader(file, text).read()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column is what, from 1; 0 for one that there is not. The first of the ``sides`` is the front."""

    sides: tuple[int, ...]
    guid: int = 0
    notetype: int = 0
    deck: int = 0
    tags: int = 0


class _TableReader:
    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._head, body = _head(text)
        separator = self._separator(body)
        self._rows = [cells for cells in _cells(body, separator) if any(cell.strip() for cell in cells)]
        while self._rows and len(self._rows[0]) == 1 and self._rows[0][0][:1] == "#":
            del self._rows[0]  # a remark
        self._remarks: list[str] = []
        self._losses = Losses()
        self._columns = self._find_columns(separator)
        html = self._head.get("html", "").strip().lower()
        self._is_html = html == "true" or (not html and any(is_html(cell) for cells in self._rows for cell in cells))

    def read(self) -> FoundCards:
        rows = [row for number, cells in enumerate(self._rows, start=1) for row in self._read_row(number, cells)]
        return self._losses.found(rows, *self._remarks)

    def _separator(self, body: str) -> str:
        value = self._head.get("separator", "")
        named = _SEPARATORS.get(value.strip().lower(), value.strip() or value[:1])
        if named or "separator" in self._head:
            return named[:1] or "\t"
        lines = [line for line in body.split("\n") if line.strip()][:_LOOKED_AT]
        sample = "\n".join(lines)
        shares = {sign: _share_of_two(_cells(sample, sign)) for sign in _USUAL}
        if shares["\t"] >= _ENOUGH:  # a definition has commas in it, and hardly ever a tab
            return "\t"
        return max(shares, key=lambda sign: (shares[sign], -len({len(cells) for cells in _cells(sample, sign)})))

    def _find_columns(self, separator: str) -> _Columns:
        meta = {name: _number(self._head.get(f"{name} column", "")) for name in _COLUMNS}
        names = self._names(separator)
        meta |= {_OTHERS[name]: at for at, name in enumerate(names, start=1) if name in _OTHERS}
        width = max(map(len, self._rows), default=0)
        sides = [at for at in range(1, width + 1) if at not in meta.values()]
        front, back = (_first(names, pattern, sides) for pattern in (_FRONTS, _BACKS))
        if front and back:
            sides = [front, back, *(at for at in sides if at not in (front, back))]
        if len(sides) == 3 and not any(meta.values()) and self._looks_like_tags(sides[2]):
            meta["tags"] = sides.pop()
            self._remarks.append(f"Column {meta['tags']} was read as tags.")
        elif len(sides) > 2 and not meta["notetype"]:
            self._remarks.append(f"Added to the back: {', '.join(f'column {at}' for at in sides[2:])}.")
        return _Columns(tuple(sides), **meta)

    def _names(self, separator: str) -> list[str]:
        """Returns how the columns are called in small letters; the line that says so is no card."""
        if "columns" in self._head:
            return [name.strip().lower() for name in self._head["columns"].split(separator)]
        names = [cell.strip().lower() for cell in self._rows[0]] if self._rows and not self._head else []
        if not (any(map(_FRONTS.match, names)) and any(map(_BACKS.match, names))):
            return []
        del self._rows[0]
        return names

    def _looks_like_tags(self, column: int) -> bool:
        return all(_TAGS.match(_cell(cells, column).strip()) for cells in self._rows)

    def _read_row(self, number: int, cells: Sequence[str]) -> Iterator[CardRow]:
        fields = [_cell(cells, at) for at in self._columns.sides]
        kind = _cell(cells, self._columns.notetype).lower() or self._head.get("notetype", "").lower()
        tags = f"{self._head.get('tags', '')} {_cell(cells, self._columns.tags)}".split()
        deck = _cell(cells, self._columns.deck) or self._head.get("deck", "")
        guid = _cell(cells, self._columns.guid).strip()
        cards = [(self._text(fields[:1]), self._text(fields[1:]))] if _OUR_ID.match(guid) else self._cards(fields, kind)
        for part, (front, back) in enumerate(cards):
            sides = self._losses.sides(front, back)
            if sides is not None:
                yield CardRow(
                    *sides,
                    tags=tuple(tag.strip(",;") for tag in tags),
                    guid=guid,
                    part=part,
                    deck=deck_names(deck.split("::")),
                )
            elif not self._head and not (front.is_bare or back.is_bare):
                fault = f"Card {number} of {self._file.name} does not have two sides: {' '.join(cells)[:60]!r}."
                raise StudyError(
                    fault,
                    hint="Each line is: front TAB back [TAB tags], or with semicolons or commas. Nothing was imported.",
                )

    def _cards(self, fields: Sequence[str], kind: str) -> Iterator[tuple[FieldText, FieldText]]:
        """Yields the two sides of each card of a line: several, where it has gaps or is asked both ways."""
        first, *others = fields or [""]
        numbers = gap_numbers(first)
        if "image-occlusion:" in first:
            self._losses.bare += 1
        elif numbers:
            for number in numbers:
                front, answers = with_gap(first, number)
                yield self._text([front]), self._text([", ".join(answers), *others])
        elif "optional" in kind and "reverse" in kind:
            yield from self._both_ways(first, others[:1], both=any(other.strip() for other in others[1:]))
        else:
            yield from self._both_ways(first, others, both="reverse" in kind)

    def _both_ways(self, first: str, others: Sequence[str], *, both: bool) -> Iterator[tuple[FieldText, FieldText]]:
        front, back = self._text([first]), self._text(others)
        yield front, back
        if both:
            yield back, front

    def _text(self, fields: Sequence[str]) -> FieldText:
        read = read_field if self._is_html else FieldText
        return joined(
            [read(_LINE_BREAK.sub("<br>", field.strip()) if self._is_html else field.strip()) for field in fields]
        )


def _head(text: str) -> tuple[Mapping[str, str], str]:
    """Returns what the lines at the top of Anki's export say, by their names, and the rest of the text."""
    excel = _EXCEL.match(text)
    if excel:
        return {}, text[excel.end() :] if excel[1] in _USUAL else text
    lines = text.split("\n")
    count = next((at for at, line in enumerate(lines) if line[:1] != "#"), len(lines))
    said = [line[1:].partition(":") for line in lines[:count]]
    head = {name.strip().lower(): value for name, _, value in said if name.strip().lower() in _HEADERS}
    return head, "\n".join(lines[count:]) if head else text


def _cells(body: str, separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True))
    except (csv.Error, TypeError):  # a quotation mark that is only that
        return [line.split(separator) for line in body.split("\n")]


def _share_of_two(rows: Sequence[Sequence[str]]) -> float:
    """Returns how many of the lines have two sides, in [0, 1]."""
    full = [sum(bool(cell.strip()) for cell in cells) for cells in rows if any(cell.strip() for cell in cells)]
    return sum(count >= 2 for count in full) / max(1, len(full))


def _first(names: Sequence[str], pattern: re.Pattern[str], among: Sequence[int]) -> int:
    """Returns the first of the columns whose name is like this, or 0."""
    return next((at for at, name in enumerate(names, start=1) if at in among and pattern.match(name)), 0)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column - 1] if 0 < column <= len(cells) else ""


def _number(value: str) -> int:
    return int(value) if value.strip().isdecimal() and len(value) < 6 else 0
