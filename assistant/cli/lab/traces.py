"""``assistant lab sample``, ``trace`` and ``metrics``: how an answer is written, and how good the decision before it
is.
"""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.lab.group import app
from assistant.cli.startup import build_if_needed, console, interrupt_sets, opened

if TYPE_CHECKING:
    from assistant.app.assistant import Assistant
    from assistant.cli.lab.shown import MetricsShown, TraceShown, WithoutShown
    from assistant.lab.lessons.examination import JudgedQuestion
    from assistant.lab.lessons.examination_report import ExaminationResult
    from assistant.lab.lessons.rag import Journey, RewrittenAnswer
    from assistant.models.scheduler import Lease
    from assistant.types import Sentence


@app.command("sample")
def sample(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="The beginning of a sentence.")],
    temperature: Annotated[float, typer.Option(min=0, max=5, help="0 always takes the most probable token.")] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="Keep this many tokens; 0 keeps all.")] = 40,
    top_p: Annotated[
        float, typer.Option(min=0.01, max=1, help="Keep the fewest tokens that together reach it.")
    ] = 0.95,
    times: Annotated[int, typer.Option("-n", "--times", min=0, max=20, help="How many texts to write.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed for the random numbers; each text takes the next one.")] = 0,
    same_seed: Annotated[bool, typer.Option("--same-seed", help="The same seed for every text.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw what could come next into this file.")] = None,
) -> None:
    """Show the real probabilities of the next token, and write the same prompt several times."""
    from assistant.lab.charts.answer_charts import next_token, next_token_chart
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.sampling import beginning, next_logits, repeats, seeds
    from assistant.models.scheduler import Priority
    from assistant.types import Sampling

    sampling, cancel = Sampling(temperature, top_k, top_p, seed), threading.Event()
    texts: tuple[str, ...] = ()
    with opened(context) as assistant, interrupt_sets(cancel, "Stopping. Press Ctrl-C again to end at once."):
        engine, asked = assistant.models.local(), beginning(prompt.rstrip())
        with assistant.lab.scheduler.lease(Priority.LAB, cancel) as lease:
            found = next_token(next_logits(engine, asked, lease), sampling, engine.model)
            for texts in repeats(engine, asked, seeds(sampling, times, same=same_seed), lease):  # noqa: B007
                pass
    chart = next_token_chart(found)
    if png is not None:
        write_png(chart, png)
    if as_json:
        from assistant.cli.answer_output import print_record
        from assistant.cli.lab.shown import SampleShown

        print_record(SampleShown.model_validate(found).model_copy(update={"texts": texts}))
        return
    out = console()
    out.print(chart.says, markup=False)
    for candidate, name in zip(found.candidates, chart.series[0].x, strict=True):
        out.print(f"  {candidate.before:>6.1%} -> {candidate.after:>6.1%}  {name}", markup=False)
    for number, text in enumerate(texts, start=1):
        out.print(f"{number}. {prompt.rstrip()}{text}", markup=False)


_STOPPING = "Stopping. Press Ctrl-C again to end at once."


@app.command("trace")
def trace(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What to ask your notes.")],
    no_notes: Annotated[
        bool, typer.Option("--no-notes", help="Answer without reading any notes, and compare.")
    ] = False,
    system: Annotated[str, typer.Option(help="Other instructions for the model.", show_default=False)] = "",
    weigh: Annotated[bool, typer.Option("--weigh", help="Leave out each passage once, and see what falls.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw how sure the model was of each token.")] = None,
) -> None:
    """Follow a question: what is found, packed and read, how each token is chosen, and what supports each sentence."""
    from assistant.lab.charts.answer_charts import certainty_chart
    from assistant.lab.charts.png import write_png
    from assistant.models.scheduler import Priority

    cancel = threading.Event()
    with opened(context) as assistant:
        build_if_needed(assistant)
        with interrupt_sets(cancel, _STOPPING), assistant.lab.scheduler.lease(Priority.LAB, cancel) as lease:
            journey = _followed(assistant, question, lease)
            draft = _rewritten(assistant, journey, no_notes, system, lease) if no_notes or system else None
            falls = list(_weighed(assistant, journey, lease)) if weigh and journey.choices else []
    if png is not None:
        write_png(certainty_chart(draft.choices if draft else journey.choices), png)
    if as_json:
        from assistant.cli.answer_output import print_record

        print_record(_traced(journey, draft, falls))
    else:
        _print_trace(journey, draft, falls)


def _followed(assistant: Assistant, question: str, lease: Lease) -> Journey:
    from assistant.lab.lessons.rag import Journey, follow

    journey = Journey(question)
    for journey in follow(assistant.lab.answerer(), question, lease):  # noqa: B007  (the last one)
        pass
    return journey


def _rewritten(assistant: Assistant, journey: Journey, no_notes: bool, system: str, lease: Lease) -> RewrittenAnswer:
    from assistant.answering.prompts import SYSTEM
    from assistant.lab.lessons.rag import ChangedSetting, RewrittenAnswer, write

    attributor = assistant.lab.answerer().attributor(journey.packed.fitting if journey.packed else (), journey.question)
    setting = ChangedSetting(() if no_notes else journey.read, system or SYSTEM)
    draft = RewrittenAnswer(journey.question)
    for draft in write(assistant.models.local(), journey.question, setting, attributor, lease):  # noqa: B007
        pass
    return draft


def _weighed(assistant: Assistant, journey: Journey, lease: Lease) -> Iterator[WithoutShown]:
    """Yields each passage with the fall of log P for a token of the answer when it is taken away."""
    from assistant.cli.lab.shown import WithoutShown
    from assistant.lab.lessons.causal_citation import dictate, effects, passages, without_passage

    tokens = [choice.token for choice in journey.choices]
    for chunk in passages(assistant.index.retriever.get().store, journey.read):
        left = without_passage(journey.read, chunk)
        told = list(dictate(assistant.models.local(), journey.question, left, tokens, lease))[-1:]
        if not told or len(told[0]) < len(tokens):
            return  # stopped
        found = effects(journey.sentences, journey.starts, journey.choices, told[0])
        fall = sum(effect.effect for effect in found) / len(tokens)
        yield WithoutShown(trail=(chunk.note, *chunk.heading_path), text=chunk.text, fall=fall)


def _traced(journey: Journey, draft: RewrittenAnswer | None, falls: list[WithoutShown]) -> TraceShown:
    from assistant.cli.lab.shown import TraceShown
    from assistant.lab.journey_json import journey_record, rewritten_record

    traced = TraceShown.model_validate(journey_record(journey))
    rewritten = rewritten_record(draft) if draft else None
    return traced.model_copy(update={"rewritten": rewritten, "without": tuple(falls)})


def _print_trace(journey: Journey, draft: RewrittenAnswer | None, falls: list[WithoutShown]) -> None:
    out = console()
    for hit in journey.search.hits if journey.search else ():
        where = " > ".join((hit.chunk.note, *hit.chunk.heading_path))
        out.print(f"{hit.score:+6.2f}  cosine {hit.cosine:.2f}  BM25 {hit.bm25:5.2f}  {where}", markup=False)
    if journey.packed is not None:
        out.print(f"\nRoom for {journey.packed.budget} tokens of notes:", markup=False)
        for section, size in zip(journey.packed.sections, journey.packed.sizes, strict=True):
            state = "read" if section in journey.read else "fits" if section in journey.packed.fitting else "cut"
            out.print(f"  {size:>5}  {state}  {' > '.join((section.note, *section.heading_path))}", markup=False)
    for look in journey.looks:
        who = f"after reading {len(look.blocks)} sections" if look.blocks else "before reading"
        out.print(f"The notes contain the answer, {who}: {look.probability:.0%}", markup=False)
    _print_tokens(journey.choices)
    _print_sentences(journey.sentences)
    if journey.answer is not None and journey.answer.abstained:
        out.print(f"\n{journey.answer.text}", markup=False)
    if draft is not None:
        out.print("\nWritten again:", style="bold", markup=False)
        _print_sentences(draft.sentences)
    for one in falls:
        out.print(f"{one.fall:+6.2f} a token without  {' > '.join(one.trail)}", markup=False)


def _print_tokens(choices: Any) -> None:
    from assistant.lab.charts.answer_charts import visible

    out = console()
    if choices:
        out.print("\nToken by token, with what else it could have been:", markup=False)
    for choice in choices:
        others = "  ".join(f"{visible(t)} {math.exp(p):.0%}" for t, p in choice.alternatives if t != choice.text)
        out.print(f"  {math.exp(choice.log_probability):>4.0%}  {visible(choice.text)}    {others}", markup=False)


def _print_sentences(sentences: tuple[Sentence, ...]) -> None:
    out = console()
    for sentence in sentences:
        mark = " " if not sentence.is_claim else "+" if sentence.supported else "-"
        out.print(f"\n{mark} {sentence.text}", markup=False)
        for citation in sentence.citations:
            out.print(f"    {citation.note}: {citation.quote}", markup=False)
        if sentence.reason:
            out.print(f"    {sentence.reason}", markup=False)


_SHOWN = 3


@app.command("metrics")
def metrics(
    context: typer.Context,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Answer from this probability on.")] = 0.5,
    wrong: Annotated[float, typer.Option(min=0, help="Price of a wrong answer.")] = 1.0,
    refusal: Annotated[float, typer.Option(min=0, help="Price of a needless refusal.")] = 1.0,
    course: Annotated[bool, typer.Option("--course", help="Ask the questions written for the sample course.")] = False,
    with_model: Annotated[bool, typer.Option("--with-model", help="Let the model judge too: minutes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    png: Annotated[Path | None, typer.Option(help="Write the ROC curve to this file.")] = None,
) -> None:
    """Examine "is this in the notes?": confusion matrix, precision, recall, F1, AUC, and the cheapest threshold.

    A third of the notes is hidden in a copy of the index; questions about it should be refused. Ctrl-C stops asking.
    """
    from assistant.lab.charts.png import write_png
    from assistant.lab.lessons.decisions import Prices
    from assistant.lab.lessons.examination_report import judge, roc_figure

    with opened(context) as assistant:
        build_if_needed(assistant)
        found = _examine(assistant, course=course, with_model=with_model)
    verdict = judge(found, threshold, Prices(wrong, refusal))
    if png is not None:
        write_png(roc_figure(found, threshold), png)
    if as_json:
        from assistant.cli.answer_output import print_record

        print_record(_measured(verdict))
    else:
        _print_metrics(verdict)


def _examine(assistant: Assistant, *, course: bool, with_model: bool) -> list[JudgedQuestion]:
    from assistant.lab.lessons.examination import Examined, course_session, no_model, own_session, trials

    lab = assistant.lab
    generator = lab.engine if with_model else no_model
    examined = Examined(lab.retriever(), lab.embedder(), lab.config, generator)
    cancel = threading.Event()
    message = "Stopping; what was asked so far counts."
    with _progress() as show, interrupt_sets(cancel, message):
        if not course and not lab.quiz.room.bank.items():
            typer.echo("The quiz bank is empty; writing questions first.", err=True)
            lab.quiz.build(cancel)
        items = lab.quiz.room.bank.items()
        with course_session(examined, lab.workspace) if course else own_session(examined, items) as ready:
            found = []
            for trial in trials(ready, cancel, with_model=with_model):
                found.append(trial)
                show(len(found), len(ready.questions))
            return found


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_metrics(verdict: ExaminationResult) -> None:
    from assistant.lab.lessons.examination_report import CELLS, percent

    out = console()
    asked = sum(map(len, verdict.cells.values()))
    out.print(f"{asked} questions; answered if at least {percent(verdict.threshold)} sure", markup=False)
    for key, trials in verdict.cells.items():
        name, means = CELLS[key]
        out.print(f"\n{name}: {len(trials)}  ({means})", markup=False)
        for trial in trials[:_SHOWN]:
            out.print(f"  {percent(trial.score):>5}  {trial.asked.text}", markup=False)
    out.print()
    for rate in verdict.rates:
        out.print(f"{rate.name:<18}{percent(rate.value):>6}  = {rate.arithmetic:<28}{rate.means}", markup=False)
    area = "–" if verdict.area is None else f"{verdict.area:.2f}"
    out.print(f"{'AUC':<18}{area:>6}", markup=False)
    best, least = verdict.best
    out.print(f"\nThe errors cost {verdict.cost:g}; the least is {least:g}, at {percent(best)}.", markup=False)


def _measured(verdict: ExaminationResult) -> MetricsShown:
    from assistant.cli.lab.shown import CheapestShown, CountsShown, JudgedShown, MetricsShown

    return MetricsShown(
        threshold=verdict.threshold,
        confusion=CountsShown.model_validate(verdict.counted),
        rates={rate.name: rate.value for rate in verdict.rates},
        auc=verdict.area,
        cost=verdict.cost,
        cheapest=CheapestShown(threshold=verdict.best[0], cost=verdict.best[1]),
        questions=tuple(
            JudgedShown(
                text=t.asked.text, answerable=t.asked.answerable, origin=t.asked.origin, score=t.score, cell=key
            )
            for key, trials in verdict.cells.items()
            for t in trials
        ),
    )
