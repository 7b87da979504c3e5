"""Everything is done once without a network, with the real embedder and the small model; nothing tries to reach one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.workspace import Workspace
from tools.airgap.airgap import AirgapReport, run_airgap
from tools.airgap.namespace import Unrouted
from tools.airgap.tour import Stop
from tools.airgap.watch import Attempt

REPOSITORY = Path(__file__).parents[2]
SETTINGS = '[model]\nname = "smollm2-135m"\nthreads = 1\n[answering]\nmin_evidence = 0.1\nmax_output_tokens = 24\n'
DONE = Stop("index", "1 note", 0.1)
TRIED = Attempt("look up", "example.org", "somewhere.py:1 in call")


@pytest.mark.model
@pytest.mark.embedder
def test_nothing_is_reached_for_while_everything_is_done(tmp_path: Path, small_model_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    shutil.copy(REPOSITORY / "notes" / "05-generative-ai.md", tmp_path / "notes")
    (tmp_path / "models").symlink_to(small_model_path.parents[1])
    (tmp_path / "assistant.toml").write_text(SETTINGS, encoding="utf-8")
    seen: list[Stop] = []
    report = run_airgap(Workspace(tmp_path), on_stop=seen.append)
    assert [(stop.name, stop.failed) for stop in seen] == [(n, False) for n in ("index", "ask", "quiz", "app", "lab")]
    assert seen[0].says.startswith("2 notes read")
    assert "tokens written" in seen[1].says
    assert "3 answered" in seen[2].says
    assert "done, uploaded an uploaded note.md" in seen[3].says
    assert (report.attempts, report.clean) == ((), True)
    assert report.enclosure in ("namespace", "guard")
    assert {path.name for path in tmp_path.iterdir()} == {"notes", "models", "assistant.toml"}, "it was only looked at"


@pytest.mark.parametrize(
    "report",
    [
        AirgapReport("guard", (DONE,), (TRIED,), None),
        AirgapReport("namespace", (DONE,), (), Unrouted(1, 0)),
        AirgapReport("namespace", (DONE,), (), Unrouted(0, 1)),
        AirgapReport("namespace", (DONE, Stop("ask", "no model", 0.1, failed=True)), (), Unrouted(0, 0)),
    ],
)
def test_any_attempt_and_any_failure_counts(report: AirgapReport) -> None:
    assert not report.clean


def test_nothing_tried_and_all_done_is_clean() -> None:
    assert AirgapReport("namespace", (DONE,), (), Unrouted(0, 0)).clean
    assert AirgapReport("guard", (DONE,), (), None).clean
