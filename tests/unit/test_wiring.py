"""The assistant as command line and page see it, with a real index and stand-ins for the models."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.config import ChunkingConfig, Config, ModelConfig
from assistant.errors import IndexMissing, ModelMissing, NoteNotFound, NotesError
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Scope
from assistant.wiring import StudyAssistant
from assistant.wiring_models import Models
from assistant.workspace import Workspace

ANSWER = "Cats purr at night."


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StudyAssistant]:
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(
        Models, "_load_engine", lambda _: FakeGenerator(lambda _: ANSWER, comparisons=(-9, -9, -0.1, -5))
    )
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.md").write_text("# Cats\n\n## Sounds\n\nCats purr at night.\n", encoding="utf-8")
    made = StudyAssistant(Workspace(tmp_path), Config(chunking=ChunkingConfig(20, 60)))
    yield made
    made.close()


def answer(assistant: StudyAssistant, question: str, **kwargs: object) -> Done:
    last = list(assistant.ask(question, **kwargs))[-1]  # type: ignore[arg-type]
    assert isinstance(last, Done)
    return last


def test_before_the_first_build_the_error_names_the_command(assistant: StudyAssistant) -> None:
    assert assistant.index_status().state == "missing"
    assert [note.state for note in assistant.library()] == ["waiting"]
    with pytest.raises(IndexMissing) as caught:
        assistant.ask("Do cats purr?")
    assert caught.value.hint == "assistant index build"


def test_build_then_ask(assistant: StudyAssistant) -> None:
    assert assistant.build().passages == 1
    done = answer(assistant, "Do cats purr at night?")
    assert done.answer.text == ANSWER
    citation = done.answer.numbered_citations()[0]
    assert assistant.note(citation.note).text[citation.start : citation.end] == citation.quote == ANSWER
    assert done.answer.fingerprint == assistant.index_status().fingerprint == assistant.fingerprint()


def test_an_edit_makes_the_index_stale_and_is_searched_after_the_build(assistant: StudyAssistant) -> None:
    assistant.build()
    assert assistant.index_status().state == "ready"
    assistant.add_notes([_file(assistant, "dogs.md", "# Dogs\n\nDogs bark at strangers.")])
    assert (assistant.index_status().state, assistant.index_status().waiting) == ("stale", 1)
    assert {note.path: note.state for note in assistant.library()} == {"cats.md": "ready", "dogs.md": "waiting"}
    assistant.build()
    assert assistant.search("dogs bark").hits[0].chunk.note == "dogs.md"
    assert assistant.index_status().state == "ready"


def test_a_removed_note_goes_to_the_trash_whole(assistant: StudyAssistant) -> None:
    text = (assistant.workspace.notes / "cats.md").read_text()
    assistant.build()
    assistant.remove_note("cats.md")
    assert not (assistant.workspace.notes / "cats.md").exists()
    assert [file.read_text() for file in assistant.workspace.trash.rglob("*.md")] == [text]
    assert assistant.build().removed == ("cats.md",)
    with pytest.raises(NoteNotFound):
        assistant.remove_note("cats.md")


def test_adding_what_is_there_or_cannot_be_read_says_why(assistant: StudyAssistant) -> None:
    same = _file(assistant, "cats.md", (assistant.workspace.notes / "cats.md").read_text())
    with pytest.raises(NotesError, match=r"there already, as cats\.md"):
        assistant.add_notes([same])
    with pytest.raises(NotesError, match=r"picture\.xyz"):
        assistant.add_notes([_file(assistant, "picture.xyz", "?")])


def test_what_could_be_added_is_and_the_rest_is_named(assistant: StudyAssistant) -> None:
    good, bad = _file(assistant, "owls.md", "Owls hoot."), _file(assistant, "picture.xyz", "?")
    with pytest.raises(NotesError, match=r"1 of 2 files were added\. picture\.xyz"):
        assistant.add_notes([good, bad])
    assert "owls.md" in {note.path for note in assistant.library()}


def test_a_file_in_the_place_of_the_notes_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("a file")
    with pytest.raises(NotesError, match="cannot be made"):
        StudyAssistant(Workspace(tmp_path), Config())


def test_the_index_folder_may_be_deleted_while_it_runs(assistant: StudyAssistant) -> None:
    assistant.build()
    assistant.close()
    shutil.rmtree(assistant.workspace.index)
    again = StudyAssistant(assistant.workspace, assistant.config)
    assert again.index_status().state == "missing"
    assert again.build().passages == 1
    assert again.index_status().state == "ready"
    again.close()


def test_outline_and_note_follow_the_index(assistant: StudyAssistant) -> None:
    assert assistant.outline() == ()
    assert assistant.note("cats.md").title == "Cats"  # also before it is indexed
    assistant.build()
    assert [section.heading_path for section in assistant.outline()] == [("Cats",), ("Cats", "Sounds")]
    with pytest.raises(NoteNotFound):
        assistant.note("../secret.md")


def test_a_scope_limits_the_answer(assistant: StudyAssistant) -> None:
    assistant.build()
    assert answer(assistant, "Do cats purr?", scope=Scope("dogs.md")).answer.abstained
    assert not answer(assistant, "Do cats purr at night?", scope=Scope("cats.md", ("Cats",))).answer.abstained


def test_a_background_build_is_seen_and_its_failure_told(
    assistant: StudyAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(embedder: FakeEmbedder, texts: list[str], report: object = None) -> object:
        began.set()
        assert go_on.wait(30)
        raise ModelMissing("The embedder is gone.", hint="assistant models pull")

    monkeypatch.setattr(FakeEmbedder, "embed_chunks", slow)
    assistant.start_build()
    assert began.wait(30)
    assert assistant.index_status().state == "building"
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "build":
            thread.join(30)
    status = assistant.index_status()
    assert status.state != "building"
    assert "The embedder is gone. assistant models pull" in status.fault


def test_a_missing_model_is_told_in_the_state_line(tmp_path: Path) -> None:
    made = StudyAssistant(Workspace(tmp_path), Config(), model_named=True)
    made._models._folders = (tmp_path / "models",)
    (tmp_path / "models").mkdir()
    source = Path(__file__).parents[2] / "models" / "catalog.toml"
    shutil.copy(source, tmp_path / "models")
    with pytest.raises(ModelMissing):
        made.engine()
    status = made.engine_status()
    assert status.state == "missing"
    assert "assistant models pull qwen2.5-coder-1.5b" in status.message
    made.close()


def _file(assistant: StudyAssistant, name: str, text: str) -> Path:
    folder = assistant.workspace.root / "elsewhere"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_changed_setting_is_written_and_followed_at_once(assistant: StudyAssistant) -> None:
    assistant.build()
    assistant.set_warming(False)
    assert answer(assistant, "Do cats purr at night?").answer.abstained is False
    assert assistant.settings.change("answering", "min_evidence", 1.0).at_once
    assert answer(assistant, "Do cats purr at night?").answer.abstained
    assert not assistant.warm_status().on, "the switch of the page stays"
    assistant.settings.change("answering", "warm", False)
    assistant.settings.change("answering", "warm", True)
    assert assistant.warm_status().on
    assert not assistant.settings.change("model", "cache_disk_mb", 500).at_once
    assert assistant.config.model.cache_disk_mb == ModelConfig().cache_disk_mb
    text = (assistant.workspace.root / "assistant.toml").read_text()
    assert "min_evidence = 1.0" in text and "cache_disk_mb = 500" in text


def test_the_cache_takes_as_much_disk_as_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(Models, "_find_engine", lambda _: ("m", tmp_path, ""))
    monkeypatch.setattr(
        "assistant.wiring_models.load_engine",
        lambda *args, **_: seen.append(args[2].cache_disk_bytes) or FakeGenerator(lambda _: ANSWER),
    )
    models = Models(Workspace(tmp_path), ModelConfig(cache_disk_mb=500), named=True, kv_folder=None)
    models.engine.get()
    assert seen == [500_000_000]
