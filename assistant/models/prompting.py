"""From the pieces of a prompt to the tokens that a model reads."""

from __future__ import annotations

import functools

from assistant.models.llama import LlamaModel
from assistant.models.sequence import TokenPrompt
from assistant.models.template import split_template
from assistant.types import Prompt


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
