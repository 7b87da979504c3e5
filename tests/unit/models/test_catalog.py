"""The catalogue, and whether a model on disk is the one it describes."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.models.catalog import REPOSITORY_MODELS, Catalog, ModelEntry, ModelFile, model_folders, verify
from assistant.models.integrity import STAMP_NAME, HuggingFaceSource, WheelSource, wrong_files
from assistant.workspace import Workspace

CONTENT = b"GGUF" + bytes(range(256)) * 4
ENTRY_TOML = """
[[model]]
name = "tiny"
role = "generator"
licence = "MIT"
context_tokens = 64
memory_gb = 0.1
description = "Small."
files = [{ path = "tiny.gguf", bytes = 1028, sha256 = "%s" }]
sources = [{ kind = "huggingface", repo = "a/b", revision = "main" }]
"""
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def make_entry(*files: tuple[str, bytes], name: str = "tiny", role: str = "generator") -> ModelEntry:
    records = tuple(ModelFile(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files)
    return ModelEntry(name, role, records, "MIT", 64, 0.1, "Small.", (HuggingFaceSource("a/b", "main"),))


def put(entry: ModelEntry, models: Path, *contents: bytes) -> Path:
    for file, content in zip(entry.files, contents, strict=True):
        path = entry.folder(models) / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return entry.location(models)


TINY = make_entry(("tiny.gguf", CONTENT))
CATALOG = Catalog((TINY,))


# The file that ships


def test_the_shipped_catalogue():
    shipped = {entry.name: entry for entry in Catalog.load([REPOSITORY_MODELS])}
    assert set(shipped) == {
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-0.5b",
        "qwen2.5-1.5b",
        "qwen3-1.7b",
        "granite-4.0-micro",
        "qwen3-4b",
        "qwen3-8b",
        "smollm2-135m",
        "all-minilm-l6-v2",
    }
    default = shipped["qwen2.5-coder-1.5b"]
    assert default.bytes == 1_117_320_768
    assert default.files[0].sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    assert [len(source.packages) for source in default.sources if isinstance(source, WheelSource)] == [22]
    for entry in shipped.values():
        assert isinstance(entry.sources[0], HuggingFaceSource), "the publisher comes first"
        assert entry.licence == "Apache-2.0"
        assert re.fullmatch("[0-9a-f]{40}", entry.sources[0].revision), "a commit: the file behind it cannot change"
    assert {name for name, entry in shipped.items() if entry.tried} == {
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-0.5b",
        "smollm2-135m",
        "all-minilm-l6-v2",
    }


def test_the_embedder_lists_every_file_it_is_loaded_from():
    entry = Catalog.load([REPOSITORY_MODELS]).get("all-minilm-l6-v2")
    assert entry.role == "embedder"
    assert {file.path for file in entry.files} == {
        "model.safetensors",
        "tokenizer.json",
        "vocab.txt",
        "config.json",
        "modules.json",
        "1_Pooling/config.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
    }


# Reading


def test_a_workspace_adds_to_the_shared_catalogue(tmp_path):
    own, shared = tmp_path / "own", tmp_path / "shared"
    for folder, licence, name in ((own, "Own", "tiny"), (shared, "MIT", "tiny"), (shared, "MIT", "other")):
        folder.mkdir(exist_ok=True)
        text = (ENTRY_TOML % DIGEST).replace('"MIT"', f'"{licence}"').replace('"tiny"', f'"{name}"')
        with (folder / "catalog.toml").open("a", encoding="utf-8") as stream:
            stream.write(text)
    catalog = Catalog.load([own, shared])
    assert {entry.name: entry.licence for entry in catalog} == {"tiny": "Own", "other": "MIT"}


def test_folders_of_another_workspace_end_with_the_shared_one(tmp_path):
    assert model_folders(Workspace(tmp_path)) == (tmp_path / "models", REPOSITORY_MODELS)
    assert model_folders(Workspace(REPOSITORY_MODELS.parent)) == (REPOSITORY_MODELS,)


def test_no_catalogue_anywhere(tmp_path):
    with pytest.raises(ModelError, match=r"There is no catalog\.toml") as caught:
        Catalog.load([tmp_path])
    assert "make install" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('licence = "MIT"', "", "model.0.licence: Field required"),
        (DIGEST, "abc", "model.0.files.0.sha256: String should match pattern '^[0-9a-f]{64}$', but is 'abc'"),
        ('path = "tiny.gguf"', 'path = "../tiny.gguf"', "leaves the model's folder"),
        ('path = "tiny.gguf"', 'path = "/etc/passwd"', "leaves the model's folder"),
        ('name = "tiny"', 'name = "a/b"', "cannot be the name of a folder"),
        (
            'role = "generator"',
            'role = "oracle"',
            "Input should be 'generator' or 'embedder', but is 'oracle'",
        ),
        ('kind = "huggingface"', 'kind = "torrent"', "torrent"),
        (
            'kind = "huggingface"',
            'kind = "wheels", packages = []',
            "wheels.packages: Tuple should have",
        ),
        ("context_tokens = 64", 'context_tokens = "many"', "many"),
        ("files = [", "files = [] # [", "model.0.files: Tuple should have at least 1 item"),
        ("[[model]]", "[[model]", "cannot be read"),
    ],
)
def test_a_faulty_catalogue_is_named_with_its_fault(tmp_path, old, new, says):
    text = ENTRY_TOML % DIGEST
    assert old in text
    (tmp_path / "catalog.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        Catalog.load([tmp_path])
    assert says in caught.value.message
    assert str(tmp_path / "catalog.toml") in caught.value.message


# By name or path


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(ModelError, match="'tinny'") as caught:
        CATALOG.get("tinny")
    assert "Did you mean tiny?" in caught.value.hint


def test_a_model_is_found_in_the_shared_folder(tmp_path):
    expected = put(TINY, tmp_path / "shared", CONTENT)
    assert CATALOG.resolve("tiny", [tmp_path / "own", tmp_path / "shared"]) == expected


def test_the_workspace_comes_before_the_shared_folder(tmp_path):
    put(TINY, tmp_path / "shared", CONTENT)
    expected = put(TINY, tmp_path / "own", CONTENT)
    assert CATALOG.resolve("tiny", [tmp_path / "own", tmp_path / "shared"]) == expected


def test_an_embedder_is_a_folder_and_complete(tmp_path):
    entry = make_entry(("model.safetensors", b"weights"), ("1_Pooling/config.json", b"{}"), role="embedder")
    put(entry, tmp_path, b"weights", b"{}")
    assert Catalog((entry,)).resolve("tiny", [tmp_path], role="embedder") == tmp_path / "tiny"
    (tmp_path / "tiny/1_Pooling/config.json").unlink()
    with pytest.raises(ModelMissing):
        Catalog((entry,)).resolve("tiny", [tmp_path])


def test_a_model_of_another_role_is_refused(tmp_path):
    put(TINY, tmp_path, CONTENT)
    with pytest.raises(ModelError, match="role generator; embedder is needed"):
        CATALOG.resolve("tiny", [tmp_path], role="embedder")


def test_a_model_that_is_not_downloaded(tmp_path):
    with pytest.raises(ModelMissing) as caught:
        CATALOG.resolve("tiny", [tmp_path])
    assert caught.value.hint == "assistant models pull tiny"


def test_any_gguf_by_path_or_by_its_name_in_models(tmp_path):
    path = tmp_path / "ünlike any.gguf"
    path.write_bytes(CONTENT)
    assert CATALOG.resolve(str(path), []) == path.resolve()
    assert CATALOG.resolve(path.name, [tmp_path]) == path.resolve()


@pytest.mark.parametrize("name", ["no/such.gguf", "such.gguf"])
def test_a_path_without_a_file(tmp_path, name):
    with pytest.raises(ModelMissing, match="There is no model file"):
        CATALOG.resolve(name, [tmp_path])


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04rest", b"<html>"])
def test_a_file_that_is_no_gguf(tmp_path, content):
    (tmp_path / "own.gguf").write_bytes(content)
    with pytest.raises(ModelDamaged, match="not a GGUF model"):
        CATALOG.resolve(str(tmp_path / "own.gguf"), [])


def test_a_folder_that_is_no_embedder(tmp_path):
    with pytest.raises(ModelDamaged, match="is a folder"):
        CATALOG.resolve(str(tmp_path), [])
    (tmp_path / "modules.json").write_text("[]")
    assert CATALOG.resolve(str(tmp_path), []) == tmp_path.resolve()


# Damage


def test_a_truncated_file_is_noticed_before_use(tmp_path):
    put(TINY, tmp_path, CONTENT[:-1])
    with pytest.raises(ModelDamaged, match="1,027 bytes instead of 1,028") as caught:
        CATALOG.resolve("tiny", [tmp_path])
    assert caught.value.hint == "assistant models pull tiny --force"


def test_a_file_of_the_right_size_with_other_bytes_is_noticed(tmp_path):
    put(TINY, tmp_path, CONTENT[:-1] + b"?")
    with pytest.raises(ModelDamaged, match="checksum"):
        CATALOG.resolve("tiny", [tmp_path])


def test_a_file_that_is_replaced_after_its_check_is_noticed(tmp_path):
    path = put(TINY, tmp_path, CONTENT)
    CATALOG.resolve("tiny", [tmp_path])
    stat = path.stat()
    path.write_bytes(CONTENT[:-1] + b"?")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(ModelDamaged):
        CATALOG.resolve("tiny", [tmp_path])


def test_a_checked_file_is_not_read_again(tmp_path):
    # With its size and time unchanged, only reading the bytes could tell the difference: resolve() trusts the stamp,
    # verify() does not.
    path = put(TINY, tmp_path, CONTENT)
    CATALOG.resolve("tiny", [tmp_path])
    stat = path.stat()
    path.write_bytes(CONTENT[:-1] + b"?")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert CATALOG.resolve("tiny", [tmp_path]) == path
    assert not verify(TINY, tmp_path).ok


@pytest.mark.parametrize("stamp", ["", "[1, 2]", "{not json", '{"tiny.gguf": "yes"}'])
def test_a_broken_stamp_means_hashing_again(tmp_path, stamp):
    put(TINY, tmp_path, CONTENT[:-1] + b"?")
    (tmp_path / "tiny" / STAMP_NAME).write_text(stamp)
    with pytest.raises(ModelDamaged):
        CATALOG.resolve("tiny", [tmp_path])


def test_a_touched_file_is_hashed_and_stamped_again(tmp_path):
    path = put(TINY, tmp_path, CONTENT)
    CATALOG.resolve("tiny", [tmp_path])
    before = (path.parent / STAMP_NAME).read_text()
    os.utime(path, ns=(1, 1))
    assert CATALOG.resolve("tiny", [tmp_path]) == path
    assert (path.parent / STAMP_NAME).read_text() != before


def test_verify_names_each_fault_and_reports_its_progress(tmp_path):
    entry = make_entry(("a", b"12345"), ("b", b"67890"), ("c", b"abc"), role="embedder")
    put(entry, tmp_path, b"12345", b"6789?", b"abc")
    (tmp_path / "tiny/c").unlink()
    seen: list[tuple[int, int]] = []
    result = verify(entry, tmp_path, lambda done, total: seen.append((done, total)))
    assert not result.ok
    assert result.files == 3
    assert len(result.faults) == 2
    assert "b is not the file of the catalogue" in result.faults[0]
    assert "c is not there" in result.faults[1]
    assert seen == [(5, 13), (10, 13)]
    assert [file.path for file in wrong_files(entry, tmp_path)] == ["b", "c"]
