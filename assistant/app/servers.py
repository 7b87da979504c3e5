"""Models of servers in the catalogue of a workspace: added and removed, with everything else in it as it was."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from assistant.core.json_form import JsonForm
from assistant.core.toml_file import change_toml, toml_list, toml_table
from assistant.errors import ConfigError, ModelError, UsageError
from assistant.models.catalog import CATALOG_NAME, Catalog, ServerEntry, model_folders
from assistant.models.remote.consent import allow
from assistant.workspace import Workspace

_ENTRY = JsonForm[ServerEntry](ServerEntry)
_NEW = "# Models of this workspace, beside those that the assistant knows; docs/guide/servers.md explains each key.\n"


def server_entry(values: dict[str, str | int | bool]) -> ServerEntry:
    """Returns an entry of the catalogue from what a person said.

    Raises:
        UsageError: A value is none that it can have.
    """

    def refused(fault: str) -> UsageError:
        return UsageError(f"That is no model of a server: {fault}.", hint="docs/guide/servers.md has examples.")

    return _ENTRY.row(values, refuse=refused)


def suggest_name(model: str) -> str:
    """Returns a name for a model of a server, made from how the server calls it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-.")[:60].lstrip("_") or "model"


def offered_entry(workspace: Workspace, url: str, model: str) -> ServerEntry:
    """Returns the entry of a model that a server on this computer offers: the catalogue's, or one with a free name.

    Raises:
        UsageError: The address is none.
        ModelError: There is no catalogue, or it cannot be understood.
    """
    catalog = Catalog.load(model_folders(workspace))
    known = next((one for one in catalog.servers if (one.url, one.model) == (url, model)), None)
    if known is not None:
        return known
    name = suggest_name(model)
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    free = next(one for one in names if one not in catalog.names)
    return server_entry({"name": free, "url": url, "model": model})


def add_server(workspace: Workspace, server: ServerEntry, *, allow_remote: bool = False) -> Path:
    """Writes a model of a server into the workspace's own catalogue, and returns the file; one of its name is replaced.

    Args:
        workspace: Whose catalogue.
        server: The entry.
        allow_remote: The user allows it though it is on another computer; kept with the user, not in the workspace.

    Raises:
        UsageError: Another model has this name.
        ModelError: The server is not allowed.
        ConfigError: The catalogue, or what the user allowed, cannot be read or written.
    """
    file = workspace.models / CATALOG_NAME
    if any(entry.name == server.name for entry in Catalog.load(model_folders(workspace)).entries):
        raise UsageError(f"There is a model {server.name} in the catalogue.", hint="Give it another name.")
    if allow_remote and not server.is_local:
        server.check_key()
        allow(server.leave)
    server.check_allowed()

    def change(document: Any) -> None:
        servers, table = _servers(document, file), toml_table(_written(server))
        known = [at for at, one in enumerate(servers) if one.get("name") == server.name]
        if known:
            servers[known[0]] = table
        else:
            servers.append(table)

    _make(workspace.models)
    change_toml(file, change, _NEW)
    return file


def remove_server(workspace: Workspace, name: str) -> Path:
    """Takes a model of a server out of the workspace's own catalogue, and returns the file; it is allowed no longer.

    Raises:
        ModelError: There is none of this name in it.
        ConfigError: The catalogue, or what the user allowed, cannot be read or written.
    """
    entry = Catalog.load(model_folders(workspace)).server(name)
    file = workspace.models / CATALOG_NAME

    def change(document: Any) -> None:
        servers = _servers(document, file)
        known = [at for at, one in enumerate(servers) if one.get("name") == name]
        if not known:
            raise ModelError(f"There is no model of a server called {name!r} in {file}.", hint="assistant models list")
        del servers[known[0]]

    change_toml(file, change, _NEW)
    if entry is not None:
        allow(entry.leave, yes=False)
    return file


def _written(server: ServerEntry) -> dict[str, str | int | bool]:
    """The values that say something: no empty ones."""
    values = ((one.name, getattr(server, one.name)) for one in fields(server))
    return {name: value for name, value in values if value}


def _servers(document: Any, file: Path) -> Any:
    """Returns the list of tables in the document itself, which is put there if there is none."""
    if "server" not in document:
        document["server"] = toml_list()
    tables = document["server"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"In {file}: [[server]] must be a list of tables.", hint=f"Correct or remove {file}.")
    return tables


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror or error}.", hint="Look at its rights.") from error
