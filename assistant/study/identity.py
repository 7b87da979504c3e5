"""The identity of an item: the same question about the same words is the same item, in every workspace."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from assistant.study.items import Item


def with_id(item: Item) -> Item:
    """Returns ``item`` with the id that its kind, question, key and first quote give.

    Neither the offsets nor the order of the options count, so an item stays the same when its note is rearranged.
    """
    right = sorted(item.options[i] for i in item.key) if item.options else [item.answer]
    parts = (item.kind, item.question, *right, item.source.quote)
    return replace(item, id=hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest())
