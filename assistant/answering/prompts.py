"""What the model is told. Kept apart from the code that decides when.

The system text is the same for every question, so that its evaluation is done once. A block carries its headings and no
number: its rank changes from question to question, its tokens must not.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.documents.naming import called
from assistant.documents.prompt_injection import without_orders
from assistant.index.words import language_of
from assistant.types import Aside, ContextBlock, Prompt, Turn

SYSTEM = (
    "You help a student with their own study notes. Answer the question from the notes only, in one or two full "
    "sentences or, where several things are asked for, in a list of all of them. Use the words of the notes and add "
    "nothing that they do not say."
)

_STYLES = {
    "en": "Quote the notes closely.",
    "de": "Antworte auf Deutsch, nah am Wortlaut der Notizen.",
    "fr": "Réponds en français, au plus près des notes.",
    "es": "Responde en español, con las palabras de los apuntes.",
    "it": "Rispondi in italiano, con le parole degli appunti.",
}
"""Stands last, where a small model heeds it: without it "Which technique fits house prices?" got "Classification"."""

_PROBE = "Do the notes above contain the answer to this question? Reply with Yes or No only."

YES_NO = (" Yes", " No", "Yes", "No")
"""The first tokens of both replies, with and without a blank before them."""

_MAX_TURN_CHARS = 400


def render_block(block: ContextBlock) -> str:
    """Returns what the model reads of a block: where it stands, then its text without what gives it orders."""
    where = " > ".join((*called(block), *block.heading_path, *block.parents))
    text = without_orders(block.shown)
    return f"## {where}\n{text}\n\n" if where else f"{text}\n\n"


def answer_prompt(
    question: str, blocks: Sequence[ContextBlock], history: Sequence[Turn] = (), system: str = SYSTEM
) -> Prompt:
    """Returns the prompt that asks for the answer. ``history`` is what a follow-up refers to, oldest first."""
    turns = tuple(map(render_turn, history))
    style = _STYLES[_language(question, blocks)]
    return Prompt(system, tuple(map(render_block, blocks)), f"Question: {question}\n{style}", turns)


def _language(question: str, blocks: Sequence[ContextBlock]) -> str:
    """The language of the question where the notes are in it too: elsewhere the words of the notes are wanted."""
    asked = language_of(question)
    return asked if blocks and language_of(blocks[0].text) == asked else "en"


def aside_evidence(question: str) -> Aside:
    """Returns what is asked aside: do the notes hold the answer? The model's own Yes and No say."""
    return Aside(f"Question: {question}\n{_PROBE}", YES_NO)


def probe_prompt(question: str, blocks: Sequence[ContextBlock]) -> Prompt:
    """Returns ``aside_evidence`` as a prompt of its own."""
    return Prompt(SYSTEM, tuple(map(render_block, blocks)), aside_evidence(question).question)


def render_turn(turn: Turn) -> str:
    """Returns what the model reads of an earlier turn of the conversation."""
    return f"Earlier in this conversation:\nStudent: {turn.question}\nYou: {_shortened(turn.answer)}\n\n"


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TURN_CHARS else text[:_MAX_TURN_CHARS].rsplit(" ", 1)[0] + " ..."
