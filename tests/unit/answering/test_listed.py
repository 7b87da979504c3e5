"""The list in an answer, and the item of it that a question points at."""

import pytest

from assistant.answering.followup import list_items, with_item_named

ROW = "The stages, in order, are: data collection, exploratory analysis, training and monitoring. It is a loop."
BULLETS = "Three metrics:\n\n- **Recall** - the ratio of hits, misses and more.\n- **ROI**: value.\n- Accuracy."


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        (ROW, ("data collection", "exploratory analysis", "training", "monitoring")),
        ("There are data selection, pre-training, and tuning.", ("data selection", "pre-training", "tuning")),
        (BULLETS, ("Recall", "ROI", "Accuracy")),
        ("1. Collect: gather\n2. Train the model. Then wait.\n3) Watch", ("Collect", "Train the model", "Watch")),
        ("**Recall** - hits\n- **ROI** - value", ("Recall", "ROI")),  # quoted from within a list
        ("Recall and precision.", ()),
        ("It learns from data, and it predicts.", ()),
        ("", ()),
    ],
)
def test_what_an_answer_lists(answer: str, items: tuple[str, ...]) -> None:
    assert list_items(answer) == items


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("what happens in the second one?", "what happens in exploratory analysis?"),
        ("explain the first", "explain data collection"),
        ("What is the 3rd step for?", "What is training for?"),
        ("what is step 4", "what is monitoring"),
        ("and the last one?", "and monitoring?"),
    ],
)
def test_the_item_takes_the_place_of_the_pointer(question: str, named: str) -> None:
    assert with_item_named(question, ROW) == named


@pytest.mark.parametrize("question", ["the fifth one?", "step 0?", "why?", "what does the second law say?"])
def test_nothing_is_named_where_nothing_is_pointed_at(question: str) -> None:
    assert with_item_named(question, ROW) == ""


def test_without_a_list_nothing_is_named() -> None:
    assert with_item_named("the second one?", "It is a loop.") == ""
