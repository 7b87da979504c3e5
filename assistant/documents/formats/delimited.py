"""CSV files as a Markdown table."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

from assistant.documents.decoding import decode
from assistant.documents.formats.format import Extract, Format
from assistant.documents.tables import titled_table

_DELIMITERS = ",;\t|"
_SAMPLE_CHARS = 65_536
_SAMPLE_LINES = 20
_NAMED = re.compile(r'"?sep=(.)"?[ \t]*\n', re.IGNORECASE)
"""The line with which Excel names the delimiter of a file: ``sep=;``."""


def read_csv(data: bytes) -> str:
    """Returns a CSV file in any encoding, with any usual delimiter, as a Markdown table.

    A file that is no proper CSV is returned as the text that it is.

    Raises:
        UnreadableNote: It is no text.
    """
    text = decode(data)
    named = _NAMED.match(text)
    rows = text[named.end() :] if named else text
    try:
        return titled_table(csv.reader(StringIO(rows), delimiter=named[1] if named else _delimiter(rows))) or text
    except csv.Error:
        return text


def _delimiter(text: str) -> str:
    """Returns the delimiter that stands equally often in most of the first lines, at best many times."""
    lines = [line for line in text[:_SAMPLE_CHARS].split("\n") if line.strip()][:_SAMPLE_LINES]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        first = counts[0] if counts else 0
        return (counts.count(first) if first else 0, first)

    return max(_DELIMITERS, key=fitness)


def _read(file: Path) -> Extract:
    return Extract((read_csv(file.read_bytes()),))


FORMATS = (Format("csv", (".csv", ".tsv"), _read, is_foreign=False),)
