"""Changes ``assistant.toml`` and leaves everything else in it as the student wrote it, comments too."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from assistant.config import Config, override
from assistant.errors import ConfigError

_NEW = "# Settings of the study assistant; docs/guide/settings.md explains each of them.\n"


def write_setting(file: Path, group: str, key: str, value: bool | int | float | str) -> None:
    """Sets ``group.key`` in the file, which is made if it is missing.

    Raises:
        ConfigError: There is no such setting, the value is not one for it, the file is not TOML, or it cannot be
            written. The file is as it was then.
    """
    override(Config(), {group: {key: value}})
    target = file.resolve()  # a link stays one
    document = _read(target)
    table = document.get(group)
    if table is None:
        table = document[group] = tomlkit.table()
    if not isinstance(table, dict):
        raise ConfigError(f"In {file}: [{group}] must be a table.", hint=f"Correct or remove {file}.")
    table[key] = value
    _write(target, tomlkit.dumps(document).encode("utf-8"))


def _read(file: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(file.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return tomlkit.parse(_NEW)
    except (TOMLKitError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.", hint=f"Correct or remove {file}.") from error


def _write(file: Path, content: bytes) -> None:
    """Writes it whole or not at all, with the rights that the file has."""
    temporary = ""
    try:
        mode = file.stat().st_mode if file.exists() else 0o644
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(13, "it is read-only")
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        hint = "Nothing was changed. Make the file writable, or change it with an editor."
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}.", hint=hint) from error
