"""The sample course still carries everything that its outline asked for, at the place docs/course-coverage.md names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOTES = ROOT / "notes"
HEADING = re.compile(r"^(#{1,6}) (.+)$")
ROW = re.compile(r"^\| (?P<line>\d+) \| (?P<label>.+) \| `(?P<note>[^`>]+) > (?P<heading>[^`]+)` \|$")
PART = re.compile(r"^Line (?P<line>\d+): `(?P<note>[^`>]+) > (?P<heading>[^`]+)`$")


class Place(NamedTuple):
    """Where the course carries a line of the outline."""

    note: str
    heading: str


def normalise(text: str) -> str:
    return " ".join(text.replace("*", "").lower().split())


def headings(note: str) -> list[str]:
    lines = (NOTES / note).read_text(encoding="utf-8").splitlines()
    return [match[2] for match in map(HEADING.match, lines) if match]


def section(place: Place) -> str:
    """The text under a heading, up to the next heading of the same or a higher rank."""
    kept: list[str] = []
    rank = 0
    for line in (NOTES / place.note).read_text(encoding="utf-8").splitlines():
        match = HEADING.match(line)
        if match and rank and len(match[1]) <= rank:
            break
        if match and not rank and match[2] == place.heading:
            rank = len(match[1])
        if rank:
            kept.append(line)
    return normalise("\n".join(kept))


def read_table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_coverage() -> list[tuple[int, str, Place]]:
    """Line of the outline, label and place of every entry of the page; an outline heading is its own label."""
    entries: list[tuple[int, str, Place]] = []
    title = ""
    for line in (ROOT / "docs" / "course-coverage.md").read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            title = heading[2]
        elif match := PART.match(line):
            entries.append((int(match["line"]), title, Place(match["note"], match["heading"])))
        elif match := ROW.match(line):
            label = match["label"].strip("*– ")
            entries.append((int(match["line"]), label, Place(match["note"], match["heading"])))
    return entries


COVERAGE = read_coverage()
TERMS = read_table("course_terms.tsv")
OUTLINE = read_table("course_outline.tsv")
LAST_LINE = 454
BLANK_LINES = {51, 187, 370}


def test_every_line_of_the_outline_has_exactly_one_place() -> None:
    counts = Counter(line for line, _, _ in COVERAGE)
    assert {line: n for line, n in counts.items() if n > 1} == {}
    assert set(counts) == set(range(1, LAST_LINE + 1)) - BLANK_LINES


def test_every_place_exists_and_is_unambiguous() -> None:
    faults = [place for place in {p for _, _, p in COVERAGE} if headings(place.note).count(place.heading) != 1]
    assert faults == []


def test_every_topic_of_the_outline_is_mapped() -> None:
    labels = {line: label for line, label, _ in COVERAGE}
    unmapped = [row for row in OUTLINE if not labels.get(int(row["line"]), "").startswith(row["term"])]
    assert unmapped == []


def test_the_page_and_the_terms_name_the_same_places() -> None:
    places = {line: place for line, _, place in COVERAGE}
    stray = [row for row in TERMS if places.get(int(row["line"])) != Place(row["note"], row["heading"])]
    assert stray == []


def test_every_detail_of_the_outline_has_a_term() -> None:
    topics = {int(row["line"]) for row in OUTLINE}
    checked = {int(row["line"]) for row in TERMS}
    assert {line for line, _, _ in COVERAGE} - topics - checked == set()
    assert len({normalise(row["term"]) for row in TERMS}) >= 300


@pytest.mark.parametrize("note", sorted({row["note"] for row in TERMS}))
def test_every_term_stands_under_its_heading(note: str) -> None:
    texts = {place: section(place) for _, _, place in COVERAGE if place.note == note}
    missing = [
        (row["heading"], row["term"])
        for row in TERMS
        if row["note"] == note and normalise(row["term"]) not in texts[Place(note, row["heading"])]
    ]
    assert missing == []


def test_every_note_of_the_course_is_covered() -> None:
    course = {path.name for path in NOTES.glob("[0-9][0-9]-*.md")}
    assert {place.note for _, _, place in COVERAGE} == course
