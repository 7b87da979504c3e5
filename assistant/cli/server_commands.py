"""``assistant models add``, ``remove``, ``check`` and ``find``: models of servers."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from assistant.cli.startup import console, options_of

app = typer.Typer()

_NAME = Annotated[str, typer.Argument(help="How you call the model.", show_default=False)]


@app.command("add")
def add(
    context: typer.Context,
    name: _NAME,
    url: Annotated[str, typer.Option("--url", help="Where the server's interface begins, usually with /v1.")],
    key_env: Annotated[
        str, typer.Option("--key-env", help="The environment variable with the server's key.", show_default=False)
    ] = "",
    context_tokens: Annotated[
        int | None, typer.Option("--context", min=256, help="Tokens that prompt and answer may have together.")
    ] = None,
    parallel: Annotated[
        int | None, typer.Option("--parallel", min=1, max=256, help="Questions that the server answers at once.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Your questions and passages may go to another computer.")
    ] = False,
) -> None:
    """Add a model of a server, such as Ollama or LM Studio; --model says how the server calls it.

    A key stays in the environment and is never kept.
    """
    from assistant.app.servers import add_server, server_entry
    from assistant.errors import UsageError

    model = options_of(context).model  # the option of every command, which here names what is added
    if not model:
        raise UsageError(
            "How does the server call the model?", hint="Add --model; what there is: assistant models find"
        )
    values: dict[str, str | int | bool] = {"name": name, "url": url, "model": model, "key_env": key_env}
    values |= {"context_tokens": context_tokens} if context_tokens is not None else {}
    values |= {"parallel": parallel} if parallel is not None else {}
    server = server_entry(values)
    file = add_server(options_of(context).find_workspace(), server, allow_remote=allow_remote)
    typer.echo(f"{server.name}: {server.model} at {server.url}, in {file}")
    if server.sends_to:
        open_way = " without encryption" if server.url.startswith("http:") else ""
        typer.echo(f"Your questions and passages will go to {server.sends_to}{open_way}.")
    typer.echo(f"What it can do: assistant models check {server.name}")
    typer.echo(f"To answer with it: assistant --model {server.name}, or choose it in Settings")


@app.command("remove")
def remove(context: typer.Context, name: _NAME) -> None:
    """Remove a model of a server from the catalogue of the workspace."""
    from assistant.app.servers import remove_server

    typer.echo(f"{name} is no longer in {remove_server(options_of(context).find_workspace(), name)}")


@app.command("check")
def check(context: typer.Context, name: _NAME) -> int:
    """Try out what the server of a model can do, with four short questions that say nothing of your notes."""
    from assistant.errors import UsageError
    from assistant.models.catalog import Catalog, model_folders
    from assistant.models.remote.server_check import try_out

    catalog = Catalog.load(model_folders(options_of(context).find_workspace()))
    server = catalog.server(name)
    if server is None:
        catalog.get(name)
        raise UsageError(f"{name} is not on a server.", hint=f"To check its file: assistant models verify {name}")
    for ability in try_out(server):
        typer.echo(f"{'yes' if ability.has else 'no ':3}  {ability.name}: {ability.why}")
    return 0


@app.command("find")
def find() -> None:
    """Look for servers of models on this computer, at the usual ports, and say how to add what they offer."""
    from assistant.app.servers import suggest_name
    from assistant.models.remote.server_check import USUAL_PORTS, find_servers

    found = False
    for server in find_servers():
        found = True
        offers = server.fault or f"{len(server.models)} models"
        console().print(f"{server.program}, {server.url}: {offers}", markup=False, highlight=False)
        for model in server.models:
            typer.echo(f"  assistant models add {suggest_name(model)} --url {server.url} --model {shlex.quote(model)}")
    if not found:
        ports = ", ".join(f"{program} ({port})" for program, port in USUAL_PORTS)
        typer.echo(f"No server of models answers on this computer. Looked for {ports}.")
