"""What if the model had not read the notes, or had other instructions? The same question, written again.

Without retrieval a language model writes what is probable, whether it is true or not: it *hallucinates* (Ji et al.
2023, https://arxiv.org/abs/2202.03629). Its sentences are compared with the notes by the same attribution as an answer
of the chat; a sentence that they do not support may still be true, but not because of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.attribution import Attributor
from assistant.answering.prompts import SYSTEM, answer_prompt, aside_evidence
from assistant.answering.writing import WritingEvent, attributed
from assistant.models.engine import LlamaEngine
from assistant.types import Block, Choice, Generated, Prompt, Sampling, Sentence, Token, Watch


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written so far, without any decision to abstain.

    Attributes:
        choices: Its tokens with their probabilities.
        sentences: Those that are finished, with what supports them.
        finish: Why it ended; empty before that.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is changed.

    Attributes:
        blocks: What the model reads; nothing turns retrieval off.
        system: The instructions.
    """

    blocks: Sequence[Block] = ()
    system: str = SYSTEM

    def prompt(self, question: str) -> Prompt:
        """Returns the prompt, otherwise as the chat makes it."""
        return answer_prompt(question, self.blocks, system=self.system)


def write(
    engine: LlamaEngine,
    question: str,
    setting: Setting,
    attributor: Attributor,
    cancel: threading.Event,
    *,
    max_tokens: int = 160,
    sampling: Sampling = Sampling(),  # noqa: B008  (frozen)
) -> Iterator[Draft]:
    """Yields what is written so far; questions of the chat go first, and then it begins anew.

    The chat's question aside is asked too, so that the same setting gives the very same words as the chat.

    Raises:
        PromptTooLong: The prompt does not fit the model's context.
        ModelError: The model failed.
    """
    draft, prompt, aside = Draft(), setting.prompt(question), aside_evidence(question)
    while draft.finish in ("", "cancelled") and not cancel.is_set():
        draft = Draft()
        events = engine.generate(
            prompt, max_tokens=max_tokens, cancel=cancel, sampling=sampling, aside=aside, watch=Watch(keep=False)
        )
        for event in attributed(events, attributor):
            draft = _grown(draft, event)
            yield draft


def _grown(draft: Draft, event: WritingEvent) -> Draft:
    match event:
        case Choice():
            return replace(draft, choices=(*draft.choices, event))
        case Token():
            return replace(draft, text=draft.text + event.text)
        case Sentence():
            return replace(draft, sentences=(*draft.sentences, event))
        case Generated():
            return replace(draft, finish=event.finish)
