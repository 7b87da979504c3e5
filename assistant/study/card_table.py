"""Cards as a table of ``front TAB back [TAB tags]``, which Anki, spreadsheets and people read and write.

Source: https://docs.ankiweb.net/importing/text-files.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.errors import StudyError
from assistant.study.cards import AnchorState, Card, Draft, Origin
from assistant.study.deck import Deck
from assistant.study.transfer import write_whole

_MEANS_MORE = ("#", "=", "+", "-", "@", "\t", "\r")
"""See https://owasp.org/www-community/attacks/CSV_Injection."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of cards; ``guid`` is empty where the file has none."""

    front: str
    back: str
    tags: tuple[str, ...] = ()
    guid: str = ""

    def draft(self) -> Draft:
        """Returns the card to be made. The front is what it is known by, as in Anki."""
        return Draft(self.front, self.back, Origin.FILE, " ".join(self.front.split()), tags=self.tags)


@dataclass(frozen=True, slots=True)
class TableAdded:
    """What a table brought."""

    added: tuple[Card, ...]
    updated: tuple[Card, ...]
    known: int


def exportable(cards: Iterable[Card]) -> list[Card]:
    """Returns the cards that an export holds: all but the deleted and the retired ones."""
    return [card for card in cards if card.deleted_at is None and card.anchor_state is not AnchorState.RETIRED]


def tags_of(card: Card) -> tuple[str, ...]:
    """Returns the card's tags, and its headings as one, in Anki's manner: ``Generative_AI::Tokens``."""
    return tuple(dict.fromkeys(filter(None, (*card.tags, _topic_tag(card)))))


def _topic_tag(card: Card) -> str:
    return "::".join("_".join(heading.replace(":", " ").split()) for heading in card.topic)


def write_tsv(cards: Iterable[Card], file: Path) -> int:
    """Writes a table that Anki imports as it stands, and ``read_tsv`` reads; returns the number of cards.

    Raises:
        StudyError: The file cannot be written.
    """
    chosen = exportable(cards)
    text = io.StringIO()
    text.write("#separator:tab\n#html:false\n#guid column:1\n#tags column:4\n")
    table = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for card in chosen:
        table.writerow([card.id, *map(_harmless, (card.front, card.back, " ".join(tags_of(card))))])
    write_whole(file, text.getvalue().encode("utf-8", "replace"))
    return len(chosen)


def _harmless(cell: str) -> str:
    """Returns a cell that begins with a blank where Anki would read it as a remark, or a spreadsheet as a formula."""
    return f" {cell}" if cell.startswith(_MEANS_MORE) else cell


def read_tsv(file: Path) -> list[Row]:
    """Returns the lines ``front TAB back [TAB tags]`` of a table, or of one that ``write_tsv`` or Anki wrote.

    Raises:
        StudyError: The file cannot be read, or a line has no two sides; the message names the first such line.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise StudyError(f"{file} cannot be read: {error.strerror or error}.", hint="Check the name.") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{file} is not UTF-8: {error}.", hint="Save it as UTF-8.") from error
    headers, body = _headers(text)
    guid, tags = headers.get("guid column", 0), headers.get("tags column", 0)
    rows = []
    for number, cells in enumerate(_cells(body), start=1):
        if not any(cell.strip() for cell in cells):
            continue
        sides = [cell for column, cell in enumerate(cells, start=1) if column not in (guid, tags)]
        if len(sides) < 2 or not sides[0].strip() or not sides[1].strip():
            fault = f"Card {number} of {file} has no two sides: {' '.join(cells)[:60]!r}."
            raise StudyError(fault, hint="Each line is: front TAB back [TAB tags]. Nothing was imported.")
        words = cells[tags - 1] if 0 < tags <= len(cells) else sides[2] if not tags and len(sides) > 2 else ""
        known_as = cells[guid - 1].strip() if 0 < guid <= len(cells) else ""
        rows.append(Row(sides[0].strip(), sides[1].strip(), tuple(words.split()), known_as))
    return rows


def add_rows(deck: Deck, rows: Iterable[Row], now: datetime) -> TableAdded:
    """Makes cards of the lines of a table, all or none.

    A line that names a card of the deck, or has the front of one that came from a table before, changes that card and
    leaves its schedule.
    """
    added, updated, known = [], [], 0
    with deck.store.database.transaction():
        for row in rows:
            card = _known(deck, row)
            if card is None:
                added.append(deck.add(row.draft(), now))
                continue
            tags = tuple(tag for tag in row.tags if tag != _topic_tag(card))
            if (card.front, card.back, card.tags) == (row.front, row.back, tags):
                known += 1
            else:
                updated.append(deck.edit(card.id, now, front=row.front, back=row.back, tags=tags))
    return TableAdded(tuple(added), tuple(updated), known)


def _known(deck: Deck, row: Row) -> Card | None:
    if row.guid and deck.store.has(row.guid):
        return deck.store.card(row.guid)
    draft = row.draft()
    card = deck.store.made_from(draft.origin, draft.source)
    return card if card is not None and card.deleted_at is None else None


def _headers(text: str) -> tuple[dict[str, int], str]:
    """Returns which columns the remarks at the top of the file name, and the rest of it."""
    columns: dict[str, int] = {}
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        name, _, value = lines.pop(0)[1:].strip().partition(":")
        if value.strip().isdigit():
            columns[name.strip()] = int(value)
    return columns, "".join(lines)


def _cells(body: str) -> Sequence[list[str]]:
    try:
        return list(csv.reader(io.StringIO(body, newline=""), delimiter="\t", strict=True))
    except csv.Error:  # a quotation mark that is only that
        return [line.rstrip("\r").split("\t") for line in body.split("\n")]
