"""Which servers on other computers this user allowed: kept with the user, never in a workspace.

A workspace may be copied, shared or made by somebody else. What its catalogue says of a server is an address, and no
leave to send anything there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant.core.files import write_whole
from assistant.core.json_form import JsonForm
from assistant.errors import ConfigError
from assistant.workspace import APP_NAME

FILE_NAME = "allowed-servers.json"


@dataclass(frozen=True, slots=True, order=True)
class Allowed:
    """A server that may be sent questions and passages.

    Attributes:
        url: Where its interface begins.
        host: The computer that the model is on; another one than the address names where that one sends them on.
        key_env: The environment variable whose value it gets as its key; empty for none.
    """

    url: str
    host: str
    key_env: str = ""


_FORM = JsonForm[tuple[Allowed, ...]](tuple[Allowed, ...])


def consent_file() -> Path:
    """Returns the file of this user on this computer."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False)) / FILE_NAME


def allowed_servers() -> frozenset[Allowed]:
    """Returns what this user allowed; nothing if there is no file.

    Raises:
        ConfigError: The file cannot be read.
    """
    file = consent_file()

    def refused(fault: object) -> ConfigError:
        return ConfigError(f"{file} cannot be read: {fault}.", hint=f"Remove {file}, then allow the servers again.")

    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise refused(error.strerror or error) from error
    return frozenset(_FORM.read(text, refused))


def allow(server: Allowed, *, yes: bool = True) -> None:
    """Keeps that a server is allowed, or is no longer.

    Raises:
        ConfigError: The file cannot be read or written. It is as it was then.
    """
    now = allowed_servers()
    wanted = now | {server} if yes else now - {server}
    if wanted == now:
        return
    file = consent_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, _FORM.write(tuple(sorted(wanted)), indent=2).encode("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be written: {error.strerror or error}.", hint="Look at its rights."
        ) from error
