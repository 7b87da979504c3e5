"""The assistant as command line and page see it, with a real index and stand-ins for the models."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app.assistant import Assistant
from assistant.app.model_loading import Models
from assistant.config import ChunkingConfig, Config, ModelConfig
from assistant.errors import IndexMissing, ModelMissing, NoteNotFound, NotesError
from assistant.testing import FakeEmbedder, FakeGenerator
from assistant.types import Done, Request, Scope
from assistant.ui.tabs.lab.chunking_lesson import ChunkingHandlers
from assistant.ui.tabs.lab.metrics_lesson import MetricHandlers
from assistant.workspace import Workspace

ANSWER = "Cats purr at night."


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr(Models, "_open_embedder", lambda _: FakeEmbedder())
    monkeypatch.setattr(
        Models, "_load_engine", lambda _: FakeGenerator(lambda _: ANSWER, comparisons=(-9, -9, -0.1, -5))
    )
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.md").write_text("# Cats\n\n## Sounds\n\nCats purr at night.\n", encoding="utf-8")
    made = Assistant(Workspace(tmp_path), Config(chunking=ChunkingConfig(20, 60)))
    yield made
    made.close()


def answer(assistant: Assistant, question: str, **kwargs: object) -> Done:
    last = list(assistant.answers.ask(Request(question, **kwargs)))[-1]  # type: ignore[arg-type]
    assert isinstance(last, Done)
    return last


def test_before_the_first_build_the_error_names_the_command(assistant: Assistant) -> None:
    assert assistant.index.status().state == "missing"
    assert [note.state for note in assistant.notes.all()] == ["waiting"]
    with pytest.raises(IndexMissing) as caught:
        assistant.answers.ask("Do cats purr?")
    assert caught.value.hint == "assistant index build"


def test_build_then_ask(assistant: Assistant) -> None:
    assert assistant.index.build().passages == 1
    done = answer(assistant, "Do cats purr at night?")
    assert done.answer.text == ANSWER
    citation = done.answer.numbered_citations()[0]
    assert assistant.notes.read(citation.note).text[citation.start : citation.end] == citation.quote == ANSWER
    assert done.answer.fingerprint == assistant.index.status().fingerprint == assistant.index.fingerprint()


def test_an_edit_makes_the_index_stale_and_is_searched_after_the_build(assistant: Assistant) -> None:
    assistant.index.build()
    assert assistant.index.status().state == "ready"
    assistant.notes.add([_file(assistant, "dogs.md", "# Dogs\n\nDogs bark at strangers.")])
    assert (assistant.index.status().state, assistant.index.status().waiting) == ("stale", 1)
    assert {note.path: note.state for note in assistant.notes.all()} == {"cats.md": "ready", "dogs.md": "waiting"}
    assistant.index.build()
    assert assistant.index.search("dogs bark").hits[0].chunk.note == "dogs.md"
    assert assistant.index.status().state == "ready"


def test_a_removed_note_goes_to_the_trash_whole(assistant: Assistant) -> None:
    text = (assistant.workspace.notes / "cats.md").read_text()
    assistant.index.build()
    assistant.notes.remove("cats.md")
    assert not (assistant.workspace.notes / "cats.md").exists()
    assert [file.read_text() for file in assistant.workspace.trash.rglob("*.md")] == [text]
    assert assistant.index.build().removed == ("cats.md",)
    with pytest.raises(NoteNotFound):
        assistant.notes.remove("cats.md")


def test_adding_what_is_there_or_cannot_be_read_says_why(assistant: Assistant) -> None:
    same = _file(assistant, "cats.md", (assistant.workspace.notes / "cats.md").read_text())
    with pytest.raises(NotesError, match=r"there already, as cats\.md"):
        assistant.notes.add([same])
    with pytest.raises(NotesError, match=r"picture\.xyz"):
        assistant.notes.add([_file(assistant, "picture.xyz", "?")])


def test_what_could_be_added_is_and_the_rest_is_named(assistant: Assistant) -> None:
    good, bad = _file(assistant, "owls.md", "Owls hoot."), _file(assistant, "picture.xyz", "?")
    with pytest.raises(NotesError, match=r"1 of 2 files were added\. picture\.xyz"):
        assistant.notes.add([good, bad])
    assert "owls.md" in {note.path for note in assistant.notes.all()}


def test_a_file_in_the_place_of_the_notes_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("a file")
    with pytest.raises(NotesError, match="cannot be made"):
        Assistant(Workspace(tmp_path), Config())


def test_the_index_folder_may_be_deleted_while_it_runs(assistant: Assistant) -> None:
    assistant.index.build()
    assistant.close()
    shutil.rmtree(assistant.workspace.index)
    again = Assistant(assistant.workspace, assistant.settings.now)
    assert again.index.status().state == "missing"
    assert again.index.build().passages == 1
    assert again.index.status().state == "ready"
    again.close()


def test_outline_and_note_follow_the_index(assistant: Assistant) -> None:
    assert assistant.notes.outline() == ()
    assert assistant.notes.read("cats.md").title == "Cats"  # also before it is indexed
    assistant.index.build()
    assert [section.heading_path for section in assistant.notes.outline()] == [("Cats",), ("Cats", "Sounds")]
    with pytest.raises(NoteNotFound):
        assistant.notes.read("../secret.md")


def test_a_scope_limits_the_answer(assistant: Assistant) -> None:
    assistant.index.build()
    assert answer(assistant, "Do cats purr?", scope=Scope("dogs.md")).answer.abstained
    assert not answer(assistant, "Do cats purr at night?", scope=Scope("cats.md", ("Cats",))).answer.abstained


def test_a_background_build_is_seen_and_its_failure_told(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(embedder: FakeEmbedder, texts: list[str], report: object = None) -> object:
        began.set()
        assert go_on.wait(30)
        raise ModelMissing("The embedder is gone.", hint="assistant models pull")

    monkeypatch.setattr(FakeEmbedder, "embed_chunks", slow)
    assistant.index.start()
    assert began.wait(30)
    assert assistant.index.status().state == "building"
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "build":
            thread.join(30)
    status = assistant.index.status()
    assert status.state != "building"
    assert "The embedder is gone. assistant models pull" in status.fault


def test_a_missing_model_is_told_in_the_state_line(tmp_path: Path) -> None:
    made = Assistant(Workspace(tmp_path), Config(), model_named=True)
    made.models._folders = (tmp_path / "models",)
    (tmp_path / "models").mkdir()
    source = Path(__file__).parents[3] / "models" / "catalog.toml"
    shutil.copy(source, tmp_path / "models")
    with pytest.raises(ModelMissing):
        made.models.engine.get()
    status = made.models.status()
    assert status.state == "missing"
    assert "assistant models pull qwen2.5-coder-1.5b" in status.message
    made.close()


def _file(assistant: Assistant, name: str, text: str) -> Path:
    folder = assistant.workspace.root / "elsewhere"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_changed_setting_is_written_and_followed_at_once(assistant: Assistant) -> None:
    assistant.index.build()
    assistant.answers.warmer.switch(False)
    assert answer(assistant, "Do cats purr at night?").answer.abstained is False
    assert assistant.settings.change("answering", "min_evidence", 1.0).at_once
    assert answer(assistant, "Do cats purr at night?").answer.abstained
    assert not assistant.answers.warmer.status().on, "the switch of the page stays"
    assistant.settings.change("answering", "warm", False)
    assistant.settings.change("answering", "warm", True)
    assert assistant.answers.warmer.status().on
    assert not assistant.settings.change("model", "cache_disk_mb", 500).at_once
    assert assistant.settings.now.model.cache_disk_mb == ModelConfig().cache_disk_mb
    text = (assistant.workspace.root / "assistant.toml").read_text()
    assert "min_evidence = 1.0" in text and "cache_disk_mb = 500" in text


def test_the_cache_takes_as_much_disk_as_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(Models, "_find_engine", lambda _: ("m", tmp_path, ""))
    monkeypatch.setattr(
        "assistant.app.model_loading.load_engine",
        lambda *args, **_: seen.append(args[2].cache_disk_bytes) or FakeGenerator(lambda _: ANSWER),
    )
    models = Models(Workspace(tmp_path), ModelConfig(cache_disk_mb=500), named=True, kv_folder=None)
    models.engine.get()
    assert seen == [500_000_000]


def test_every_part_follows_a_changed_setting(assistant: Assistant) -> None:
    assistant.notes.add([_file(assistant, "dogs.md", "# Dogs\n\nDogs bark at cats.")])
    assistant.index.build()
    assistant.notes.add([_file(assistant, "long.md", "Owls hoot. " * 120_000)])
    metrics, chunking = MetricHandlers(assistant.lab), ChunkingHandlers(assistant.lab)
    retriever, deck = assistant.index.retriever.get(), assistant.cards

    def seen() -> tuple[object, ...]:
        assistant.notes.refresh()
        return (
            metrics.open().second,
            chunking.notes().used.size,
            len(retriever.search("cats").hits),
            deck.reviews.limits().new_per_day,
            {note.path: note.state for note in assistant.notes.all()}["long.md"],
        )

    assert seen() == (0.25, 20, 2, 20, "waiting")
    assistant.settings.change("answering", "min_evidence", 0.4)
    assistant.settings.change("chunking", "chunk_size_tokens", 30)
    assistant.settings.change("retrieval", "hits", 1)
    assistant.settings.change("study", "new_cards_per_day", 3)
    assistant.settings.change("notes", "max_file_mb", 1)
    assert seen() == (0.4, 30, 1, 3, "unreadable")
