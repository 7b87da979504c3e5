"""The short form of ``python tests/faults``: kill -9 at random moments of all that is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fault_kills import Scenario, kill_again_and_again
from kill_cache import CACHE
from kill_download import DOWNLOAD
from kill_index import INDEX
from kill_review import REVIEW

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


@pytest.mark.parametrize(
    ("scenario", "runs"),
    [(INDEX, 40), (REVIEW, 25), (DOWNLOAD, 20), (CACHE, 15)],
    ids=["index", "review", "download", "cache"],
)
def test_a_kill_loses_and_breaks_nothing(scenario: Scenario, runs: int, tmp_path: Path) -> None:
    report = kill_again_and_again(scenario, tmp_path, runs)
    assert report.acknowledged > 0, "the kills fell into real work"
