"""The settings: defaults and ranges here, ``assistant.toml`` over them, command-line flags over that."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from assistant.errors import ConfigError

_FAULTS_NAMED = 10
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)


def _range(low: float, high: float, unit: str = "") -> Any:
    """Returns what a number may be, both ends included, and what it counts."""
    return Field(ge=low, le=high, json_schema_extra={"unit": unit})


_Text = Annotated[str, StringConstraints(min_length=1)]


@dataclass(frozen=True, slots=True, config=_STRICT)
class NotesConfig:
    """Which files become notes. ``watch``: whether the app indexes changes by itself."""

    max_file_mb: Annotated[int, _range(1, 10_000, "MB")] = 50
    convert_timeout_s: Annotated[int, _range(1, 3600, "seconds")] = 120
    watch: bool = True


@dataclass(frozen=True, slots=True, config=_STRICT)
class ChunkingConfig:
    """How notes are cut. Sizes are tokens of the embedder; a change re-embeds everything."""

    chunk_size_tokens: Annotated[int, _range(8, 8192, "tokens")] = 190
    block_size_tokens: Annotated[int, _range(8, 32_768, "tokens")] = 480


@dataclass(frozen=True, slots=True, config=_STRICT)
class RetrievalConfig:
    """How passages are found. ``lexical_weight``: what the words count, at their full reach, against the meaning."""

    candidates: Annotated[int, _range(1, 10_000, "passages")] = 60
    lexical_weight: Annotated[float, _range(0, 100.0)] = 1.4
    hits: Annotated[int, _range(1, 100, "passages")] = 8


@dataclass(frozen=True, slots=True, config=_STRICT)
class AnsweringConfig:
    """What the model reads and writes, and when it keeps silent."""

    notes_tokens: Annotated[int, _range(1, 1_000_000, "tokens")] = 1400
    max_blocks: Annotated[int, _range(1, 100, "sections")] = 3
    max_output_tokens: Annotated[int, _range(1, 100_000, "tokens")] = 400
    max_question_chars: Annotated[int, _range(1, 1_000_000, "characters")] = 4000
    min_support: Annotated[float, _range(0, 1, "share of the words")] = 0.9
    min_evidence: Annotated[float, _range(0, 1, "probability")] = 0.25
    warm: bool = True


@dataclass(frozen=True, slots=True, config=_STRICT)
class ModelConfig:
    """Which model writes. ``name`` is a name of the catalogue or the path of a GGUF file; 0 threads means probed."""

    name: _Text = "qwen2.5-coder-1.5b"
    embedder: _Text = "all-minilm-l6-v2"
    context_tokens: Annotated[int, _range(256, 1_000_000, "tokens")] = 4096
    cache_disk_mb: Annotated[int, _range(0, 1_000_000, "MB")] = 2000
    threads: Annotated[int, _range(0, 1024)] = 0
    temperature: Annotated[float, _range(0, 5.0)] = 0.0
    seed: Annotated[int, _range(0, 2**32 - 1)] = 0


@dataclass(frozen=True, slots=True, config=_STRICT)
class UiConfig:
    """The page."""

    port: Annotated[int, _range(1, 65_535)] = 7860


@dataclass(frozen=True, slots=True, config=_STRICT)
class StudyConfig:
    """How many cards a day of reviews may hold."""

    new_cards_per_day: Annotated[int, _range(0, 100_000, "cards")] = 20
    reviews_per_day: Annotated[int, _range(0, 100_000, "cards")] = 200


@dataclass(frozen=True, slots=True, config=_STRICT)
class ConversationsConfig:
    """What is remembered of questions and answers."""

    keep: bool = True


@dataclass(frozen=True, slots=True, config=_STRICT)
class Config:
    """All settings, one group per room. A value out of its range is a ``ValueError`` in Python."""

    notes: NotesConfig = field(default_factory=NotesConfig)
    chunking: ChunkingConfig = field(default_factory=ChunkingConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    answering: AnsweringConfig = field(default_factory=AnsweringConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    study: StudyConfig = field(default_factory=StudyConfig)
    conversations: ConversationsConfig = field(default_factory=ConversationsConfig)
    ui: UiConfig = field(default_factory=UiConfig)


def load_config(path: Path) -> Config:
    """Returns the defaults, overridden by the file at ``path`` if there is one.

    Raises:
        ConfigError: The file is not TOML, or has an unknown key or a value that its setting cannot have.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (ValueError, RecursionError, OSError) as error:  # tomllib's and the decoder's own errors are ValueErrors
        raise ConfigError(f"{path} cannot be read: {str(error)[:200]}.", hint=f"Correct or remove {path}.") from error
    return override(Config(), table, where=str(path))


def with_setting(
    config: Config, group: str, key: str, value: bool | int | float | str, where: str = "the settings"
) -> Config:
    """Returns ``config`` with another value of one setting.

    Raises:
        ConfigError: There is no such setting, or it may not have this value.
    """
    return override(config, {group: {key: value}}, where)


def override(config: Config, table: Mapping[str, object], where: str = "the settings") -> Config:
    """Returns ``config`` with the values of ``table`` (group -> key -> value) in place of its own.

    Raises:
        ConfigError: Names every unknown key, with the nearest known one, and every value out of its range.
    """
    faults: list[str] = []
    groups: dict[str, Any] = {}
    for group, values in table.items():
        current = getattr(config, group, None) if group in _names(config) else None
        if current is None:
            faults.append(_unknown(group, group, config))
        elif not isinstance(values, Mapping):
            faults.append(f"[{group}] must be a table")
        else:
            known = {key: value for key, value in values.items() if key in _names(current)}
            faults += [_unknown(f"{group}.{key}", key, current) for key in values if key not in known]
            try:
                groups[group] = dataclasses.replace(current, **known)
            except ValidationError as error:
                faults += _out_of_range(group, error)
    if faults:
        more = [f"{len(faults) - _FAULTS_NAMED} more"] if len(faults) > _FAULTS_NAMED else []
        raise ConfigError(
            f"In {where}: {'; '.join([*faults[:_FAULTS_NAMED], *more])}.",
            hint="See docs/guide/settings.md for every setting.",
        )
    return dataclasses.replace(config, **groups)


def allowed(group: str, key: str) -> str:
    """Returns in words which values a setting may have: ``a whole number from 1 to 3600 (seconds)``."""
    schema = TypeAdapter(Config).json_schema()
    of_group = schema["$defs"][schema["properties"][group]["$ref"].rpartition("/")[2]]
    setting = of_group["properties"][key]
    kinds = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "a text that is not empty",
    }
    words = kinds[setting["type"]]
    if "maximum" in setting:
        words += f" from {setting['minimum']:g} to {setting['maximum']:.10g}"
    return f"{words} ({setting['unit']})" if setting.get("unit") else words


def _names(owner: Any) -> list[str]:
    return [one.name for one in dataclasses.fields(owner)]


def _unknown(shown: str, key: str, owner: object) -> str:
    near = difflib.get_close_matches(key, _names(owner), n=1)
    return f"unknown setting {shown}" + (f" (did you mean {near[0]}?)" if near else "")


def _out_of_range(group: str, error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        key = str(fault["loc"][0])
        yield f"{group}.{key} must be {allowed(group, key)}, but is {repr(fault['input'])[:80]}"
