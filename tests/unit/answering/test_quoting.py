"""The lines of the notes under an answer: which are taken, where they end, and an answer that only quotes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.answering.quoting import MAX_LINES, ListedItem, closest_lines, only_affirms, quoted_text
from assistant.types import Chunk, Citation, ContextBlock, Hit, Retrieved, SearchResult

TEXT = """# Services

## Data collection

- **Amazon S3** - keeps raw files of any size
- **AWS Glue** - extracts, transforms and loads the data
- **Athena** - asks questions of files in SQL
- **Other AWS Glue services**-
	- Crawlers of AWS Glue look for new data
- Ok
"""
START = TEXT.index("- **Amazon")
NEAR = {"Amazon S3": 0.5, "AWS Glue": 0.6, "Athena": 0.3}
CRAWLERS = "Crawlers of AWS Glue look for new data"


def cosines(question: str, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([next((c for name, c in NEAR.items() if name in text), 0.0) for text in texts], dtype=np.float32)


def found(start: int = START, end: int = len(TEXT)) -> tuple[SearchResult, tuple[ContextBlock, ...]]:
    path = ("Services", "Data collection")
    chunk = Chunk("aws.md", path, (), "", start, end, TEXT[start:end], 0)
    block = ContextBlock("aws.md", path, (), TEXT.index("## Data"), len(TEXT), TEXT[TEXT.index("## Data") :], 0)
    return SearchResult("Which services gather data?", (Hit(chunk, 1.0, 0.6, 1.0, 1, 1),), (), ()), (block,)


def quotes_of(said: str, **kind: int) -> list[str]:
    lines = closest_lines(Retrieved(*found(**kind)), said, cosines)
    for line in lines:
        assert TEXT[line.start : line.end] == line.quote
    return [line.quote.split(" - ")[0].strip("*") for line in lines]


def test_the_lines_nearest_to_the_question_stand_in_the_order_of_the_note() -> None:
    assert quotes_of("") == ["Amazon S3", "AWS Glue", CRAWLERS]  # Athena is too far behind the nearest


def test_what_the_answer_says_already_is_left_out() -> None:
    assert quotes_of("AWS Glue extracts, transforms and loads the data.") == ["Amazon S3", CRAWLERS]
    assert quotes_of("AWS Glue.") == ["Amazon S3", "AWS Glue", CRAWLERS]
    assert quotes_of(f"{CRAWLERS}.") == ["Amazon S3", "AWS Glue"]


DATES = """The treaty was signed after long talks.

It was signed and sealed in 1648.

Talks were long, because nobody trusted it.
"""


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Who signed the treaty?", "The treaty was signed after long talks."),
        ("When was the treaty signed?", "It was signed and sealed in 1648."),
        ("Why were the talks so long?", "Talks were long, because nobody trusted it."),
    ],
)
def test_a_line_that_has_what_is_asked_for_comes_before_one_as_near(question: str, first: str) -> None:
    chunk = Chunk("peace.md", (), (), "", 0, len(DATES), DATES, 0)
    block = ContextBlock("peace.md", (), (), 0, len(DATES), DATES, 0)
    search = SearchResult(question, (Hit(chunk, 1.0, 0.6, 1.0, 1, 1),))
    near = np.array([0.5, 0.4, 0.4], dtype=np.float32)
    lines = closest_lines(Retrieved(search, (block,)), "treaty signed long talks", lambda *_: near)
    told = closest_lines(Retrieved(search, (block,)), "", lambda *_: near)
    assert first in [line.quote for line in told]
    assert max(told, key=lambda line: line.score).quote == first
    assert all(line.quote != DATES.split("\n")[0] for line in lines)


def test_only_the_best_passage_is_quoted() -> None:
    assert quotes_of("", end=TEXT.index("- **AWS Glue")) == ["Amazon S3"]


OTHER = """# Estimators

## Consistency

We call some of them consistent.

## In the limit

| Estimator | Its distribution |
| --- | --- |
| consistent | collapses to a spike |
| another | stays as wide |
"""


def test_in_place_of_an_answer_the_lines_nearest_to_it_take_turns_with_those_nearest_to_the_question() -> None:
    first, second = OTHER.index("## Consistency"), OTHER.index("## In the limit")
    spans = ((("Estimators", "Consistency"), first, second), (("Estimators", "In the limit"), second, len(OTHER)))
    chunks = [Chunk("a.md", path, (), "", start, end, OTHER[start:end], 0) for path, start, end in spans]
    blocks = tuple(ContextBlock("a.md", path, (), start, end, OTHER[start:end], 0) for path, start, end in spans)
    search = SearchResult("Which are consistent?", tuple(Hit(chunk, 1.0, 0.6, 1.0, 1, 1) for chunk in chunks))
    compared: list[str] = []

    def near(text: str, lines: Sequence[str]) -> NDArray[np.float32]:
        compared.extend(lines)
        words = ("consistent",) if text == search.query else ("spike",)
        return np.array([0.6 if any(word in line for word in words) else 0.3 for line in lines], dtype=np.float32)

    found = Retrieved(search, blocks)
    assert [line.quote for line in closest_lines(found, "", near)] == ["We call some of them consistent."]
    quoted = closest_lines(found, "", near, withdrawn="It gets narrower and narrower.")
    assert [line.quote for line in quoted] == [
        "We call some of them consistent.",
        "| consistent | collapses to a spike |",
    ]
    assert "In the limit › Estimator, Its distribution: | consistent | collapses to a spike |" in compared


def test_a_line_that_is_far_from_the_question_is_none() -> None:
    search, sections = found()
    assert (
        closest_lines(Retrieved(search, sections), "", lambda _, texts: np.full(len(texts), 0.1, dtype=np.float32))
        == ()
    )
    assert closest_lines(Retrieved(SearchResult("x", (), (), ()), sections), "", cosines) == ()


def test_there_are_never_many_and_never_long_lines() -> None:
    def alike(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full(len(texts), 0.9, dtype=np.float32)

    text = "\n".join(f"- point number {n} is about a thing of its own" for n in range(9))
    long = f"- {'very ' * 60}long\n- short but telling line\n"
    for body, expected in ((text, MAX_LINES), (long, 1)):
        chunk = Chunk("a.md", (), (), "", 0, len(body), body, 0)
        search = SearchResult("q", (Hit(chunk, 1.0, 0.6, 1.0, 1, 1),), (), ())
        assert (
            len(closest_lines(Retrieved(search, (ContextBlock("a.md", (), (), 0, len(body), body, 0),)), "", alike))
            == expected
        )


def test_an_answer_that_only_quotes_cites_each_line_by_itself() -> None:
    lines = closest_lines(Retrieved(*found()), "", cosines)
    text, sentences = quoted_text(lines)
    assert [text[s.start : s.end] for s in sentences] == [s.text for s in sentences]
    assert not sentences[0].is_claim
    cited: list[Citation] = [c for s in sentences for c in s.citations]
    assert [c.quote for c in cited] == [s.text for s in sentences[1:]] == [line.quote for line in lines]


def test_a_line_is_told_with_the_item_that_it_stands_under() -> None:
    *others, last = closest_lines(Retrieved(*found()), "", cosines)
    assert [line.item for line in others] == ["", ""]
    assert (last.item, last.quote) == ("Other AWS Glue services", CRAWLERS)
    assert last.told == f"Other AWS Glue services › {CRAWLERS}"
    text, sentences = quoted_text([last])
    assert text.endswith(f"\n- Other AWS Glue services › {CRAWLERS}")
    assert sentences[-1].text == CRAWLERS


def test_the_list_that_a_line_introduces_stands_below_it_and_its_items_are_told_once() -> None:
    lead, item = (Citation("a.md", (), at, at + 5, text, 0.5) for at, text in ((0, "Tools:"), (10, "a saw")))
    text, sentences = quoted_text([lead, item], below=[[ListedItem(item, "a saw", "\n- ")], []])
    assert text == "In the words of your notes:\n- Tools:\n    - a saw"
    assert [text[each.start : each.end] for each in sentences[1:]] == ["Tools:", "a saw"]


@pytest.mark.parametrize("picture", ["![[plot of the services.png]]", "![AWS Glue services](glue services.png)"])
def test_a_picture_is_no_line(picture: str) -> None:
    text = f"AWS Glue keeps data.\n\n{picture}\n"
    chunk = Chunk("a.md", (), (), "", 0, len(text), text, 0)
    search = SearchResult("q", (Hit(chunk, 1.0, 0.6, 1.0, 1, 1),))
    block = ContextBlock("a.md", (), (), 0, len(text), text, 0)
    lines = closest_lines(Retrieved(search, (block,)), "", lambda _, texts: np.ones(len(texts), dtype=np.float32))
    assert [line.quote for line in lines] == ["AWS Glue keeps data."]


def test_of_things_that_are_compared_each_has_its_own_lines() -> None:
    text = "- The three-anti campaign hit officials.\n- The five-anti campaign hit merchants.\n"
    chunk = Chunk("a.md", (), (), "", 0, len(text), text, 0)
    block = ContextBlock("a.md", (), (), 0, len(text), text, 0)

    def of(query: str, *parts: Retrieved) -> Retrieved:
        return Retrieved(SearchResult(query, (Hit(chunk, 1.0, 0.6, 1.0, 1, 1),)), (block,), parts)

    parts = (of("who did the three anti campaign hit"), of("the five anti campaign"))
    asked: list[str] = []

    def alike(question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(question)
        return np.full(len(texts), 0.5, dtype=np.float32)

    whole = of("who did the three anti campaign hit compared to the five anti campaign", *parts)
    best = [closest_lines(part, "", alike, of=whole) for part in parts]
    assert [max(lines, key=lambda line: line.score).quote[4:9] for lines in best] == ["three", "five-"]
    assert set(asked) == {whole.search.query}


@pytest.mark.parametrize(
    ("answer", "only"),
    [
        ("Yes, Etch still supports m68k.", True),
        ("Etch still officially supports m68k.", True),
        ("No, Etch does not support m68k.", False),
        ("Yes, it was kept for old Amiga machines.", False),
    ],
)
def test_an_answer_that_repeats_the_question_only_affirms(answer: str, only: bool) -> None:
    assert only_affirms(answer, "Does Etch still support m68k officially?") is only
