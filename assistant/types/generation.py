"""What the model is asked and what it says, token by token: ``Block -> Prompt -> Token``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is given, in pieces that never merge: each is tokenised on its own.

    The layout is ``[system prefix][block][block]...[turn]...[question + assistant header]``. Control tokens that stand
    in a block, a turn or the question are plain text to the model.

    Attributes:
        system: Instructions; the same for every question.
        blocks: Texts of the notes, best first.
        question: What follows the notes in the user's message.
        turns: What was said before in this conversation, oldest first. As with blocks, what the model computed for a
            turn is kept, but in memory only.
        begun: How the model's answer begins; it goes on from there.
    """

    system: str
    blocks: tuple[str, ...]
    question: str
    turns: tuple[str, ...] = ()
    begun: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A second question about the same notes, asked in the same step as the first one and forgotten afterwards.

    Attributes:
        question: Stands in the place of ``Prompt.question``.
        options: Texts whose first tokens differ; how probable each is as the beginning of the reply is what is asked.
    """

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. Temperature 0 is greedy; otherwise ``seed`` makes a run repeatable.

    Attributes:
        grammar: What the whole answer must match, in llama.cpp's GBNF with a rule ``root``; empty for no grammar. An
            answer that reaches its token limit is the beginning of a match.
    """

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    seed: int = 0
    grammar: str = ""


@dataclass(frozen=True, slots=True)
class TokenWatch:
    """Somebody looks on while the model writes, as in the laboratory: each token is told as a ``TokenChoice``.

    Attributes:
        alternatives: How many of the most probable tokens are told, at least 1.
        dictated: Tokens that the model has to write in place of its own: what it thought of each is asked.
        keep: Whether states of sections that are read for it may be kept on disk.
    """

    alternatives: int = 5
    dictated: tuple[int, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """Event: how a token was chosen; it stands before the ``Token`` whose text it belongs to.

    Attributes:
        token: Its number in the model's vocabulary.
        text: What it adds to the text; a control token by its name, a part of a character as its bytes.
        log_probability: Natural logarithm of its probability, before temperature, top-k and top-p.
        alternatives: ``(text, log-probability)`` of the most probable tokens, the best first; may hold the token.
    """

    token: int
    text: str
    log_probability: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """The last thing a generator yields: what it cost and why it ended.

    Attributes:
        finish: ``stop`` (the model ended), ``length`` (the token limit) or ``cancelled``.
        prompt_tokens: Tokens of the whole prompt; ``cached_tokens`` of them needed no computing.
        first_token_s: From the call to the first token, in seconds.
    """

    finish: str
    prompt_tokens: int
    cached_tokens: int
    output_tokens: int
    first_token_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """Event: how many tokens of the prompt the model has read."""

    tokens_done: int
    tokens_total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Event: the reply to an ``Aside``: the natural logarithm of the probability of each of its options."""

    log_probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """Event: the next piece of the answer's text. Never a broken character."""

    text: str
