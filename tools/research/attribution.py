"""Suite ``attribution``: does the support check agree with people, and does it notice what was changed of the notes?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answering.attribution import Attributor
from assistant.documents.loading import parse
from assistant.errors import UsageError
from assistant.evaluation.alce import is_supported
from assistant.evaluation.intervals import mean
from assistant.evaluation.report import Metric, Report, Row
from assistant.evaluation.suites import MeasuredAssistant, Suite, SuiteOptions, crashed, of_kinds, run_cases, sample
from assistant.index.chunking import split
from assistant.types import ContextBlock
from tools.research.claims import Claim, label_f1, load_claims, macro_f1
from tools.research.twists import twists

GOAL = 0.72
_NOTES = "notes: "


def run(subject: MeasuredAssistant, options: SuiteOptions) -> Report:
    """Judges the claims of people's making, and sentences made of the workspace's notes, as an answer's are judged.

    Raises:
        UsageError: The claims are missing or of another form.
    """
    if options.data is None:
        raise UsageError("The suite attribution needs its data.", hint="assistant eval run attribution --data FOLDER")
    cases = [*load_claims(options.data), *note_claims(_blocks(subject), options.seed)]
    chosen = sample(of_kinds(cases, options.kinds, "attribution"), options.limit, options.seed)
    strangers = _strangers(chosen)
    least = subject.settings.now.answering.min_support
    rows, complete = run_cases(chosen, lambda case: judged(case, least, strangers.get(case.id, ())), options)
    return Report(
        suite="attribution",
        settings={**options.drawn, "min_support": least},
        fingerprint=subject.index.fingerprint(),
        metrics=tuple(metrics_of(rows)),
        controls=tuple(controls_of(rows)),
        rows=tuple(rows),
        created_at=options.now.isoformat(timespec="seconds"),
        complete=complete,
    )


def judged(case: Claim, min_support: float, strange: tuple[ContextBlock, ...] = ()) -> Row:
    """Returns the row of one claim.

    Args:
        case: The claim.
        min_support: As in production.
        strange: References of another claim, which cannot support this one; empty for none.
    """
    supported, reason = _verdict(case, case.blocks, min_support)
    plain = is_supported(case.text, [block.text for block in case.blocks])
    return {
        "id": case.id,
        "kind": case.kind,
        "claim": case.text,
        "attributable": case.true,
        "supported": supported,
        "right": supported == case.true,
        "plain_supported": plain,
        "plain_right": plain == case.true,
        "supported_by_strangers": _verdict(case, strange, min_support)[0] if strange else None,
        "reason": reason,
        "error": "",
    }


def _verdict(case: Claim, blocks: Sequence[ContextBlock], min_support: float) -> tuple[bool, str]:
    found = Attributor(blocks, case.question, min_support).attribute(case.text, 0, len(case.text))
    return found.supported and found.is_claim, found.reason


def note_claims(blocks: Sequence[ContextBlock], seed: int) -> list[Claim]:
    """Returns true and false sentences about notes; see ``twists``."""
    return [Claim(t.id, _NOTES + t.kind, "", t.text, t.blocks, t.true) for t in twists(blocks, seed=seed)]


def metrics_of(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields the figures of the claims, then for each kind of sentence about the notes how many were accepted."""
    sound = [row for row in rows if not row["error"]]
    yield crashed(rows)
    claims = [row for row in sound if not row["kind"].startswith(_NOTES)]
    truth, said = _column(claims, "attributable"), _column(claims, "supported")
    yield Metric("macro-F1", macro_f1(truth, said), GOAL)
    yield Metric("F1, attributable", label_f1(truth, said, True))
    yield Metric("F1, not attributable", label_f1(truth, said, False))
    yield Metric("accuracy", mean(_column(claims, "right")))
    yield Metric(
        "attributable of the supported", mean([float(row["attributable"]) for row in claims if row["supported"]])
    )
    for kind in sorted({row["kind"] for row in claims}):
        of_kind = [row for row in claims if row["kind"] == kind]
        yield Metric(f"macro-F1, {kind}", macro_f1(_column(of_kind, "attributable"), _column(of_kind, "supported")))
    yield from _about_notes([row for row in sound if row["kind"].startswith(_NOTES)])


def _about_notes(rows: Sequence[Row]) -> Iterator[Metric]:
    for kind in dict.fromkeys(row["kind"] for row in sorted(rows, key=lambda row: not row["attributable"])):
        of_kind = [row for row in rows if row["kind"] == kind]
        is_false = not of_kind[0]["attributable"]
        yield Metric(f"{kind}, accepted", mean(_column(of_kind, "supported")), lower_is_better=is_false)


def controls_of(rows: Sequence[Row]) -> Iterator[Metric]:
    """Yields a guesser that calls all attributable, the plain count of words, and references of other claims."""
    claims = [row for row in rows if not row["error"] and not row["kind"].startswith(_NOTES)]
    truth = _column(claims, "attributable")
    yield Metric("macro-F1, always attributable", macro_f1(truth, [True] * len(truth)))
    yield Metric("macro-F1, 68 % of the words and all numbers", macro_f1(truth, _column(claims, "plain_supported")))
    strange = [row["supported_by_strangers"] for row in claims if row["supported_by_strangers"] is not None]
    yield Metric("supported by another claim's references", mean(strange), lower_is_better=True)


def _strangers(cases: Sequence[Claim]) -> dict[str, tuple[ContextBlock, ...]]:
    """For each claim the references of the next one of its kind with another question."""
    found = {}
    claims = [case for case in cases if not case.kind.startswith(_NOTES)]
    for kind in {case.kind for case in claims}:
        own = [case for case in claims if case.kind == kind]
        for at, case in enumerate(own):
            later = (own[(at + step) % len(own)] for step in range(1, len(own)))
            found[case.id] = next((other.blocks for other in later if other.question != case.question), ())
    return found


def _blocks(subject: MeasuredAssistant) -> list[ContextBlock]:
    """The sections of the workspace's Markdown notes, as production cuts them."""
    paths = [path for path in sorted(subject.workspace.notes.glob("*.md")) if path.name != "README.md"]
    notes = [parse(path.name, path.read_text(encoding="utf-8"), "markdown", path.name) for path in paths]
    embedder = subject.models.embedder.get() if notes else None
    return [block for note in notes if embedder for block in split(note, embedder, subject.settings.now.chunking)[0]]


def _column(rows: Sequence[Row], name: str) -> list[bool]:
    return [row[name] for row in rows]


SUITE = Suite(
    "attribution",
    "The support check: against people's labels (--data), and on sentences made of the notes.",
    run,
    asks=False,
)
