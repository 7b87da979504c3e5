import json

import pytest

from assistant.models.llama import probe
from assistant.models.llama.library import LlamaModel
from assistant.models.llama.probe import (
    ThreadChoice,
    candidates,
    load_choice,
    pick_batch,
    probe_batch,
    probe_threads,
    recall,
    save_choice,
)

CHOICE = ThreadChoice(2, 4, 18.5, 61.25)


@pytest.mark.parametrize(
    ("physical", "logical", "expected"),
    [(1, 1, (1,)), (2, 2, (1, 2)), (2, 4, (1, 2, 4)), (8, 16, (1, 4, 7, 8, 16)), (8, 2, (1, 2))],
)
def test_candidates_never_exceed_the_hardware_threads(physical, logical, expected):
    assert candidates(physical, logical) == expected


def test_choices_of_several_models_are_kept_side_by_side(tmp_path):
    path = tmp_path / "cache" / "threads.json"
    assert load_choice(path, "a") is None
    assert save_choice(path, "a", CHOICE)
    assert save_choice(path, "b", ThreadChoice(1, 1, 1.0, 1.0))
    assert load_choice(path, "a") == CHOICE
    assert [entry.name for entry in path.parent.iterdir()] == ["threads.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 3}', '{"a": {"threads": 2}}', '{"a": {"cores": 2}}'])
def test_an_unreadable_file_counts_as_no_choice(tmp_path, text):
    path = tmp_path / "threads.json"
    path.write_text(text)
    assert load_choice(path, "a") is None
    assert save_choice(path, "a", CHOICE)
    assert load_choice(path, "a") == CHOICE


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert not save_choice(tmp_path / "file" / "threads.json", "a", CHOICE)


def idle():
    return False


@pytest.mark.model
def test_a_busy_machine_is_not_measured_and_nothing_is_remembered(small_model_path, tmp_path):
    path = tmp_path / "threads.json"
    with LlamaModel(small_model_path) as model:
        choice = recall(model, "small", path, lambda: True)
    assert choice.threads == choice.batch_threads == min(probe.cores(), candidates()[-1])
    assert not path.exists()


@pytest.mark.model
def test_a_real_model_is_measured_once_for_each_machine(small_model_path, tmp_path):
    path = tmp_path / "threads.json"
    with LlamaModel(small_model_path) as model:
        choice = recall(model, "small", path, idle)
        assert choice.threads in candidates()
        assert choice.batch_threads in candidates()
        assert choice.decode_tokens_per_s > 0
        assert choice.prefill_tokens_per_s > choice.decode_tokens_per_s / 10
        assert list(json.loads(path.read_text())) == [probe.machine_key("small")]

        path.write_text(path.read_text().replace(f'"threads": {choice.threads}', '"threads": 77'))
        assert recall(model, "small", path, idle).threads == 77, "remembered"
        assert recall(model, "other", path, idle).threads != 77, "another model is measured"


@pytest.mark.model
def test_only_the_given_numbers_are_tried(small_model_path):
    with LlamaModel(small_model_path) as model:
        choice = probe_threads(model, [1])
    assert (choice.threads, choice.batch_threads) == (1, 1)


@pytest.mark.parametrize(
    ("speeds", "expected"),
    [
        ({64: 90.0, 128: 100.0, 256: 98.0}, 256),
        ({64: 90.0, 128: 110.0, 256: 98.0}, 128),
        ({256: 98.0, 512: 120.0}, 512),
        ({256: 98.0, 512: 60.0}, 256),
    ],
)
def test_the_usual_batch_stays_unless_another_is_clearly_faster(speeds, expected):
    assert pick_batch(speeds) == expected


@pytest.mark.model
def test_the_fastest_batch_is_one_of_those_that_are_tried(small_model_path):
    with LlamaModel(small_model_path) as model:
        assert probe_batch(model, 1) in (64, 128, 256, 512)
