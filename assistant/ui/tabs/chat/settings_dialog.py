"""The settings dialog: few settings, each in a student's words and with what was measured of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from assistant.api.calls import Payload, call
from assistant.app.assistant import Assistant
from assistant.app.servers import add_server
from assistant.config import AnsweringConfig, Config
from assistant.errors import UsageError
from assistant.models.catalog import ModelEntry, ServerEntry
from assistant.models.hardware import DEFAULT_MODEL
from assistant.models.integrity import NOT_TRIED
from assistant.ui import wording

Value = bool | int | float | str

MEASURED = {DEFAULT_MODEL: "Measured on two cores: first word after 0.6 s, about 12 words a second, 1.9 GB of memory."}
"""From docs/performance.md."""

LEVELS = (
    (
        0.15,
        "Eager",
        "Answers 99 of 100 questions that your notes answer, and declines 33 of 100 that only look answerable.",
    ),
    (
        AnsweringConfig().min_evidence,
        "Balanced",
        "Answers 94 of 100, and declines 60 of 100 that only look answerable.",
    ),
    (0.4, "Strict", "Answers 87 of 100, and declines 77 of 100 that only look answerable."),
)
"""Of ``answering.min_evidence``; the figures are those of docs/evaluation.md, section Strictness."""

CACHE_SIZES_MB = (0, 500, 1000, 2000, 4000)
SECTION_MB = 14
"""A section of 500 tokens at 28 KB a token, see docs/guide/settings.md."""


PARALLEL = "server.parallel"
"""How many requests the chosen model's server takes at once: written to its entry in ``catalog.toml``."""
AT_ONCE = (0, 1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class DialogSetting:
    """One setting of the dialog.

    Attributes:
        key: ``group.key`` of ``assistant.toml``, or ``PARALLEL``.
        says: What it is for.
        effect: What was measured.
        choices: From a value to how it is called and what it means; two choices of True and False are a switch.
    """

    key: str
    title: str
    says: str
    effect: str
    value: Value
    choices: tuple[SettingChoice, ...]


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """A value that a setting may have; ``missing`` says what it would need first, and is empty if nothing."""

    value: Value
    label: str
    says: str = ""
    missing: str = ""


class SettingView(Payload):
    """A setting as the dialog shows it, as a switch or as a list."""

    key: str
    title: str
    says: str
    effect: str
    value: Value
    switch: bool
    choices: list[SettingChoice]


class SettingList(Payload):
    """The settings, and the file they are written to."""

    settings: list[SettingView]
    file: str


class ChangedSettings(SettingList):
    """The settings after a change, and from when on it counts, in words."""

    done: str


class SettingHandlers:
    """What the settings dialog asks for."""

    area = "settings"

    def __init__(self, service: Assistant) -> None:
        self._service = service

    @call
    def current(self) -> SettingList:
        """Returns the settings, each with what was measured of it."""
        return SettingList(settings=[_view(one) for one in self._all()], file=str(self._service.workspace.settings))

    @call
    def change(self, key: str, value: Value) -> ChangedSettings:
        """Changes a setting."""
        setting, choice = self._chosen(key, value)
        at_once = self._change_server(choice.value) if key == PARALLEL else self._change_file(setting, choice.value)
        when = "takes effect at once" if at_once else "takes effect when the assistant starts again"
        done = f"{setting.title}: {choice.label.lower()}. This {when}."
        return ChangedSettings(**dict(self.current()), done=done)

    def _change_file(self, setting: DialogSetting, value: Value) -> bool:
        group, _, name = setting.key.partition(".")
        return self._service.settings.change(group, name, value).at_once

    def _change_server(self, value: Value) -> bool:
        for server in self._servers():
            add_server(self._service.workspace, replace(server, parallel=int(value) or None))
        return False

    def _servers(self) -> list[ServerEntry]:
        """The server of the chosen model, if it is on one."""
        chosen = self._service.settings.stored().model.name
        return [one for one in self._service.models.servers() if one.name == chosen]

    def _chosen(self, key: str, value: Value) -> tuple[DialogSetting, SettingChoice]:
        for setting in self._all():
            for choice in setting.choices if setting.key == key else ():
                if _same(choice.value, value) and not choice.missing:
                    return setting, choice
        raise UsageError("There is no such choice.", hint="Close the settings and open them again.")

    def _all(self) -> tuple[DialogSetting, ...]:
        kept, now = self._service.settings.stored(), self._service.settings.now
        return (
            self._model(kept),
            *map(_parallel, self._servers()),
            _strictness(now),
            _ahead(now),
            _keeping(now),
            self._cache(kept),
        )

    def _model(self, config: Config) -> DialogSetting:
        name, running = config.model.name, self._service.models.status().model
        known, servers = self._service.models.listed(), self._service.models.servers()
        choices = [_model_choice(entry, here) for entry, here in known if _for_students(entry, name)]
        choices += map(_server_choice, servers)
        if name not in [choice.value for choice in choices]:
            choices.append(SettingChoice(name, Path(name).name, "A file of your own."))
        later = "" if running == Path(name).stem or running == name else f" {running} answers until the next start."
        return DialogSetting(
            "model.name",
            "Model that writes",
            "A larger one writes better and more slowly. Whichever it is, every sentence is checked against your notes."
            + later,
            f"Only {DEFAULT_MODEL} was measured, and the strictness below was fitted to it.",
            name,
            tuple(choices),
        )

    def _cache(self, config: Config) -> DialogSetting:
        sections, used = self._service.models.cached()
        size = config.model.cache_disk_mb
        sizes = CACHE_SIZES_MB if size in CACHE_SIZES_MB else tuple(sorted({*CACHE_SIZES_MB, size}))
        return DialogSetting(
            "model.cache_disk_mb",
            "Disk for what was read ahead",
            "What the model has read is kept on the disk, so that it need not be read again. When it is full, what "
            "was not used for the longest time is removed.",
            f"A section takes about {SECTION_MB} MB. Now: {wording.count(sections, 'section')}, {used / 1e6:,.0f} MB.",
            size,
            tuple(SettingChoice(mb, _size(mb), _room(mb)) for mb in sizes),
        )


def _for_students(entry: ModelEntry, chosen: str) -> bool:
    """Whether a model is offered: one that can carry a conversation, or the one in use."""
    return entry.bytes > 200e6 or entry.name == chosen


def _model_choice(entry: ModelEntry, here: bool) -> SettingChoice:
    needs = f"{entry.bytes / 1e6:,.0f} MB of disk and {entry.memory_gb:g} GB of memory"
    says = f"{entry.description} {MEASURED.get(entry.name, '') if entry.tried else NOT_TRIED}".strip()
    missing = "" if here else f"Not here yet: it needs {needs}. In a terminal: assistant models pull {entry.name}"
    return SettingChoice(entry.name, entry.name, f"{says} {needs[0].upper()}{needs[1:]}." if here else says, missing)


def _server_choice(server: ServerEntry) -> SettingChoice:
    goes = f"Your questions and passages go to {server.sends_to}." if server.sends_to else "On this computer."
    return SettingChoice(server.name, server.name, f"{server.model}, by the server at {server.url}. {goes}")


def _parallel(server: ServerEntry) -> DialogSetting:
    said = server.parallel or 0
    return DialogSetting(
        PARALLEL,
        "Questions that the server answers at once",
        "Several conversations may ask at the same time: so many questions are sent side by side, and the others wait "
        "their turn. Questions of one conversation are always answered one after the other. Choose what the server was "
        "started for: more only wait there, or are broken off by a server that cannot do it.",
        "Thirty conversations at once went through with 4, and none was mixed with another (docs/scale.md).",
        said,
        tuple(SettingChoice(count, *_at_once(count)) for count in sorted({*AT_ONCE, said})),
    )


def _at_once(count: int) -> tuple[str, str]:
    if count == 0:
        return "As many as it tells", "llama-server tells it, and vLLM takes 16. With any other: one."
    return wording.count(count, "question"), "One after the other." if count == 1 else ""


def _strictness(config: Config) -> DialogSetting:
    value = config.answering.min_evidence
    choices = [SettingChoice(level, label, says) for level, label, says in LEVELS]
    if value not in [level for level, _, _ in LEVELS]:
        choices.append(SettingChoice(value, f"As written in assistant.toml: {value:g}", "Higher declines more."))
    return DialogSetting(
        "answering.min_evidence",
        "When to say “Not in your notes”",
        "How sure the assistant has to be that your notes contain the answer. A strict one declines more often, "
        "sometimes needlessly.",
        "All three declined 100 of 100 questions about other subjects. Measured before a word is written.",
        value,
        tuple(choices),
    )


def _ahead(config: Config) -> DialogSetting:
    return DialogSetting(
        "answering.warm",
        "Read my notes ahead",
        "While you do not ask anything, the model reads your notes, so that answers start at once.",
        "First word after 0.6 s where the sections were read before, up to 12 s where not. Each section takes "
        "about 8 s of the processor, and so of the battery, once.",
        config.answering.warm,
        _SWITCH,
    )


def _keeping(config: Config) -> DialogSetting:
    return DialogSetting(
        "conversations.keep",
        "Keep conversations",
        "Questions and answers are kept on this computer, until you delete them. Off: what you ask from now on is gone "
        "when you close the page; what was kept before stays.",
        "About 15 KB an answer: a thousand take 15 MB.",
        config.conversations.keep,
        _SWITCH,
    )


_SWITCH = (SettingChoice(True, "On"), SettingChoice(False, "Off"))


def _size(megabytes: int) -> str:
    if megabytes == 0:
        return "None"
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:g} GB"


def _room(megabytes: int) -> str:
    if megabytes == 0:
        return "Kept in memory only: after each start your notes are read again."
    return f"About {megabytes // SECTION_MB} sections"


def _same(value: Value, given: Value) -> bool:
    """Whether the browser means this value; 1 is not True."""
    return value == given and isinstance(given, bool) is isinstance(value, bool)


def _view(setting: DialogSetting) -> SettingView:
    return SettingView(
        key=setting.key,
        title=setting.title,
        says=setting.says,
        effect=setting.effect,
        value=setting.value,
        switch=setting.choices == _SWITCH,
        choices=list(setting.choices),
    )
