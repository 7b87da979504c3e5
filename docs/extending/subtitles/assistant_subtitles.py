"""Subtitles of recorded lectures: what is said, a paragraph a minute under the time at which it begins."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.documents.decoding import decode
from assistant.documents.formats.format import Extract, Format
from assistant.errors import UnreadableNote

TIME = re.compile(r"^(?:(\d+):)?(\d\d):\d\d[,.]\d{3} --> ")
TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


def read_subtitles(file: Path) -> Extract:
    """Reads a file of subtitles as Markdown, with a heading such as ``00:07`` for each minute in which words are said.

    Raises:
        UnreadableNote: There is not one line with times in it.
    """
    minutes: dict[str, list[str]] = {}
    for cue in re.split(r"\n\s*\n", decode(file.read_bytes())):
        lines = cue.strip().split("\n")
        at = next((number for number, line in enumerate(lines) if TIME.match(line)), None)
        if at is None or not (begin := TIME.match(lines[at])):
            continue
        words = [TAG.sub("", line).strip() for line in lines[at + 1 :]]
        minutes.setdefault(f"{int(begin[1] or 0):02}:{begin[2]}", []).extend(filter(None, words))
    if not minutes:
        raise UnreadableNote("There are no times of subtitles in the file.", hint="Save it as .srt or .vtt.")
    return Extract(("\n\n".join(f"## {minute}\n\n{' '.join(words)}" for minute, words in minutes.items() if words),))


SUBTITLES = Format("subtitles", (".srt", ".vtt"), read_subtitles)
