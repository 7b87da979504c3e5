"""The packages of docs/extending are installed as packages of somebody else, and the real program uses them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from children import run_child

ROOT = Path(__file__).parents[2]
EXTENDING = ROOT / "docs" / "extending"
NAMES = ("subtitles", "chargrams", "quoting")
SUBTITLES = """1
00:00:01,000 --> 00:00:04,000
Batch inference processes <i>many records</i> at once.

2
00:01:05,500 --> 00:01:09,000
Real-time inference answers
each request immediately.
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three packages, installed from copies: the build leaves files beside a source."""
    sources, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("installed")
    for name in NAMES:
        shutil.copytree(EXTENDING / name, sources / name)
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    paths = [sources / name for name in NAMES]
    run_child([sys.executable, "-m", "pip", "install", *offline, "--target", target, *paths], check=True)
    return target


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "lecture.srt").write_text(SUBTITLES, encoding="utf-8")
    return tmp_path


def run(home: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": f"{path}{os.pathsep}{ROOT}", "ASSISTANT_HOME": str(home), "COLUMNS": "200"}
    return run_child(
        [sys.executable, "-m", "assistant", *arguments], capture_output=True, text=True, env=environ, cwd=home
    )


def test_index_and_answer_are_made_with_all_three(home: Path, installed: Path, tmp_path: Path) -> None:
    (home / "assistant.toml").write_text('[model]\nembedder = "chargrams"\nname = "quoting"\n', encoding="utf-8")
    built = run(home, installed, "index", "build")
    assert built.returncode == 0, built.stderr
    asked = run(home, installed, "ask", "What does batch inference process?", "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    (sentence,) = [one for one in answer["sentences"] if "many records" in one["text"]]
    assert "Batch inference processes many records at once." in sentence["text"] and sentence["supported"]
    assert answer["model"] == "quoting"
    cited = json.dumps(sentence)
    assert "lecture.srt" in cited and "00:00" in cited

    newer = tmp_path / "newer"
    shutil.copytree(installed, newer)
    (facts,) = newer.glob("assistant_chargrams-*.dist-info/METADATA")
    facts.write_text(facts.read_text("utf-8").replace("\nVersion: 1.0\n", "\nVersion: 1.1\n"), "utf-8")
    again = json.loads(run(home, newer, "ask", "What does batch inference process?", "--json").stdout)
    assert again["fingerprint"] != answer["fingerprint"]


def test_a_generator_is_named_on_the_command_line_and_what_looks_inside_a_model_says_so(
    home: Path, installed: Path
) -> None:
    (home / "assistant.toml").write_text('[model]\nembedder = "chargrams"\n', encoding="utf-8")
    asked = run(home, installed, "--model", "quoting", "ask", "How does real-time inference answer?")
    assert asked.returncode == 0 and "each request immediately" in asked.stdout, asked.stderr
    inside = run(home, installed, "--model", "quoting", "lab", "attention", "Cats purr.")
    assert inside.returncode != 0 and "This looks inside a model of sentence-transformers" in inside.stderr
    checked = run(home, installed, "--model", "quoting", "doctor")
    assert "The model quoting, of another package, loads" in checked.stdout
    unknown = run(home, installed, "--model", "quotin", "ask", "What is it?")
    assert unknown.returncode != 0 and "There is no model 'quotin'" in unknown.stderr


def test_a_broken_one_is_one_sentence_and_the_others_go_on(home: Path, installed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(installed, broken)
    (broken / "assistant_subtitles.py").write_text("import no_such_library\n", encoding="utf-8")
    (broken / "assistant_quoting.py").write_text("class Quoting:\n    pass\n", encoding="utf-8")
    (home / "notes" / "note.md").write_text("# Cats\n\nCats purr when they are content.\n", encoding="utf-8")
    (home / "assistant.toml").write_text('[model]\nembedder = "chargrams"\n', encoding="utf-8")
    built = run(home, broken, "index", "build")
    assert built.returncode == 0, built.stderr
    (said,) = [line for line in built.stderr.splitlines() if "no_such_library" in line]
    assert "assistant_subtitles:SUBTITLES" in said and "pip uninstall assistant-subtitles" in said
    assert "Traceback" not in built.stderr
    found = run(home, broken, "search", "Cats purr")
    assert found.returncode == 0 and "content" in found.stdout, found.stderr
    asked = run(home, broken, "--model", "quoting", "ask", "When do cats purr?")
    assert asked.returncode != 0 and "The extension quoting cannot be used" in asked.stderr
    assert "pip uninstall assistant-quoting" in asked.stderr and "Traceback" not in asked.stderr


def test_each_keeps_the_contract_of_its_part(installed: Path) -> None:
    page = (EXTENDING / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    names = "from assistant_chargrams import CharacterGrams\nfrom assistant_quoting import Quoting\n"
    names += "from assistant.index.vectors import VectorIndex as MyIndex\n"
    environ = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{ROOT}"}
    ran = run_child([sys.executable, "-c", names + block], capture_output=True, text=True, env=environ)
    assert ran.returncode == 0, ran.stderr
