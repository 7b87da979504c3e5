"""The settings that a student changes while the program runs: written to ``assistant.toml``, and followed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from assistant.config import Config, load_config, override
from assistant.models.catalog import Catalog, ModelEntry, model_folders
from assistant.models.integrity import is_complete
from assistant.settings_file import write_setting
from assistant.workspace import Workspace

KV_FOLDER = "kv"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a setting that was changed: ``at_once`` is false where it counts from the next start only."""

    config: Config
    at_once: bool


class Settings:
    """Reads and changes the settings of a workspace. May be used from several threads.

    Args:
        workspace: Its ``assistant.toml`` is written.
        running: Returns the settings that the program follows now.
        follow: Makes the program follow others from now on.
    """

    def __init__(self, workspace: Workspace, running: Callable[[], Config], follow: Callable[[Config], None]) -> None:
        self._workspace = workspace
        self._running = running
        self._follow = follow
        self._changing = threading.Lock()

    def stored(self) -> Config:
        """Returns the settings as they count from the next start on.

        Raises:
            ConfigError: ``assistant.toml`` is wrong.
        """
        return load_config(self._workspace.settings)

    def running(self) -> Config:
        """Returns the settings that the program follows now: those it was started with, and what was changed since."""
        return self._running()

    def change(self, group: str, key: str, value: bool | int | float | str) -> Change:
        """Writes a setting, and follows it at once unless it is about a model, which is loaded at the start.

        Raises:
            ConfigError: There is no such setting, the value is not one for it, or the file cannot be written.
        """
        with self._changing:
            config = override(self._running(), {group: {key: value}})
            write_setting(self._workspace.settings, group, key, value)
            if group == "model":
                return Change(self._running(), at_once=False)
            self._follow(config)
            return Change(config, at_once=True)

    def models(self) -> list[tuple[ModelEntry, bool]]:
        """Returns the models that write, of the catalogue, each with whether it is on this computer.

        Raises:
            ModelError: There is no catalogue.
        """
        folders = model_folders(self._workspace)
        entries = [entry for entry in Catalog.load(folders) if entry.role == "generator"]
        return [(entry, any(is_complete(entry, folder) for folder in folders)) for entry in entries]

    def cached(self) -> tuple[int, int]:
        """Returns how many sections are kept on disk as the model read them, and their bytes."""
        sizes = []
        for path in (self._workspace.index / KV_FOLDER).glob("*.kv"):
            try:
                sizes.append(path.stat().st_size)
            except FileNotFoundError:
                continue  # made room for another one
        return len(sizes), sum(sizes)
