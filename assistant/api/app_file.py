"""``index/app.json``: where the running app of a workspace listens, and the key that lets its owner in."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from assistant.core.json_form import JsonForm
from assistant.errors import AppNotRunning

APP_FILE = "app.json"
HINT = "Start it first, and leave it open: assistant ui"
_TOKEN_BYTES = 32
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class AppAddress:
    """A running app. Whoever can read the file may ask it: only the user who started it."""

    port: int
    pid: int
    token: str = field(repr=False)


_ADDRESS = JsonForm[AppAddress](AppAddress)


def new_address(port: int) -> AppAddress:
    """Returns the address of an app of this process, with a key of its own."""
    return AppAddress(port, os.getpid(), secrets.token_urlsafe(_TOKEN_BYTES))


def announce(folder: Path, address: AppAddress) -> None:
    """Writes the address into ``folder``, whole or not at all, for the eyes of this user only.

    An app that was announced there before is forgotten: the last one started answers.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{APP_FILE}.{address.pid}.part"
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(_ADDRESS.write(address))
        part.replace(folder / APP_FILE)
    finally:
        part.unlink(missing_ok=True)


def withdraw(folder: Path, address: AppAddress) -> None:
    """Removes the address if it is still the one that is announced. Nothing about it can fail."""
    with contextlib.suppress(OSError, AppNotRunning):
        if _read(folder / APP_FILE) == address:
            (folder / APP_FILE).unlink()


def find_app(folder: Path) -> AppAddress:
    """Returns the address of the app that runs over ``folder``.

    Raises:
        AppNotRunning: None was announced, or its process has ended without taking the file along.
    """
    address = _read(folder / APP_FILE)
    if not psutil.pid_exists(address.pid):
        raise AppNotRunning(f"The app of {folder.parent} has ended.", hint=HINT)
    return address


def _read(path: Path) -> AppAddress:
    try:
        with path.open("rb") as file:
            return _ADDRESS.read(file.read(_LONGEST))
    except (OSError, ValueError) as error:
        raise AppNotRunning(f"No app is running for {path.parent.parent}.", hint=HINT) from error
