"""The kinds of questions, each in one class: what it needs, when it is fair, how it is asked, answered and marked.

A new kind is its name in ``quiz.item.Kind`` and a class in any module of this folder that derives from ``ItemKind``.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from assistant.quiz.item import Item, Kind
from assistant.quiz.kinds.kind import AnswerForm, ItemKind, Mark, Response, ShortGrader


def _classes() -> Iterator[type[ItemKind]]:
    for module in iter_modules(__path__):
        for found in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(found, type) and issubclass(found, ItemKind) and "kind" in vars(found):
                yield found


_MADE = {made.kind: made() for made in _classes()}
KINDS: Mapping[Kind, ItemKind] = {kind: _MADE[kind] for kind in Kind}


def kind_of(item: Item) -> ItemKind:
    """Returns what the kind of ``item`` is."""
    return KINDS[item.kind]


__all__ = ["KINDS", "AnswerForm", "ItemKind", "Mark", "Response", "ShortGrader", "kind_of"]
