"""What makes a text expensive: the same sentence, written differently.

A tokenizer gives one piece to what was frequent in its training text, which was mostly English and code. So a typing
error, capitals, or another alphabet costs more tokens for the same meaning. Petrov et al. (2023,
https://arxiv.org/abs/2305.15425) call the ratio to English the *premium* of a language and found up to 15:

    premium = tokens of the translation / tokens of the English text
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.lab.figures import Chart, Series
from assistant.lab.tokens import Split

Splitter = Callable[[str], Split]


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try. ``is_translation``: it says what the first example says."""

    name: str
    text: str
    is_translation: bool = True


EXAMPLES = (
    Example("English", "Machine learning finds patterns in data and uses them to predict what comes next."),
    Example("Capitals", "MACHINE LEARNING FINDS PATTERNS IN DATA AND USES THEM TO PREDICT WHAT COMES NEXT."),
    Example("Typos", "Machnie leraning finsd pattrens in dtaa and uess tehm to perdict waht coems nxet."),
    Example("German", "Maschinelles Lernen findet Muster in Daten und sagt damit voraus, was als Nächstes kommt."),
    Example(
        "French",
        "L'apprentissage automatique trouve des motifs dans les données et s'en sert pour prédire la suite.",
    ),
    Example(
        "Russian",
        "Машинное обучение находит закономерности в данных и по ним предсказывает, что будет дальше.",
    ),
    Example("Arabic", "يكتشف تعلم الآلة أنماطا في البيانات ويستخدمها للتنبؤ بما سيأتي بعد ذلك."),
    Example("Hindi", "मशीन लर्निंग डेटा में पैटर्न ढूँढता है और उनसे अनुमान लगाता है कि आगे क्या होगा।"),
    Example("Chinese", "机器学习在数据中发现规律，并用这些规律预测接下来会发生什么。"),
    Example("Code", "model = fit(data)\nfor row in new_rows:\n    print(model.predict(row))", is_translation=False),
    Example("Numbers", "3.14159265358979 + 1000000 = 1000003.14159265358979", is_translation=False),
    Example("Emoji", "🤖📚 ➡️ 🔍📈 ➡️ 🔮👩‍💻🎉", is_translation=False),
)


def premium_chart(splitters: Sequence[Splitter]) -> Chart:
    """Returns the tokens that the same sentence costs, written in each way, for each tokenizer."""
    examples = [example for example in EXAMPLES if example.is_translation]
    tables = [[splitter(example.text) for example in examples] for splitter in splitters]
    names = tuple(example.name for example in examples)
    series = tuple(_bars(splits, names, [float(split.count) for split in splits]) for splits in tables)
    writer = tables[0]
    dearest = max(range(len(writer)), key=lambda i: writer[i].count)
    says = (
        f"For {writer[0].name}, the same sentence is {writer[0].count} tokens in English and {writer[dearest].count} "
        f"in {names[dearest]}: a premium of {writer[dearest].count / writer[0].count:.1f}."
    )
    return Chart("The same sentence, written differently", "", "Tokens", series, says)


def density_chart(text: str, splitters: Sequence[Splitter]) -> Chart:
    """Returns the characters that one token holds, in ``text`` and in each example, for each tokenizer."""
    rows = [("Your text", text), *((example.name, example.text) for example in EXAMPLES)]
    names = tuple(name for name, _ in rows)
    tables = [[splitter(text) for _, text in rows] for splitter in splitters]
    series = tuple(_bars(splits, names, [split.chars_per_token for split in splits]) for splits in tables)
    own, english = tables[0][0], tables[0][1]
    says = (
        f"A token of {own.name} holds {own.chars_per_token:.1f} characters of your text, "
        f"and {english.chars_per_token:.1f} of plain English."
    )
    return Chart("How much text one token holds", "", "Characters per token", series, says)


def _bars(splits: Sequence[Split], names: tuple[str, ...], values: Sequence[float]) -> Series:
    return Series(splits[0].name, names, tuple(values), tuple(map(_says, splits)), mark="bar")


def _says(split: Split) -> str:
    unknown = f", {split.unknown} of them unknown to it" if split.unknown else ""
    return f"{len(split.text)} characters, {split.count} tokens{unknown}"
