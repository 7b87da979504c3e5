"""Between what the page holds of a question and what is kept of it."""

from __future__ import annotations

from dataclasses import astuple, replace

from assistant.study.conversations.records import KeptTurn
from assistant.types import Retrieved
from assistant.ui.boundary import Notice
from assistant.ui.exchange import Exchange, Phase

CUT_OFF = Notice("This question was not answered: the page was left, or the program ended, before.", "Ask it again.")


def ended(turn: KeptTurn, exchange: Exchange) -> KeptTurn:
    """Returns what is kept of a question once its exchange is over."""
    fault = astuple(exchange.notice) if exchange.notice else ("", "")
    done = replace(turn, stopped=exchange.stopped, fault=fault, ended=True)
    if exchange.answer is not None:
        return replace(done, answer=exchange.answer)
    return replace(done, text=exchange.text, sentences=exchange.sentences, found=exchange.retrieved)


def recalled(turn: KeptTurn, id_: str) -> Exchange:
    """Returns the exchange that was kept, under an id of the session that shows it."""
    answer = turn.answer
    if answer is not None:
        found = Retrieved(answer.search, answer.blocks)
        return Exchange(
            id_, turn.question, Phase.DONE, found, None, answer.text, answer.sentences, answer, None, turn.stopped
        )
    notice = Notice(*turn.fault) if turn.fault[0] else None if turn.ended else CUT_OFF
    phase = Phase.FAILED if notice else Phase.DONE
    return Exchange(id_, turn.question, phase, turn.found, None, turn.text, turn.sentences, None, notice, turn.stopped)
