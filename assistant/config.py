"""The settings: defaults here, ``assistant.toml`` over them, command-line flags over that."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError

_FAULTS_NAMED = 10


@dataclass(frozen=True, slots=True)
class NotesConfig:
    """Which files become notes. ``watch``: whether the app indexes changes by itself."""

    max_file_mb: int = 50
    convert_timeout_s: int = 60
    watch: bool = True


@dataclass(frozen=True, slots=True)
class ChunkingConfig:
    """How notes are cut. Sizes are tokens of the embedder; a change re-embeds everything."""

    chunk_size_tokens: int = 190
    block_size_tokens: int = 480


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """How passages are found. ``lexical_weight``: what the words count, at their full reach, against the meaning."""

    candidates: int = 60
    lexical_weight: float = 1.25
    hits: int = 8


@dataclass(frozen=True, slots=True)
class AnsweringConfig:
    """What the model reads and writes, and when it keeps silent."""

    notes_tokens: int = 1400
    max_blocks: int = 3
    max_output_tokens: int = 400
    max_question_chars: int = 4000
    min_support: float = 0.68
    min_evidence: float = 0.25
    warm: bool = True


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Which model writes. ``name`` is a name of the catalogue or the path of a GGUF file; 0 threads means probed."""

    name: str = "qwen2.5-coder-1.5b"
    embedder: str = "all-minilm-l6-v2"
    context_tokens: int = 4096
    cache_disk_mb: int = 2000
    threads: int = 0
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class UiConfig:
    """The page."""

    port: int = 7860


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """How many cards a day of reviews may hold."""

    new_cards_per_day: int = 20
    reviews_per_day: int = 200


@dataclass(frozen=True, slots=True)
class ConversationsConfig:
    """What is remembered of questions and answers."""

    keep: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, one group per room."""

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
        ConfigError: The file is not TOML, or has an unknown key or a value of the wrong type.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config()
    except (ValueError, RecursionError, OSError) as error:  # tomllib's and the decoder's own errors are ValueErrors
        raise ConfigError(f"{path} cannot be read: {str(error)[:200]}.", hint=f"Correct or remove {path}.") from error
    return override(Config(), table, where=str(path))


def override(config: Config, table: dict[str, Any], where: str = "the settings") -> Config:
    """Returns ``config`` with the values of ``table`` (group -> key -> value) in place of its own.

    Raises:
        ConfigError: Names every unknown key, with the nearest known one, and every value of the wrong type.
    """
    faults: list[str] = []
    groups: dict[str, Any] = {}
    for group, values in table.items():
        if not _known(group, config, faults, group):
            continue
        if not isinstance(values, dict):
            faults.append(f"[{group}] must be a table")
            continue
        current = getattr(config, group)
        kept = {k: v for k, v in values.items() if _known(k, current, faults, f"{group}.{k}")}
        for key, value in kept.items():
            wanted = type(getattr(current, key))
            if wanted is float and type(value) is int:
                kept[key] = float(value)
            elif type(value) is not wanted:
                faults.append(f"{group}.{key} must be {wanted.__name__}, not {value!r}")
            elif isinstance(value, int | float) and value < 0:
                faults.append(f"{group}.{key} must not be negative, but is {value!r}")
        if not faults:
            groups[group] = dataclasses.replace(current, **kept)
    if faults:
        more = [f"{len(faults) - _FAULTS_NAMED} more"] if len(faults) > _FAULTS_NAMED else []
        raise ConfigError(
            f"In {where}: {'; '.join([*faults[:_FAULTS_NAMED], *more])}.",
            hint="See docs/guide/settings.md for every setting.",
        )
    return dataclasses.replace(config, **groups)


def _known(key: str, owner: object, faults: list[str], shown: str) -> bool:
    names = [f.name for f in dataclasses.fields(owner)]  # type: ignore[arg-type]
    if key in names:
        return True
    near = difflib.get_close_matches(key, names, n=1)
    faults.append(f"unknown setting {shown}" + (f" (did you mean {near[0]}?)" if near else ""))
    return False
