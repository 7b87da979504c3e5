"""``assistant conversations``: what was asked and answered, kept until it is deleted."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.question_commands import check_chosen
from assistant.cli.startup import ListGroup, console, options_of

if TYPE_CHECKING:
    from assistant.conversations.keeper import Keeper
    from assistant.conversations.records import Conversation, Listed
    from assistant.conversations.store import ConversationStore
    from assistant.types import Answer, Scope

app = typer.Typer(cls=ListGroup, help="Kept conversations: assistant conversations lists them.")

ID = Annotated[str, typer.Argument(metavar="ID", help="Id of a conversation, or its beginning.")]
IDS = Annotated[list[str] | None, typer.Argument(metavar="ID...", show_default=False, help="Ids, or their beginnings.")]
JSON = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]
EVERYTHING = Annotated[bool, typer.Option("--all", help="All of them.")]
GONE = "This cannot be undone."


@app.command("list")
def list_conversations(context: typer.Context, as_json: JSON = False) -> None:
    """List the conversations, the most recent first."""
    with _opened(context) as store:
        _show(store.all(), as_json, "No conversations yet. Begin one: assistant chat, or assistant ui")


@app.command("search")
def search(
    context: typer.Context,
    words: Annotated[str, typer.Argument(metavar="WORDS", help='Words of questions, answers or names; "a phrase".')],
    as_json: JSON = False,
) -> None:
    """Find conversations that contain all of the words."""
    with _opened(context) as store:
        _show(store.search(words), as_json, "No conversation contains all of these words.")


@app.command("show")
def show(
    context: typer.Context,
    id_: ID,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print a conversation with its sources."""
    from assistant.cli.terminal import visible
    from assistant.conversations.export import conversation_markdown

    with _opened(context) as store:
        conversation = _load(store, id_)
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("conversations show", conversation)
    else:
        typer.echo(visible(conversation_markdown(conversation)), nl=False)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Ends in .html for a page to print; otherwise Markdown.")
    ],
    ids: IDS = None,
    everything: EVERYTHING = False,
) -> None:
    """Write conversations to a file, with the exact words of the notes under each answer."""
    from assistant.conversations.export import conversations_markdown
    from assistant.study.printable import as_file
    from assistant.study.transfer import write_export

    check_chosen(ids, everything, "assistant conversations export FILE.md ID, or --all")
    with _opened(context) as store:
        wanted = [one.id for one in store.all()] if everything else ids or []
        found = [_load(store, id_) for id_ in wanted]
    title = found[0].title if len(found) == 1 else "Conversations"
    write_export(file, as_file(file, conversations_markdown(found), title).encode("utf-8", "replace"))
    typer.echo(f"{len(found)} conversations in {file}")


@app.command("rename")
def rename(
    context: typer.Context,
    id_: ID,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name, in quotes; empty for the first question.")],
) -> None:
    """Give a conversation a name."""
    with _opened(context) as store:
        found = _load(store, id_).id
        store.rename(found, name)
        typer.echo(f"{found}  {store.load(found).title}")


@app.command("delete")
def delete(
    context: typer.Context,
    ids: IDS = None,
    everything: EVERYTHING = False,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
) -> None:
    """Delete conversations for good: they are erased from the file too."""
    check_chosen(ids, everything, "assistant conversations delete ID, or assistant conversations delete --all")
    with _opened(context) as store:
        wanted = [one.id for one in store.all()] if everything else [_load(store, id_).id for id_ in ids or ()]
        if wanted and not sure:
            typer.confirm(f"Delete {len(wanted)} conversations for good? {GONE}", abort=True, err=True)
        done = store.delete(wanted) if wanted else 0
    typer.echo(f"{done} deleted.")


class Talk:
    """Keeps the conversation of a terminal.

    Args:
        keeper: Keeps it, if it is on.
        scope: The part of the notes that is searched.
    """

    def __init__(self, keeper: Keeper, scope: Scope) -> None:
        from assistant.conversations.records import new_id

        self._keeper = keeper
        self._scope = scope
        self._id = new_id()

    @contextlib.contextmanager
    def turn(self, question: str) -> Iterator[Callable[[Answer], None]]:
        """Keeps a question; what is given is called with its answer."""
        from assistant.conversations.records import begun
        from assistant.types import AnswerProgress, Done

        turn = begun(question, self._scope, datetime.now(UTC))
        if not self._keeper.is_on:
            yield lambda _: None
            return
        self._keeper.begin(self._id, turn)
        asked = AnswerProgress(question)
        yield lambda answer: self._keeper.end(turn.ended_with(asked.after(Done(answer))))


@contextlib.contextmanager
def kept_talk(context: typer.Context, scope: Scope) -> Iterator[Talk]:
    """Gives what keeps the conversation of a terminal, unless the settings say that none is kept."""
    from assistant.conversations.keeper import Keeper

    options = options_of(context)
    is_on = options.load_config().conversations.keep
    keeper = Keeper(options.find_workspace().conversations_db, lambda: is_on)
    try:
        yield Talk(keeper, scope)
    finally:
        keeper.close()


@contextlib.contextmanager
def _opened(context: typer.Context) -> Iterator[ConversationStore]:
    """Gives the conversations of the workspace; where there are none yet, none are made by looking."""
    from assistant.conversations.store import opened

    file = options_of(context).find_workspace().conversations_db
    with tempfile.TemporaryDirectory() as empty, opened(file if file.is_file() else Path(empty, file.name)) as store:
        yield store


def _load(store: ConversationStore, id_: str) -> Conversation:
    return store.load(store.find(id_))


def _show(found: list[Listed], as_json: bool, nothing: str) -> None:
    if as_json:
        from assistant.cli.json_output import print_json

        print_json("conversations list", found)
        return
    from assistant.cli.terminal import visible

    out = console()
    if not found:
        out.print(nothing)
    for one in found:
        questions = "1 question" if one.turns == 1 else f"{one.turns} questions"
        out.print(visible(f"{one.id}  {one.title}"), style="bold", markup=False)
        out.print(visible(f"  {questions}, last on {one.changed_at.astimezone():%d %B %Y, %H:%M}"), markup=False)
        if one.excerpt:
            out.print(visible(f"  {one.excerpt}"), style="dim", markup=False)
