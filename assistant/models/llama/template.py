"""The layout of a prompt: a model's own chat template, cut where the instructions, the notes and the question go, as
tokens.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from assistant.models.llama.library import LlamaModel
from assistant.models.llama.sequence import TokenPrompt
from assistant.types import Prompt

_SYSTEM, _NOTES, _QUESTION = "@@SYSTEM@@", "@@NOTES@@", "@@QUESTION@@"
_FIXED_DAY = date(2024, 7, 26)
"""What a template that asks for the date is told: the real one would change every prompt at midnight, and with it
everything that was computed for it. It is the day Llama 3's template falls back to."""


@dataclass(frozen=True, slots=True)
class ChatLayout:
    """The fixed text of a prompt: ``[before_system] system [before_notes] notes [before_question] question [tail]``.

    These parts may hold control tokens; the texts between them are always plain.

    Attributes:
        from_model: Whether it is the model's own template, and not ``PLAIN_LAYOUT``.
    """

    before_system: str
    before_notes: str
    before_question: str
    tail: str
    from_model: bool = True


PLAIN_LAYOUT = ChatLayout("", "\n\n", "", "\n\nAnswer:", from_model=False)
"""For a model whose file has no usable template: the three texts below one another, and the word ``Answer:``."""


def split_template(source: str | None, *, bos: str = "", eos: str = "") -> ChatLayout:
    """Returns the layout of a chat template.

    A template that knows no system role gets the instructions at the beginning of the user's message. Models that can
    think aloud (Qwen3) are told not to.

    Args:
        source: The Jinja template; None, or one that cannot be rendered, gives ``PLAIN_LAYOUT``.
        bos: The token that begins a text, as the template writes it.
        eos: The token that ends one.
    """
    if source is None:
        return PLAIN_LAYOUT
    user = _NOTES + _QUESTION
    attempts = (
        [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": user}],
        [{"role": "user", "content": f"{_SYSTEM}\n\n{user}"}],
    )
    for messages in attempts:
        layout = _cut(_render(source, messages, bos, eos))
        if layout is not None:
            return layout
    return PLAIN_LAYOUT


def _render(source: str, messages: list[dict[str, str]], bos: str, eos: str) -> str:
    """Returns the rendered template, or an empty text where it refuses the messages or has a mistake."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    values: dict[str, Any] = {
        "messages": messages,
        "add_generation_prompt": True,
        "enable_thinking": False,
        "bos_token": bos,
        "eos_token": eos,
        "raise_exception": _refuse,
        "strftime_now": _FIXED_DAY.strftime,
    }
    try:
        return environment.from_string(source).render(values)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError):
        return ""


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _cut(rendered: str) -> ChatLayout | None:
    """Returns the text around the markers, or None unless each occurs once and in order."""
    if any(rendered.count(marker) != 1 for marker in (_SYSTEM, _NOTES, _QUESTION)):
        return None
    before_system, _, rest = rendered.partition(_SYSTEM)
    before_notes, found_notes, rest = rest.partition(_NOTES)
    before_question, found_question, tail = rest.partition(_QUESTION)
    if not (found_notes and found_question):
        return None
    return ChatLayout(before_system, before_notes, before_question, tail)


class PromptTokenizer:
    """Puts prompts into the layout of a model's chat template. Safe from any thread.

    Each piece is tokenised by itself, and only the template's own text may become control tokens: ``<|im_end|>`` in a
    note is text. So the same text always gives the same tokens, whatever stands beside it.
    """

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self.layout = split_template(model.chat_template, bos=model.bos_text, eos=model.eos_text)
        self.prefix = functools.lru_cache(maxsize=32)(self._prefix)

    def plain(self, text: str) -> tuple[int, ...]:
        """Returns the tokens of a text that is not the template's.

        Raises:
            ModelError: The model was closed.
        """
        return self._model.tokenize(text, special=False)

    def tokenize(self, prompt: Prompt) -> TokenPrompt:
        """Returns the prompt as the model reads it.

        Raises:
            ModelError: The model was closed.
        """
        blocks = tuple(map(self.plain, (*prompt.blocks, *prompt.turns)))
        tail = self.tail(prompt.question, prompt.begun)
        return TokenPrompt(self.prefix(prompt.system), blocks, tail, len(prompt.turns))

    def tail(self, question: str, begun: str = "") -> tuple[int, ...]:
        """Returns the tokens of everything behind the notes, to the words with which the answer begins.

        Raises:
            ModelError: The model was closed.
        """
        before, after = self.layout.before_question, self.layout.tail
        return self._template(before) + self.plain(question) + self._template(after) + self.plain(begun)

    def _prefix(self, system: str) -> tuple[int, ...]:
        """Returns the tokens of everything before the notes."""
        start = self.layout.before_system
        if self._model.wants_bos and not start.startswith(self._model.bos_text):
            start = self._model.bos_text + start
        return self._template(start) + self.plain(system) + self._template(self.layout.before_notes)

    def _template(self, text: str) -> tuple[int, ...]:
        return self._model.tokenize(text, special=True)
