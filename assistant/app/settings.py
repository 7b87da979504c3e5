"""The settings that a student changes while the program runs: written to ``assistant.toml`` with everything else in it
as it was, and followed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.config import Config, load_config, with_setting
from assistant.core.toml_file import change_toml, toml_table
from assistant.errors import ConfigError
from assistant.workspace import Workspace

_NEW = "# Settings of the study assistant; docs/guide/settings.md explains each of them.\n"


def write_setting(file: Path, group: str, key: str, value: bool | int | float | str) -> None:
    """Sets ``group.key`` in the file, which is made if it is missing.

    Raises:
        ConfigError: There is no such setting, the value is not one for it, the file is not TOML, or it cannot be
            written. The file is as it was then.
    """
    with_setting(Config(), group, key, value)

    def change(document: Any) -> None:
        table = document.get(group)
        if table is None:
            table = document[group] = toml_table({})
        if not isinstance(table, dict):
            raise ConfigError(f"In {file}: [{group}] must be a table.", hint=f"Correct or remove {file}.")
        table[key] = value

    change_toml(file, change, _NEW)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """What became of a setting that was changed: ``at_once`` is false where it counts from the next start only."""

    config: Config
    at_once: bool


class LiveSettings:
    """Reads and changes the settings of a workspace. May be used from several threads.

    Args:
        workspace: Its ``assistant.toml`` is written.
        config: The settings that the program was started with.
        follow: Called with the settings before and after a change, for what does not ask at the time of use.

    Attributes:
        now: The settings that the program follows now: those it was started with, and what was changed since.
    """

    def __init__(
        self, workspace: Workspace, config: Config, follow: Callable[[Config, Config], None] = lambda before, now: None
    ) -> None:
        self.now = config
        self._workspace = workspace
        self._follow = follow
        self._changing = threading.Lock()

    def stored(self) -> Config:
        """Returns the settings as they count from the next start on.

        Raises:
            ConfigError: ``assistant.toml`` is wrong.
        """
        return load_config(self._workspace.settings)

    def change(self, group: str, key: str, value: bool | int | float | str) -> SettingChange:
        """Writes a setting, and follows it at once unless it is about a model, which is loaded at the start.

        Raises:
            ConfigError: There is no such setting, the value is not one for it, or the file cannot be written.
        """
        with self._changing:
            config = with_setting(self.now, group, key, value)
            write_setting(self._workspace.settings, group, key, value)
            if group == "model":
                return SettingChange(self.now, at_once=False)
            before, self.now = self.now, config
            self._follow(before, config)
            return SettingChange(config, at_once=True)
