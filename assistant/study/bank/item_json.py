"""Items as plain JSON values: for ``study.db``, for export, and for ``assistant quiz --json``."""

from __future__ import annotations

from typing import Any

from assistant.study.card_json import anchor_json, read_anchor, real, text, texts, whole
from assistant.study.items import Anchor, Check, Item, KeyPoint, Kind, Maker


def item_json(item: Item) -> dict[str, Any]:
    """Returns everything of an item."""
    return {
        "id": item.id,
        "kind": str(item.kind),
        "maker": str(item.maker),
        "question": item.question,
        "options": list(item.options),
        "lefts": list(item.lefts),
        "key": list(item.key),
        "answer": item.answer,
        "accepted": list(item.accepted),
        "explanation": item.explanation,
        "proofs": [anchor_json(proof) for proof in item.proofs],
        "key_points": [{"text": point.text, "quote": point.quote} for point in item.key_points],
        "difficulty": item.difficulty,
        "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in item.checks],
    }


def read_item(value: dict[str, Any]) -> Item:
    """Returns what ``item_json`` wrote.

    Raises:
        KeyError, TypeError, ValueError: It is something else.
    """
    return Item(
        id=text(value["id"]),
        kind=Kind(value["kind"]),
        maker=Maker(value["maker"]),
        question=text(value["question"]),
        proofs=tuple(map(_anchor, value["proofs"])),
        explanation=text(value["explanation"]),
        options=texts(value["options"]),
        lefts=texts(value["lefts"]),
        key=tuple(map(whole, value["key"])),
        answer=text(value["answer"]),
        accepted=texts(value["accepted"]),
        key_points=tuple(KeyPoint(text(point["text"]), text(point["quote"])) for point in value["key_points"]),
        difficulty=real(value["difficulty"]),
        checks=tuple(Check(text(c["name"]), bool(c["passed"]), text(c["detail"])) for c in value["checks"]),
    )


def _anchor(value: dict[str, Any]) -> Anchor:
    anchor = read_anchor(value)
    if anchor is None:
        raise TypeError("an item has no empty proof")
    return anchor
