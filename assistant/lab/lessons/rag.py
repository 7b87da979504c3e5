"""RAG: one question followed all the way, the prompt as the model reads it, and what other orders would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.answer import Answerer
from assistant.answering.attribution import Attributor
from assistant.answering.prompts import SYSTEM, answer_prompt, aside_evidence
from assistant.answering.writing import SentenceWriter
from assistant.models.llama.engine import LlamaEngine
from assistant.models.scheduler import Lease
from assistant.types import (
    AnswerProgress,
    ContextBlock,
    Generated,
    Prompt,
    Request,
    Sampling,
    Token,
    TokenChoice,
    TokenWatch,
)


@dataclass(frozen=True, slots=True)
class PromptPart:
    """A piece of a prompt.

    Attributes:
        kind: ``instructions``, ``notes`` or ``question``.
        title: For notes, the way to the section.
        tokens: Their texts; control tokens by name.
        from_cache: It was read before, and its state was kept.
    """

    kind: str
    title: str
    tokens: tuple[str, ...]
    from_cache: bool = False


def prompt_parts(
    engine: LlamaEngine, prompt: Prompt, blocks: Sequence[ContextBlock], from_cache: Sequence[bool]
) -> tuple[PromptPart, ...]:
    """Returns the parts of ``prompt``, whose notes are ``blocks``, in order.

    Args:
        engine: What reads it.
        prompt: As it is given to ``engine.generate``.
        blocks: The sections behind ``prompt.blocks``.
        from_cache: For each of them, whether its state was kept when the prompt came.
    """
    read = engine.tokenize(prompt)
    shown = engine.model.shown

    def part(kind: str, title: str, tokens: Sequence[int], kept: bool = False) -> PromptPart:
        return PromptPart(kind, title, tuple(map(shown, tokens)), kept)

    notes = (
        part("notes", " > ".join((block.note, *block.heading_path)), tokens, kept)
        for block, tokens, kept in zip(blocks, read.blocks, from_cache, strict=False)
    )
    return (
        part("instructions", "Chat template and instructions", read.prefix),
        *notes,
        part("question", "The question, and where the answer begins", read.tail),
    )


@dataclass(frozen=True, slots=True)
class Journey(AnswerProgress):
    """How far a question has come.

    Attributes:
        restarts: How often a question of the chat came in between and it began anew.
    """

    restarts: int = 0


def follow(
    answerer: Answerer,
    question: str,
    lease: Lease,
    watch: TokenWatch = TokenWatch(),  # noqa: B008  (frozen)
) -> Iterator[Journey]:
    """Yields how far the question has come, after each thing that happens; the last one has the answer.

    A question of the chat goes first: the model is handed over, and the journey begins anew.

    Raises:
        QuestionError: The question is empty or too long.
        AssistantError: The model cannot be used.
    """
    restarts = 0
    while True:
        lease.give_way()
        journey = Journey(question, restarts=restarts)
        for event in answerer.ask(Request(question, watch=watch), lease.stop):
            journey = journey.after(event)
            yield journey
        stopped = journey.answer is not None and journey.answer.stopped
        if not stopped or lease.cancel.is_set():
            return
        restarts += 1


@dataclass(frozen=True, slots=True)
class RewrittenAnswer(AnswerProgress):
    """What is written so far, without any decision to abstain.

    Attributes:
        finish: Why it ended; empty before that.
    """

    finish: str = ""


@dataclass(frozen=True, slots=True)
class ChangedSetting:
    """What is changed.

    Attributes:
        blocks: What the model reads; nothing turns retrieval off.
        system: The instructions.
    """

    blocks: Sequence[ContextBlock] = ()
    system: str = SYSTEM

    def prompt(self, question: str) -> Prompt:
        """Returns the prompt, otherwise as the chat makes it."""
        return answer_prompt(question, self.blocks, system=self.system)


def write(
    engine: LlamaEngine,
    question: str,
    setting: ChangedSetting,
    attributor: Attributor,
    lease: Lease,
    *,
    max_tokens: int = 160,
    sampling: Sampling = Sampling(),  # noqa: B008  (frozen)
) -> Iterator[RewrittenAnswer]:
    """Yields what is written so far; questions of the chat go first, and then it begins anew.

    The chat's question aside is asked too, so that the same setting gives the very same words as the chat.

    Raises:
        PromptTooLong: The prompt does not fit the model's context.
        ModelError: The model failed.
    """
    draft, prompt, aside = RewrittenAnswer(question), setting.prompt(question), aside_evidence(question)
    watch = TokenWatch(keep=False)
    while draft.finish in ("", "cancelled") and not lease.cancel.is_set():
        lease.give_way()
        draft, writer = RewrittenAnswer(question), SentenceWriter(attributor)
        events = engine.generate(
            prompt, max_tokens=max_tokens, cancel=lease.stop, sampling=sampling, aside=aside, watch=watch
        )
        for event in events:
            if isinstance(event, TokenChoice | Token):
                yield (draft := draft.after(event))
            for sentence in writer.finished_by(event):
                yield (draft := draft.after(sentence))
            if isinstance(event, Generated):
                yield (draft := replace(draft, finish=event.finish))
