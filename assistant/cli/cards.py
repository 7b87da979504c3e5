"""``assistant cards``: make, find, change and exchange cards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.session import console, opened, options_of

if TYPE_CHECKING:
    from assistant.study.cards import Card
    from assistant.study.items import Anchor
    from assistant.wiring import StudyAssistant

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
    from assistant.errors import UsageError
    from assistant.study.cards import STATES
    from assistant.study.reviews import cards_at

    if state not in ("", *STATES):
        raise UsageError(f"No card is ever {state!r}.", hint=f"--state is one of: {', '.join(STATES)}.")
    with opened(context) as assistant:
        assistant.study.refresh(_now())
        belongs = cards_at(options_of(context).parse_scope())
        cards = [card for card in assistant.study.deck.cards(deleted=everything) if belongs(card)]
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
    from assistant.study.cards import Draft

    with opened(context) as assistant:
        anchor = _find(assistant, note, quote) if note or quote else None
        card = assistant.study.deck.add(Draft(front, back, anchor=anchor, tags=tuple(tag or ())), _now())
    typer.echo(card.id)


@app.command("scan")
def scan(context: typer.Context) -> None:
    """Make cards of the Question::Answer and ==gap== lines in the notes. May be repeated."""
    with opened(context) as assistant:
        done = assistant.study.scan(_now())
    typer.echo(f"{len(done.added)} new, {len(done.updated)} follow an edited line, {done.known} as before.")


@app.command("show")
def show(context: typer.Context, card: CARD, as_json: JSON = False) -> None:
    """Show a card with its passage and its history."""
    from assistant.cli.card_view import card_json, print_card
    from assistant.study.card_json import review_json

    with opened(context) as assistant:
        assistant.study.refresh(_now())
        found = assistant.study.deck.card(card)
        reviews = assistant.study.deck.store.reviews(found.id)
    if as_json:
        typer.echo(json.dumps(card_json(found) | {"reviews": list(map(review_json, reviews))}, ensure_ascii=False))
    else:
        print_card(console(), found, reviews)


@app.command("edit")
def edit(context: typer.Context, card: CARD, front: FRONT = None, back: BACK = None, tag: TAGS = None) -> None:
    """Change the sides or the tags of a card. Its schedule stays."""
    with opened(context) as assistant:
        tags = tuple(tag) if tag is not None else None
        changed = assistant.study.deck.edit(card, _now(), front=front, back=back, tags=tags)
    _show_all([changed], False)


@app.command("suspend")
def suspend(
    context: typer.Context,
    card: CARD,
    off: Annotated[bool, typer.Option("--off", help="Take it up again.")] = False,
) -> None:
    """Take a card out of the reviews."""
    with opened(context) as assistant:
        _show_all([assistant.study.deck.suspend(card, _now(), suspended=not off)], False)


@app.command("delete")
def delete(
    context: typer.Context,
    card: CARD,
    off: Annotated[bool, typer.Option("--off", help="Bring it back.")] = False,
) -> None:
    """Delete a card. Its history is kept, and it can be brought back."""
    with opened(context) as assistant:
        _show_all([assistant.study.deck.delete(card, _now(), deleted=not off)], False)


@app.command("stale")
def stale(context: typer.Context, as_json: JSON = False) -> None:
    """List the cards whose passage was changed: what it said then, and what it says now."""
    from assistant.cli.card_view import card_json, place_of, print_passages, short_id
    from assistant.cli.render import visible

    with opened(context) as assistant:
        assistant.study.refresh(_now())
        cards = assistant.study.deck.stale()
    if as_json:
        typer.echo(json.dumps(list(map(card_json, cards)), ensure_ascii=False))
        return
    out = console()
    for card in cards:
        out.print(visible(f"{short_id(card)}  {card.front}"), style="bold", markup=False)
        out.print(f"  {place_of(card)}", style="dim", markup=False)
        print_passages(out, card)
        out.print(visible(f"  card: {card.back}"), markup=False)
    out.print(
        "It still holds: assistant cards keep CARD. It does not: assistant cards fix CARD --back TEXT"
        if cards
        else "No passage of a card was changed."
    )


@app.command("keep")
def keep(context: typer.Context, card: CARD) -> None:
    """Say that a card still holds though its passage was changed."""
    with opened(context) as assistant:
        _show_all([assistant.study.deck.keep(card, _now())], False)


@app.command("fix")
def fix(context: typer.Context, card: CARD, front: FRONT = None, back: BACK = None) -> None:
    """Correct a card whose passage was changed."""
    with opened(context) as assistant:
        _show_all([assistant.study.deck.fix(card, _now(), front=front, back=back)], False)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table: front TAB back [TAB tags].")],
) -> None:
    """Make cards of a table, as Anki and spreadsheets write it. May be repeated."""
    from assistant.study.card_table import add_rows, read_tsv

    rows = read_tsv(file)
    with opened(context) as assistant:
        done = add_rows(assistant.study.deck, rows, _now())
    typer.echo(f"{len(done.added)} new, {len(done.updated)} changed, {done.known} as before.")


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .apkg for Anki; otherwise a table.")],
) -> None:
    """Write the cards for Anki, or as a table. Anki updates what it has of an earlier export."""
    from assistant.study.anki import write_apkg
    from assistant.study.card_table import write_tsv

    with opened(context) as assistant:
        cards = assistant.study.deck.cards()
    count = write_apkg(cards, file, _now()) if file.suffix.lower() == ".apkg" else write_tsv(cards, file)
    typer.echo(f"{count} cards in {file}")


def _find(assistant: StudyAssistant, path: str, quote: str) -> Anchor:
    """Returns where the quote stands in the note.

    Raises:
        NoteNotFound: There is no such note.
        StudyError: The note does not say so.
    """
    from assistant.errors import StudyError
    from assistant.study.anchoring import Match, relocate
    from assistant.study.items import Anchor

    note = assistant.note(path)
    found = relocate(note, Anchor(path, (), 0, 0, quote)) if quote.strip() else None
    if found is None or found.match is Match.NEAR:
        near = f" Did you mean: {found.anchor.quote!r}?" if found else ""
        raise StudyError(f"{path} does not say {quote!r}.{near}", hint=f"assistant notes show {path} --text")
    return found.anchor


def _show_all(cards: Sequence[Card], as_json: bool, otherwise: str = "") -> None:
    from assistant.cli.card_view import card_json, print_cards

    if as_json:
        typer.echo(json.dumps(list(map(card_json, cards)), ensure_ascii=False))
    elif cards:
        print_cards(console(), cards)
    else:
        console().print(otherwise)


def _now() -> datetime:
    return datetime.now(UTC)
