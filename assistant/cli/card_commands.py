"""``assistant cards``: make, find, change and exchange cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.startup import console, opened, options_of
from assistant.cli.terminal import visible
from assistant.documents.formulas import drawn

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.app.assistant import Assistant
    from assistant.cards.card import Card, Review
    from assistant.quiz.item import Anchor


_ID_DIGITS = 8
_CELL_CHARS = 48
_LINES_NAMED = 20


def place_of(card: Card) -> str:
    """Returns where a card is from: ``note > heading > heading``; empty where that is not known."""
    return visible(" > ".join((*filter(None, [card.note]), *card.topic)))


def short_id(card: Card) -> str:
    """Returns the first digits of a card's id, which are enough to name it."""
    return card.id[:_ID_DIGITS]


def print_cards(out: Console, cards: Sequence[Card]) -> None:
    """Prints a table of cards."""
    from rich.table import Column, Table

    table = Table(Column("Id", no_wrap=True), "Front", "From", "State", "Due", box=None, pad_edge=False)
    for card in cards:
        due = card.schedule.due_at.astimezone().strftime("%Y-%m-%d %H:%M") if card.is_live else ""
        table.add_row(*map(visible, (short_id(card), _short(card.front), _short(place_of(card)), card.state, due)))
    out.print(table, markup=False)


def print_card(out: Console, card: Card, reviews: Sequence[Review]) -> None:
    """Prints a card with its passage and its history."""
    out.print(visible(drawn(card.front)), style="bold", markup=False)
    out.print(visible(drawn(card.back)), markup=False)
    if place := place_of(card):
        out.print(place, style="dim", markup=False)
    if card.anchor:
        print_passages(out, card)
    tags = f", tags: {' '.join(card.tags)}" if card.tags else ""
    due = card.schedule.due_at.astimezone().strftime("%Y-%m-%d %H:%M")
    out.print(
        visible(f"{card.id}, {card.state}, due {due}, forgotten {card.schedule.lapses} times{tags}"), markup=False
    )
    for review in reviews:
        marks = (" cramming" if review.cram else "") + (" taken back" if review.undone_at else "")
        at = review.at.astimezone().strftime("%Y-%m-%d %H:%M")
        out.print(f"  {at}  {review.rating.name.lower()}{marks}", markup=False)


def print_passages(out: Console, card: Card) -> None:
    """Prints the words that a card points at, and what stands there now if they were changed."""
    if card.anchor is None:
        return
    out.print(f"  then: {_flat(card.anchor)}" if card.passage else f"  {_flat(card.anchor)}", style="dim", markup=False)
    if card.passage:
        out.print(f"  now:  {_flat(card.passage)}", style="dim", markup=False)


def _flat(anchor: Anchor) -> str:
    return visible(" ".join(anchor.quote.split()))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _CELL_CHARS else f"{flat[: _CELL_CHARS - 3].rstrip()}..."


app = typer.Typer(help="Make, find, change and exchange cards.", no_args_is_help=True)

CARD = Annotated[str, typer.Argument(metavar="CARD", help="Id of the card, or its first digits.")]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
TAGS = Annotated[list[str] | None, typer.Option("--tag", show_default=False, help="A tag; may be repeated.")]
FRONT = Annotated[str | None, typer.Option("--front", show_default=False, help="The new front.")]
BACK = Annotated[str | None, typer.Option("--back", show_default=False, help="The new back.")]


@app.command("list")
def list_cards(
    context: typer.Context,
    state: Annotated[
        str,
        typer.Option("--state", help="Only: new, learning, review, relearning, stale, retired, suspended, leech."),
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Deleted cards too.")] = False,
    as_json: JSON = False,
) -> None:
    """List the cards, with --scope those of a part of the notes."""
    from assistant.cards.card import STATES
    from assistant.cards.reviews import cards_at
    from assistant.errors import UsageError

    if state not in ("", *STATES):
        raise UsageError(f"No card has the state {state!r}.", hint=f"--state is one of: {', '.join(STATES)}.")
    with opened(context) as assistant:
        assistant.study.refresh(_now())
        belongs = cards_at(options_of(context).parse_scope())
        cards = [card for card in assistant.cards.cards(deleted=everything) if belongs(card)]
    _show_all([card for card in cards if state in ("", card.state)], as_json, "There are no such cards.")


@app.command("add")
def add(
    context: typer.Context,
    front: Annotated[str, typer.Argument(help="The question.")],
    back: Annotated[str, typer.Argument(help="The answer.")],
    tag: TAGS = None,
    note: Annotated[str, typer.Option("--note", help="The note that the card is from.")] = "",
    quote: Annotated[str, typer.Option("--quote", help="The words of that note that it is from.")] = "",
) -> None:
    """Make a card by hand. The same card is never made twice."""
    from assistant.cards.card import CardDraft

    with opened(context) as assistant:
        anchor = _find(assistant, note, quote) if note or quote else None
        card = assistant.cards.add(CardDraft(front, back, anchor=anchor, tags=tuple(tag or ())), _now())
    typer.echo(card.id)


@app.command("scan")
def scan(context: typer.Context) -> None:
    """Make cards from the Question::Answer and ==gap== lines in the notes. Repeating it makes no card twice."""
    with opened(context) as assistant:
        done = assistant.study.scan(_now())
    typer.echo(f"{len(done.added)} new, {len(done.updated)} changed with an edited line, {done.known} unchanged.")
    if done.unread:
        typer.echo(f"Not read as cards, though they look like it: {len(done.unread)}")
    for line in done.unread[:_LINES_NAMED]:
        typer.echo(visible(f"  {line.note}, line {line.line}: {_short(line.text)} ({line.why})"))
    if len(done.unread) > _LINES_NAMED:
        typer.echo(f"  and {len(done.unread) - _LINES_NAMED} more")


@app.command("show")
def show(context: typer.Context, card: CARD, as_json: JSON = False) -> None:
    """Show a card with its passage and its history."""
    with opened(context) as assistant:
        assistant.study.refresh(_now())
        found = assistant.cards.card(card)
        reviews = assistant.cards.store.reviews(found.id)
    if as_json:
        from assistant.cli.json_output import CardWithReviews, print_json

        print_json("cards show", CardWithReviews.model_validate(found).model_copy(update={"reviews": tuple(reviews)}))
    else:
        print_card(console(), found, reviews)


@app.command("edit")
def edit(context: typer.Context, card: CARD, front: FRONT = None, back: BACK = None, tag: TAGS = None) -> None:
    """Change the sides or the tags of a card. Its schedule stays."""
    with opened(context) as assistant:
        tags = tuple(tag) if tag is not None else None
        changed = assistant.cards.edit(card, _now(), front=front, back=back, tags=tags)
    _show_all([changed], False)


@app.command("suspend")
def suspend(
    context: typer.Context,
    card: CARD,
    off: Annotated[bool, typer.Option("--off", help="Put it back into the reviews.")] = False,
) -> None:
    """Take a card out of the reviews."""
    with opened(context) as assistant:
        _show_all([assistant.cards.suspend(card, _now(), suspended=not off)], False)


@app.command("delete")
def delete(
    context: typer.Context,
    card: CARD,
    off: Annotated[bool, typer.Option("--off", help="Bring it back.")] = False,
) -> None:
    """Delete a card. Its history is kept, and it can be brought back."""
    with opened(context) as assistant:
        _show_all([assistant.cards.delete(card, _now(), deleted=not off)], False)


@app.command("stale")
def stale(context: typer.Context, as_json: JSON = False) -> None:
    """List the cards whose passage was changed: what it said then, and what it says now."""
    from assistant.cli.terminal import visible

    with opened(context) as assistant:
        assistant.study.refresh(_now())
        cards = assistant.cards.stale()
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("cards stale", cards)
        return
    out = console()
    for card in cards:
        out.print(visible(f"{short_id(card)}  {card.front}"), style="bold", markup=False)
        out.print(f"  {place_of(card)}", style="dim", markup=False)
        print_passages(out, card)
        out.print(visible(f"  card: {card.back}"), markup=False)
    out.print(
        "If it is still right: assistant cards keep CARD. If not: assistant cards fix CARD --back TEXT"
        if cards
        else "No passage of a card was changed."
    )


@app.command("keep")
def keep(context: typer.Context, card: CARD) -> None:
    """Keep a card as it is although its passage was changed."""
    with opened(context) as assistant:
        _show_all([assistant.cards.keep(card, _now())], False)


@app.command("fix")
def fix(context: typer.Context, card: CARD, front: FRONT = None, back: BACK = None) -> None:
    """Correct a card whose passage was changed."""
    with opened(context) as assistant:
        _show_all([assistant.cards.fix(card, _now(), front=front, back=back)], False)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An .apkg of Anki's, or a table: front TAB back [TAB tags].")
    ],
    keep_schedule: Annotated[
        bool, typer.Option("--keep-schedule", help="Take over when the cards of an .apkg are due.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")] = False,
) -> None:
    """Make cards from a package of Anki's, or a table of Anki, Quizlet or a spreadsheet. No card is made twice."""
    from assistant.cards.card_rows import add_rows, look_at_rows
    from assistant.cards.card_table import read_cards

    with opened(context) as assistant:
        found = read_cards(file, assistant.cards.scheduler)
        act = look_at_rows if dry_run else add_rows
        done = act(assistant.cards, found.rows, _now(), keep_schedule=keep_schedule)
    typer.echo(f"{len(done.added)} new, {len(done.updated)} changed, {done.known} unchanged.")
    for remark in found.remarks:
        typer.echo(visible(remark))


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .apkg for Anki; otherwise a table.")],
) -> None:
    """Write the cards for Anki, or as a table. Anki updates the cards of an earlier export."""
    from assistant.cards.anki import write_apkg, write_tsv

    with opened(context) as assistant:
        cards = assistant.cards.cards()
    count = write_apkg(cards, file, _now()) if file.suffix.lower() == ".apkg" else write_tsv(cards, file)
    typer.echo(f"{count} cards in {file}")


@app.command("calendar")
def calendar(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .ics file; an existing one is replaced.")],
) -> None:
    """Write a calendar with the days on which cards fall due, for the calendar program of your choice."""
    from assistant.cards.calendar_file import calendar_text, review_days
    from assistant.study.transfer import write_export

    now = _now()
    with opened(context) as assistant:
        assistant.study.refresh(now)
        days = review_days(assistant.cards.cards(), now)
        text = calendar_text(days, now, str(assistant.workspace.root))
    write_export(file, text.encode("utf-8", "replace"))
    typer.echo(f"{len(days)} {'day' if len(days) == 1 else 'days'} in {file}")


def _find(assistant: Assistant, path: str, quote: str) -> Anchor:
    """Returns where the quote stands in the note.

    Raises:
        NoteNotFound: There is no such note.
        StudyError: The note does not say so.
    """
    from assistant.errors import StudyError
    from assistant.quiz.item import Anchor
    from assistant.study.anchoring import QuoteMatch, relocate

    note = assistant.notes.read(path)
    found = relocate(note, Anchor(path, (), 0, 0, quote)) if quote.strip() else None
    if found is None or found.match is QuoteMatch.NEAR:
        near = f" Did you mean: {found.anchor.quote!r}?" if found else ""
        raise StudyError(f"{path} does not contain {quote!r}.{near}", hint=f"assistant notes show {path} --text")
    return found.anchor


def _show_all(cards: Sequence[Card], as_json: bool, otherwise: str = "") -> None:
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("cards list", cards)
    elif cards:
        print_cards(console(), cards)
    else:
        console().print(otherwise)


def _now() -> datetime:
    return datetime.now(UTC)
