"""What other distributions register: found by name, loaded when asked for, and a sentence where that fails."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from assistant.errors import UsageError
from assistant.extensions import find_extensions, load_extension

POINTS = EntryPoints(
    [
        EntryPoint("second", "json:dumps", "teas"),
        EntryPoint("first", "json:loads", "teas"),
        EntryPoint("broken", "no_such_package.of_tea:POT", "pots"),
        EntryPoint("renamed", "json:no_such_name", "pots"),
    ]
)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.extensions.entry_points", lambda **wanted: POINTS.select(**wanted))


def test_what_is_registered_is_found_and_loaded_by_name() -> None:
    import json

    assert find_extensions("teas") == ("first", "second")
    assert load_extension("teas", "second") is json.dumps
    assert find_extensions("cups") == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing", "Nothing is registered as 'missing' in pots"),
        ("broken", "cannot be loaded: No module named 'no_such_package'"),
        ("renamed", "json:no_such_name, registered as 'renamed' in pots, cannot be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_said_with_the_command_that_mends_it(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        load_extension("pots", name)
    assert "pip install --no-deps -e tools" in caught.value.hint
