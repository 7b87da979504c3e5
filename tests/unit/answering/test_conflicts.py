"""A sentence laid beside its source: what was changed is found, what was said in other words is let pass."""

import pytest

from assistant.answering.conflicts import conflict, tokens


def found(claim: str, source: str, around: frozenset[str] = frozenset()) -> str:
    return conflict(tokens(claim), tokens(source), around, lambda a, b: a == b)


@pytest.mark.parametrize(
    ("claim", "source", "reason"),
    [
        ("Costs can not fall during the night.", "Costs can fall during the night.", "other way round"),
        ("Costs fall during the night.", "Costs never fall during the night.", "other way round"),
        ("Endpoints cost less than batch jobs.", "Endpoints cost more than batch jobs.", "other way round"),
        ("Caching increases the load of servers.", "Caching reduces the load of servers.", "other way round"),
        ("The court of Rome met in spring.", "The court of Paris met in spring.", "name Paris here, not Rome"),
        ("Ravel wrote nine late quartets.", "Bartok wrote nine late quartets.", "name Bartok here, not Ravel"),
        ("The trip took 4 days by train.", "The trip took 3 days by train.", "number 4"),
        ("The trip took 3 weeks by train.", "The trip took 3 days by train.", "number 3 for something else: days"),
        ("Speeds are 60 turns at 3600 hertz.", "Speeds are 3600 turns at 60 hertz.", "other way round"),
        (
            "Paris opened in 1690, and Rome closed in 1679.",
            "Paris opened in 1679, and Rome closed in 1690.",
            "number 1690",
        ),
        ("Unlabelled examples need clustering.", "Clustering needs unlabelled examples.", "other way round"),
    ],
)
def test_what_was_changed_is_named(claim: str, source: str, reason: str) -> None:
    assert reason in found(claim, source)
    assert found(source, source) == ""


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Text is written by models.", "Models write text."),
        ("Models use video, images and text.", "Models use text, images and video."),
        ("Training took three days on 128 machines.", "Training took 3 days on 128 machines."),
        ("In 2023, training took 3 days.", "Training took 3 days on 128 machines in 2023."),
        ("Additionally, Paris grew quickly.", "Yesterday Lyon and Paris grew quickly."),
        ("The fee falls at night and the queue never grows.", "The fee falls at night."),
        ("Cooking takes time.", "Costs never fall during the night."),
        ("You can use the Haydn algorithm in Vienna.", "Vienna supports the algorithm of Haydn."),
    ],
)
def test_what_is_only_said_otherwise_passes(claim: str, source: str) -> None:
    assert found(claim, source) == ""


def test_a_name_from_the_heading_is_not_foreign() -> None:
    claim, source = "The court of Rome met in spring.", "The court of Italy met in spring."
    assert found(claim, source)
    assert found(claim, source, around=frozenset({"rome"})) == ""


def test_words_that_are_the_same_to_the_caller_are_no_change() -> None:
    claim, source = tokens("The court of Rome met in spring."), tokens("The court of Roma met in spring.")
    assert conflict(claim, source, frozenset(), lambda a, b: {a, b} == {"rome", "roma"}) == ""


def test_tokens_keep_numbers_whole_and_know_names() -> None:
    sentence = tokens("Three of 3,600 K-means runs need **Spark**.")
    assert [token.key for token in sentence if token.is_number] == ["3", "3600"]
    assert [token.text for token in sentence if token.is_name] == ["Kmeans", "Spark"]
