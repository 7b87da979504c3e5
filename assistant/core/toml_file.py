"""The door to ``tomlkit``: a TOML file of the student's, changed with everything else in it as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assistant.core.files import write_whole
from assistant.errors import ConfigError

_NEW_MODE = 0o644


def change_toml(file: Path, change: Callable[[Any], None], new: str = "") -> None:
    """Changes a TOML file, which is written whole or not at all, with the rights that it has.

    Args:
        file: Is made if it is missing. A link stays one.
        change: Is given the document as nested tables, which know their comments.
        new: What a new file begins with.

    Raises:
        ConfigError: It is not TOML, or cannot be written. The file is as it was then.
    """
    target = file.resolve()
    document = _read(target, new)
    change(document)
    _write(target, tomlkit.dumps(document).encode("utf-8"))


def toml_table(values: dict[str, str | int | bool]) -> Any:
    """Returns a table for a document."""
    table = tomlkit.table()
    table.update(values)
    return table


def toml_list() -> Any:
    """Returns an empty list of tables for a document: each will be written as ``[[name]]``."""
    return tomlkit.aot()


def _read(file: Path, new: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(file.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return tomlkit.parse(new)
    except (TOMLKitError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.", hint=f"Correct or remove {file}.") from error


def _write(file: Path, content: bytes) -> None:
    try:
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(13, "it is read-only")
        write_whole(file, content, file.stat().st_mode if file.exists() else _NEW_MODE)
    except OSError as error:
        hint = "Nothing was changed. Make the file writable, or change it with an editor."
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}.", hint=hint) from error
