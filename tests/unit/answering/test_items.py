"""What stands beside one item of a list is not said of another one."""

import pytest

from assistant.answering.attribution import Attributor
from assistant.types import Block

TEXT = """## Kinds of inference
- **Batch** - processes many inputs at once. It is cheap.
- **Real-time** - handles each input as it arrives, with low delay
- **Example** - nightly reports in one run
- **Example** - chatbots that answer quickly
"""
BLOCK = Block("n.md", ("Kinds of inference",), (), 0, len(TEXT), TEXT, 0)


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
    block = Block("n.md", (), (), 0, len(text), text, 0)
    sentence = "Polly is for reading a text aloud."
    assert Attributor([block], "", 0.6).attribute(sentence, 0, len(sentence)).reason == ""
