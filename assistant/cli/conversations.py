"""``assistant conversations``: what was asked and answered, kept until it is deleted."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.gaps import check_chosen
from assistant.cli.groups import ListGroup
from assistant.cli.session import console, options_of

if TYPE_CHECKING:
    from assistant.study.conversations.keeper import Keeper
    from assistant.study.conversations.records import Conversation, KeptTurn, Listed
    from assistant.study.conversations.store import ConversationStore
    from assistant.types import Answer, Scope

app = typer.Typer(cls=ListGroup, help="Kept conversations: assistant conversations lists them.")

ID = Annotated[str, typer.Argument(metavar="ID", help="Id of a conversation, or its beginning.")]
IDS = Annotated[list[str] | None, typer.Argument(metavar="ID...", show_default=False, help="Ids, or their beginnings.")]
JSON = Annotated[bool, typer.Option("--json", help="Print a JSON list.")]
EVERYTHING = Annotated[bool, typer.Option("--all", help="All of them.")]
GONE = "Nobody can bring that back."


@app.command("list")
def list_conversations(context: typer.Context, as_json: JSON = False) -> None:
    """List the conversations, the last asked in first."""
    with _opened(context) as store:
        _show(store.all(), as_json, "No conversations yet. Begin one: assistant chat, or assistant ui")


@app.command("search")
def search(
    context: typer.Context,
    words: Annotated[str, typer.Argument(metavar="WORDS", help='Words of questions, answers or names; "a phrase".')],
    as_json: JSON = False,
) -> None:
    """Find conversations that hold all of the words."""
    with _opened(context) as store:
        _show(store.search(words), as_json, "No conversation holds all of these words.")


@app.command("show")
def show(
    context: typer.Context,
    id_: ID,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print a conversation with its sources."""
    from assistant.cli.render import visible
    from assistant.study.conversations.markdown import conversation_markdown

    with _opened(context) as store:
        conversation = _load(store, id_)
    if as_json:
        typer.echo(json.dumps(_whole_json(conversation), ensure_ascii=False))
    else:
        typer.echo(visible(conversation_markdown(conversation)), nl=False)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Markdown file, written anew.")],
    ids: IDS = None,
    everything: EVERYTHING = False,
) -> None:
    """Write conversations to a Markdown file, with the exact words of the notes under each answer."""
    from assistant.study.conversations.markdown import conversations_markdown
    from assistant.study.transfer import write_whole

    check_chosen(ids, everything, "assistant conversations export FILE.md ID, or --all")
    with _opened(context) as store:
        wanted = [one.id for one in store.all()] if everything else ids or []
        found = [_load(store, id_) for id_ in wanted]
    write_whole(file, conversations_markdown(found).encode("utf-8", "replace"))
    typer.echo(f"{len(found)} conversations in {file}")


@app.command("rename")
def rename(
    context: typer.Context,
    id_: ID,
    name: Annotated[str, typer.Argument(metavar="NAME", help="In quotes; empty for its first question again.")],
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
    """Delete conversations for good: they are taken out of the file too."""
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
        from assistant.study.conversations.records import new_id

        self._keeper = keeper
        self._scope = scope
        self._id = new_id()

    @contextlib.contextmanager
    def turn(self, question: str) -> Iterator[Callable[[Answer], None]]:
        """Keeps a question; what is given is called with its answer."""
        from assistant.study.conversations.records import begun

        turn = begun(question, self._scope, datetime.now(UTC))
        if not self._keeper.is_on:
            yield lambda _: None
            return
        self._keeper.begin(self._id, turn)
        yield lambda answer: self._keeper.end(replace(turn, answer=answer, stopped=answer.stopped, ended=True))


@contextlib.contextmanager
def kept_talk(context: typer.Context, scope: Scope) -> Iterator[Talk]:
    """Gives what keeps the conversation of a terminal, unless the settings say that none is kept."""
    from assistant.study.conversations.keeper import Keeper

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
    from assistant.study.conversations.store import opened

    file = options_of(context).find_workspace().conversations_db
    with tempfile.TemporaryDirectory() as empty, opened(file if file.is_file() else Path(empty, file.name)) as store:
        yield store


def _load(store: ConversationStore, id_: str) -> Conversation:
    return store.load(store.find(id_))


def _show(found: list[Listed], as_json: bool, nothing: str) -> None:
    if as_json:
        typer.echo(json.dumps([_listed_json(one) for one in found], ensure_ascii=False))
        return
    from assistant.cli.render import visible

    out = console()
    if not found:
        out.print(nothing)
    for one in found:
        questions = "1 question" if one.turns == 1 else f"{one.turns} questions"
        out.print(visible(f"{one.id}  {one.title}"), style="bold", markup=False)
        out.print(visible(f"  {questions}, last on {one.changed_at.astimezone():%d %B %Y, %H:%M}"), markup=False)
        if one.excerpt:
            out.print(visible(f"  {one.excerpt}"), style="dim", markup=False)


def _listed_json(one: Listed) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "started_at": one.started_at.isoformat(),
        "changed_at": one.changed_at.isoformat(),
        "questions": one.turns,
        "excerpt": one.excerpt,
    }


def _whole_json(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "started_at": conversation.started_at.isoformat(),
        "changed_at": conversation.changed_at.isoformat(),
        "turns": [_turn_json(turn) for turn in conversation.turns],
    }


def _turn_json(turn: KeptTurn) -> dict[str, Any]:
    from assistant.cli.render import answer_json

    answer = turn.answer
    return {
        "question": turn.question,
        "asked_at": turn.asked_at.isoformat(),
        "scope": str(turn.scope),
        "text": turn.said,
        "stopped": turn.stopped,
        "fault": turn.fault[0],
        "answer": answer_json(answer, answer.timings.load_s) if answer is not None else None,
    }
