"""What stands beside one item of a list is not said of another one."""

import pytest

from assistant.answering.attribution import Attributor
from assistant.types import ContextBlock

TEXT = """## Kinds of inference
- **Batch** - processes many inputs at once. It is cheap.
- **Real-time** - handles each input as it arrives, with low delay
- **Example** - nightly reports in one run
- **Example** - chatbots that answer quickly
"""
BLOCK = ContextBlock("n.md", ("Kinds of inference",), (), 0, len(TEXT), TEXT, 0)


def reason(sentence: str) -> str:
    return Attributor([BLOCK], "", 0.6).attribute(sentence, 0, len(sentence)).reason


@pytest.mark.parametrize(
    ("sentence", "owner"),
    [
        ("Batch handles each input as it arrives.", "Real-time"),
        ("Real-time processes many inputs at once.", "Batch"),
        ("Batch processes many inputs at once, which handles each input as it arrives.", "Real-time"),
    ],
)
def test_of_whom_it_is_said_is_named(sentence: str, owner: str) -> None:
    assert reason(sentence) == f"your notes say this of “{owner}”"


@pytest.mark.parametrize(
    "sentence",
    [
        "Batch processes many inputs at once.",
        "Batch is cheap.",
        "Batch processes many inputs at once, and real-time handles each input as it arrives.",
        "Example: chatbots that answer quickly.",
    ],
)
def test_what_is_said_of_the_item_itself_passes(sentence: str) -> None:
    assert reason(sentence) == ""


def test_a_field_that_every_item_has_owns_nothing() -> None:
    text = """- **Speech**
  - **Use** - reading a text aloud to people
  - **AWS** - Polly
- **Vision**
  - **Use** - sorting pictures of products
  - **AWS** - Rekognition
"""
    block = ContextBlock("n.md", (), (), 0, len(text), text, 0)
    sentence = "Polly is for reading a text aloud."
    assert Attributor([block], "", 0.6).attribute(sentence, 0, len(sentence)).reason == ""


SEVERAL = """## Bias, fairness and fit
- **Bias** - systematic errors in the predictions of a model
- **Fairness** - making sure that predictions are impartial
- **Overfitting** - the model learns its training data by heart and fails on new data
- **Structured data** - organised and easy to search
- **Amazon Q** - answers questions about a company
  - **Use** - advanced language tasks and interaction with models
- **AWS Lambda** - runs code without servers
  - **Use** - lightweight deployments of small applications
"""


def reason_in_several(sentence: str) -> str:
    block = ContextBlock("n.md", ("Bias, fairness and fit",), (), 0, len(SEVERAL), SEVERAL, 0)
    return Attributor([block], "", 0.6).attribute(sentence, 0, len(sentence)).reason


@pytest.mark.parametrize(
    ("sentence", "owner"),
    [
        ("Bias is making sure that predictions are impartial.", "Fairness"),
        ("Fairness means that the model learns its training data by heart.", "Overfitting"),
        ("Bias is organised and easy to search.", "Structured data"),
        ("AWS Lambda is for advanced language tasks and interaction with models.", "Amazon Q"),
    ],
)
def test_a_heading_that_names_several_speaks_of_each_where_its_item_stands(sentence: str, owner: str) -> None:
    assert reason_in_several(sentence) == f"your notes say this of “{owner}”"


@pytest.mark.parametrize(
    "sentence",
    [
        "Amazon Q is for advanced language tasks and interaction with models.",
        "Amazon Q answers questions about a company and AWS Lambda runs code without servers.",
        "Fairness is making sure that predictions are impartial.",
        "Bias means systematic errors, and structured data is organised and easy to search.",
    ],
)
def test_what_an_item_holds_is_said_of_it_and_an_and_may_change_the_subject(sentence: str) -> None:
    assert reason_in_several(sentence) == ""


def test_what_is_told_of_something_elsewhere_may_hold_of_an_item_too() -> None:
    services = ContextBlock("n.md", ("Services",), (), 0, 40, "- **Polly** - turns text into speech, in", 0)
    kinds = "- **Audio generation** - speech and music\n  - **Use** - reading text aloud to people"
    uses = ContextBlock("n.md", ("Kinds",), (), 50, 50 + len(kinds), kinds, 1)
    sentence = "Polly is for reading text aloud to people."
    assert Attributor([services, uses], "", 0.6).attribute(sentence, 0, len(sentence)).reason == ""
