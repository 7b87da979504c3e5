"""The settings: what is taken from the file, and what is said when it is wrong."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from assistant.config import AnsweringConfig, Config, load_config, override
from assistant.errors import ConfigError


def load(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "assistant.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def fault(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
    assert caught.value.hint
    return caught.value.message


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path / "assistant.toml") == Config()
    assert load(tmp_path, "") == Config()


def test_the_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    loaded = load(tmp_path, '[model]\nname = "mine.gguf"\n[retrieval]\nhits = 3\nlexical_weight = 0.5\n')
    expected = asdict(Config())
    expected["model"]["name"] = "mine.gguf"
    expected["retrieval"] |= {"hits": 3, "lexical_weight": 0.5}
    assert asdict(loaded) == expected


def test_a_whole_number_will_do_for_a_share(tmp_path: Path) -> None:
    loaded = load(tmp_path, "[retrieval]\nlexical_weight = 2\n")
    assert loaded.retrieval.lexical_weight == 2.0
    assert isinstance(loaded.retrieval.lexical_weight, float)


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    def another(value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        return f"{value}x" if isinstance(value, str) else value / 2 + 0.1 if isinstance(value, float) else value + 1

    changed = {
        group: {key: another(value) for key, value in settings.items()} for group, settings in asdict(Config()).items()
    }
    assert asdict(override(Config(), changed)) == changed
    assert sum(map(len, changed.values())) <= 30


def test_a_value_out_of_range_is_an_error_in_python_too() -> None:
    with pytest.raises(ValueError, match="min_support"):
        AnsweringConfig(min_support=68)


def test_every_default_is_in_its_range() -> None:
    for group in fields(Config()):
        replace(getattr(Config(), group.name), **asdict(Config())[group.name])


def test_an_override_leaves_the_original_alone() -> None:
    before = Config()
    assert override(before, {"ui": {"port": 9}}).ui.port == 9
    assert before == Config()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[modle]\nname = 'x'", "unknown setting modle (did you mean model?)"),
        ("[model]\nnmae = 'x'", "unknown setting model.nmae (did you mean name?)"),
        ("[model]\nzzz = 1", "unknown setting model.zzz."),
        ("zzz = 1", "unknown setting zzz."),
        ("model = 'qwen'", "[model] must be a table"),
        ("[model]\nthreads = '4'", "model.threads must be a whole number from 0 to 1024, but is '4'"),
        ("[model]\nthreads = true", "model.threads must be a whole number from 0 to 1024, but is True"),
        ("[model]\nthreads = 2.0", "model.threads must be a whole number from 0 to 1024, but is 2.0"),
        ("[model]\nname = 4", "model.name must be a text that is not empty, but is 4"),
        (
            "[answering]\nmin_support = '0.5'",
            "answering.min_support must be a number from 0 to 1 (share of the words), but is '0.5'",
        ),
        (
            "[answering]\nmin_support = false",
            "answering.min_support must be a number from 0 to 1 (share of the words), but is False",
        ),
        (
            "[answering]\nmin_support = 68",
            "answering.min_support must be a number from 0 to 1 (share of the words), but is 68",
        ),
        (
            "[answering]\nmin_evidence = nan",
            "answering.min_evidence must be a number from 0 to 1 (probability), but is nan",
        ),
        ("[answering]\nwarm = 1", "answering.warm must be true or false, but is 1"),
        ("[model]\nname = ''", "model.name must be a text that is not empty, but is ''"),
        ("[model]\ntemperature = -0.1", "model.temperature must be a number from 0 to 5, but is -0.1"),
        ("[retrieval]\nhits = 0", "retrieval.hits must be a whole number from 1 to 100 (passages), but is 0"),
        (
            "[ui]\nport = 1979-05-27",
            "ui.port must be a whole number from 1 to 65535, but is datetime.date(1979, 5, 27)",
        ),
        ("[notes]\nmax_file_mb = [1]", "notes.max_file_mb must be a whole number from 1 to 10000 (MB), but is [1]"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(tmp_path: Path, text: str, said: str) -> None:
    message = fault(tmp_path, text)
    assert said in message
    assert str(tmp_path / "assistant.toml") in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    message = fault(tmp_path, "[modle]\n[model]\nname = 1\nzzz = 2\n[ui]\nport = -1\n")
    for part in ("modle", "model.name must be a text", "unknown setting model.zzz", "ui.port must be a whole number"):
        assert part in message
    assert message.count(";") == 3


@pytest.mark.parametrize("content", [b"[model\n", b"name = \xff\n", b"[ui]\nport = 1\nport = 2\n"])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "assistant.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load_config(file)
    assert str(file) in caught.value.hint


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


def test_the_records_cannot_be_changed() -> None:
    config = Config()
    for record in (config, *(getattr(config, group.name) for group in fields(config))):
        with pytest.raises(AttributeError):
            setattr(record, fields(record)[0].name, None)
