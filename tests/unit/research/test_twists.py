"""Sentences made of notes: each kind is made as it says, the true ones are accepted, and it is the same every time."""

from assistant.answering.attribution import Attributor
from assistant.types import ContextBlock
from tools.research.twists import twists

TEXTS = (
    """## Inference
- **Batch inference** - processes many large inputs at once in 4 runs. It suits nightly reports.
- **Real-time inference** - handles each single input as it arrives, within 20 milliseconds
- **Edge inference** - needs small models, cheap chips and fast memory, because the network is slow
- The endpoint uses a queue and keeps 3 workers with Kafka for 7 days.
""",
    """## Cities
The old city lies near Vienna beside the broad river. Traders from Prague never crossed the narrow bridge.
""",
    "## Bread\nSour dough rests overnight in a cool kitchen before baking.\n",
    "## Bees\nForaging bees dance to point out rich flowers to their hive.\n",
)
BLOCKS = [ContextBlock(f"{i}.md", ("Notes",), (), 0, len(text), text, 0) for i, text in enumerate(TEXTS)]


def made(kind: str, seed: int = 0) -> list[str]:
    return [twist.text for twist in twists(BLOCKS, seed=seed) if twist.kind == kind]


def test_true_sentences_say_the_same() -> None:
    assert "Sour dough rests overnight in a cool kitchen before baking." in made("verbatim")
    assert "Sour dough rests overnight in cool kitchen before baking." in made("without articles")
    assert "Edge inference needs small models" in made("first clause")
    assert any("cheap chips, small models and fast" in text for text in made("list in another order"))


def test_false_sentences_change_one_thing() -> None:
    assert "The endpoint uses a queue and keeps 7 workers with Kafka for 3 days." in made("numbers exchanged")
    assert any("near Prague" in text for text in made("another name nearby"))
    assert any("crossed" in text and "never" not in text for text in made("negation"))
    assert any("new city" in text or "narrow river" in text for text in made("opposite"))
    assert any(text.startswith("Queue uses the endpoint") for text in made("subject and object exchanged"))
    assert any("arrives" in text and " because batch inference" in text for text in made("false reason"))
    assert any(text.startswith("Batch inference handles each single input") for text in made("said of another item"))


def test_changed_numbers_stand_nowhere_in_what_was_read() -> None:
    for twist in twists(BLOCKS):
        if twist.kind == "another number":
            present = set(" ".join(block.text for block in twist.blocks).replace(".", " ").split())
            assert any(word.strip(".,") not in present for word in twist.text.split() if word[:1].isdigit())


def test_the_same_seed_gives_the_same_sentences() -> None:
    assert list(twists(BLOCKS, seed=1)) == list(twists(BLOCKS, seed=1))
    assert len({twist.id for twist in twists(BLOCKS)}) == len(list(twists(BLOCKS)))


def test_the_check_tells_them_apart() -> None:
    accepted: dict[bool, list[bool]] = {True: [], False: []}
    for twist in twists(BLOCKS):
        found = Attributor(twist.blocks, "", 0.68).attribute(twist.text, 0, len(twist.text))
        accepted[twist.true].append(found.supported)
    assert all(accepted[True])
    assert sum(accepted[False]) <= 0.2 * len(accepted[False])
