"""Gates on the truth of an item: the key is proven by exact words, and nothing else is right by any other words."""

from __future__ import annotations

from assistant.study.exam.ground import Ground
from assistant.study.exam.texts import asked, meaning, share
from assistant.study.items import Check, Item, Kind

MIN_KEY_COVER = 0.68
"""Share of the key's stems that its proof must have; chosen on public human labels, see ``answering.attribution``."""

MIN_STATEMENT_COVER = 0.8
MAX_WRONG_SUPPORT = 0.8
"""A wrong option that a sentence of the notes supports this far may be right. Precision and recall, the likeliest of
confusions, share 0.75 of their words."""

MARGIN = 0.1


def quotes_exactly(item: Item, ground: Ground) -> Check:
    """Every proof stands in its note to the letter, at its offsets."""
    lost = [proof for proof in item.proofs if not ground.holds(proof)]
    points = [point for point in item.key_points if not _stands(point.quote, item, ground)]
    fault = lost[0].quote if lost else points[0].quote if points else ""
    good = bool(item.proofs) and not lost and not points
    detail = "Its proof is quoted exactly." if good else f"“{fault[:60]}” does not stand there."
    return Check("exact_quote", good, detail)


def _stands(quote: str, item: Item, ground: Ground) -> bool:
    note = ground.notes.get(item.source.note)
    return bool(quote) and note is not None and quote in note.text


def is_proven(item: Item, ground: Ground) -> Check:
    """The words of the right answer stand in the proof, its numbers all of them."""
    weakest = min((_cover(text, place, item, ground) for text, place in _claims(item)), default=0.0)
    least = MIN_STATEMENT_COVER if item.kind is Kind.TRUE_FALSE else MIN_KEY_COVER
    detail = f"{weakest:.0%} of the answer's words stand in its proof."
    return Check("proven", weakest >= least, detail)


def _claims(item: Item) -> list[tuple[str, int]]:
    """What has to be proven, each with the number of its proof; -1 for all proofs together."""
    if item.kind is Kind.CHOICE:
        return [(item.options[item.key[0]], -1)]
    if item.kind is Kind.MATCH:
        pairs = enumerate(zip(item.lefts, item.key, strict=True))
        return [(f"{_stated(left)} {item.options[right]}", number) for number, (left, right) in pairs]
    if item.kind is Kind.ORDER:
        return [(item.options[step], number) for number, step in enumerate(item.key)]
    if item.kind is Kind.SHORT:
        return [(point.text, -1) for point in item.key_points]
    return [(item.answer, -1)]


def _stated(left: str) -> str:
    return "" if left.endswith("?") else left  # a question claims nothing


def _cover(text: str, number: int, item: Item, ground: Ground) -> float:
    proofs = item.proofs if number < 0 or number >= len(item.proofs) else (item.proofs[number],)
    there = frozenset().union(*(ground.around(proof) for proof in proofs))
    wanted = meaning(text)
    if any(stem.isdigit() and stem not in there for stem in wanted):
        return 0.0
    return share(wanted, there) if wanted else float(any(text.lower() in p.quote.lower() for p in proofs))


def has_one_right_answer(item: Item, ground: Ground) -> Check:
    """No wrong option is right by any sentence of the notes, and each is less supported than the key."""
    if item.kind is Kind.CHOICE:
        return _one_right_option(item, ground)
    if item.kind is Kind.TRUE_FALSE:
        return _judged_rightly(item, ground)
    if item.kind is Kind.CLOZE:
        return _one_filling(item, ground)
    if item.kind is Kind.MATCH:
        return _one_matching(item, ground)
    if item.kind is Kind.ORDER:
        starts = [(proof.note, proof.start) for proof in item.proofs]
        return Check("one_answer", starts == sorted(starts), "The steps stand in this order in your notes.")
    return Check("one_answer", True, "It is answered freely.")


def _one_right_option(item: Item, ground: Ground) -> Check:
    subject = ground.known(asked(item.question))
    right = ground.support(subject, meaning(item.options[item.key[0]]))
    for number, option in enumerate(item.options):
        if number == item.key[0]:
            continue
        support = ground.support(subject, meaning(option))
        if support >= MAX_WRONG_SUPPORT or (subject and support > max(right, MIN_KEY_COVER) - MARGIN):
            return Check("one_answer", False, f"“{option}” may be right as well.")
    return Check("one_answer", True, "No other option is right by any sentence of your notes.")


def _judged_rightly(item: Item, ground: Ground) -> Check:
    is_true = item.key == (0,)
    same = meaning(item.question) == meaning(item.answer)
    if is_true:
        return Check("one_answer", same, "It says what your notes say.")
    kept = meaning(item.question) & meaning(item.answer)
    added = meaning(item.question) - meaning(item.answer)
    support = ground.support(asked(item.question) & kept, added)
    wrong = bool(added) and not same and support < MAX_WRONG_SUPPORT
    return Check("one_answer", wrong, "No sentence of your notes says it." if wrong else "It may be true after all.")


def _one_filling(item: Item, ground: Ground) -> Check:
    sentence = ground.known(meaning(item.question))
    other = ground.also_says(sentence, meaning(item.answer), MAX_WRONG_SUPPORT)
    if other:
        return Check("one_answer", False, f"“{other[:60]}” may fill the gap with something else.")
    return Check("one_answer", True, "No other sentence of your notes fills the gap.")


def _one_matching(item: Item, ground: Ground) -> Check:
    for number, left in enumerate(item.lefts):
        for other, option in enumerate(item.options):
            if other != item.key[number] and ground.support(meaning(left), meaning(option)) >= MAX_WRONG_SUPPORT:
                return Check("one_answer", False, f"“{option}” may be said of “{left}” as well.")
    return Check("one_answer", True, "Each description fits one term only.")


PROOF_GATES = (quotes_exactly, is_proven, has_one_right_answer)
