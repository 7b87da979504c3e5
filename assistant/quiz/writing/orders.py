"""What the model is asked to write, and in what form (GBNF)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.prompts import SYSTEM, render_block
from assistant.documents.naming import called
from assistant.quiz.writing.cues import ENGLISH, Asked
from assistant.quiz.writing.ideas import Idea
from assistant.types import ContextBlock, Prompt

_INSIDE = r'[^\n.?!:;"()*]'
"""A question has none of these inside: the model takes to lists, quotes and second thoughts otherwise."""

_LENGTH = (8, 150)

_SHOWN = {
    Asked.LIST: "List of “{told}”: {said}",
    Asked.CONTRAST: "Sentence: {said}",
}
_WANTED = {
    Asked.LIST: "Write one short exam question to which this list is the answer.",
    Asked.CONTRAST: "Write one short exam question that asks for the difference that this sentence tells.",
}


def one_sentence(starts: Sequence[str], shortest: int, longest: int, end: str) -> str:
    """Returns the grammar of one sentence on one line.

    Its length is bounded by repeating one character class, which llama.cpp checks in no time; ``maxLength`` of a JSON
    schema would take minutes, and would leave the form to the model.

    Args:
        starts: How it may begin, to the letter; none for any beginning.
        shortest: The fewest characters behind it.
        longest: The most.
        end: Its last character.
    """
    literals = " | ".join(f'"{_escaped(start)}"' for start in starts)
    first = f"({literals})" if literals else "[A-Z]"
    return f'root ::= {first} {_INSIDE}{{{shortest},{longest}}} "{end}"\n'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def grammar_of(idea: Idea, *, free: bool = False) -> str:
    """Returns what a question about ``idea`` has to match: one of the whole questions for its name, or a beginning.

    Args:
        idea: What is asked about.
        free: Only the beginning is fixed, if there are beginnings for what is asked.
    """
    forms, starts = idea.cues.forms.get(idea.asks, ()), idea.cues.starts.get(idea.asks, ())
    if not forms or (free and starts):
        return one_sentence(starts, *_LENGTH, "?")
    whole = " | ".join(f'"{_escaped(form.format(name))}"' for form in forms for name in _ways_of(idea))
    return f"root ::= {whole}\n"


def _ways_of(idea: Idea) -> tuple[str, ...]:
    """Returns how a name may stand in a question: as it does in the notes, or in small letters; with its article."""
    own = next((one for one in idea.cues.articles if idea.told.lower().startswith(one)), "")
    bare = idea.told[len(own) :]
    is_name = bool(re.match(r"\w+\s[A-Z]|\w?[A-Z]{2}", bare))
    names = dict.fromkeys((bare,) if is_name else (bare, f"{bare[:1].lower()}{bare[1:]}"))
    is_titled = bool(re.match(r"\w+\s[A-Z]", bare))
    articles = (own,) if own else tuple(one for one in idea.cues.indefinite if _goes_with(one, bare))
    articles = ("",) if is_titled and not own else articles
    return tuple(f"{article}{name}" for name in names for article in articles)


def _goes_with(article: str, name: str) -> bool:
    """Whether "a" or "an" may stand before a name, by its first letter; "u" and "h" may sound either way."""
    first = name[:1].lower()
    return article not in ("a ", "an ") or first in "uh" or (article == "an ") == (first in "aeio")


def question_for(idea: Idea, block: ContextBlock) -> Prompt:
    """Returns the prompt for a question that ``idea`` answers, behind the section that it stands in."""
    shown = _SHOWN.get(idea.asks, "Sentence: {said}\nAnswer: {answer}")
    wanted = _WANTED.get(idea.asks, "Write one short exam question to which this is the answer.")
    place = " > ".join(idea.anchor.heading_path or called(block))
    order = (
        f"Subject: {place}\n{shown.format(said=idea.said, told=idea.told, answer=idea.answer)}\n"
        f"{wanted} The question names its subject in full, so that it is understood without any text, and it does not "
        "give the answer."
    )
    if idea.cues is not ENGLISH:
        order += f" Write it in {idea.cues.name}."
    return Prompt(SYSTEM, (render_block(block),), order)


def asked_again(question: str, block: ContextBlock) -> Prompt:
    """Returns the prompt that has the model answer its own question from the section."""
    return Prompt(SYSTEM, (render_block(block),), f"Question: {question}\nQuote the notes closely.")
