"""The kinds of questions, each in one class: what it needs, when it is fair, how it is asked, answered and marked.

A new kind is its name in ``quiz.item.Kind`` and a class in any module of this folder that derives from ``ItemKind``.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from assistant.errors import UsageError
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


def kinds_named(names: Iterable[str]) -> frozenset[Kind]:
    """Returns the kinds that a person named; blanks around a name and empty ones do not count.

    Raises:
        UsageError: There is no such kind.
    """
    wanted = [name.strip().replace("-", "_") for name in names if name.strip()]
    if unknown := [name for name in wanted if name not in list(Kind)]:
        raise UsageError(f"There is no kind {unknown[0]!r} of question.", hint=f"Take some of {', '.join(Kind)}.")
    return frozenset(map(Kind, wanted))


__all__ = ["KINDS", "AnswerForm", "ItemKind", "Mark", "Response", "ShortGrader", "kind_of", "kinds_named"]
