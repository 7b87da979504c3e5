"""Items from the structure of notes: all kinds, repeatable, and fair on a second look."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from quiz_setting import fair_items, note, sample_notes

from assistant.quiz.choosing import choose_items
from assistant.quiz.exam.examiner import Examiner, is_fair
from assistant.quiz.exam.ground import Ground
from assistant.quiz.exam.sets import coverage, distinct_share, measure
from assistant.quiz.item import GAP, Item, Kind
from assistant.quiz.making.choices import choose
from assistant.quiz.making.pool import Pool
from assistant.quiz.making.statements import make_items

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample() -> list[Item]:
    return fair_items(*sample_notes())


def test_small_notes_give_every_kind() -> None:
    assert {item.kind for item in fair_items(note())} == set(Kind)


def test_the_same_seed_gives_the_same_items_and_another_one_does_not() -> None:
    pool = Pool([note()], Ground([note()]))
    first, again, other = (list(make_items("metrics.md", pool, random.Random(seed))) for seed in (1, 1, 2))
    assert first == again
    assert [item.options for item in first] != [item.options for item in other]


def test_wrong_options_are_siblings() -> None:
    asked = [i for i in fair_items(note()) if i.kind is Kind.CHOICE and i.question.startswith("Which of these is the")]
    metrics = {"Accuracy", "Precision", "Recall", "F1 score", "Area under the curve"}
    assert asked
    assert all(set(item.options) <= metrics for item in asked)


def test_what_is_also_true_of_the_term_is_no_wrong_option() -> None:
    text = (
        "# Tools\n\n## First\n\n- **Saw** - cuts wood into boards\n- **Plane** - smooths the face of boards\n"
        "- **Chisel** - carves narrow joints\n- **Drill** - bores round holes\n"
        "- **Hammer** - drives nails into boards\n- **File** - smooths the edges of metal\n\n"
        "## Later\n\n- **Saw** - bores round holes with a special blade\n"
    )
    items = [i for i in fair_items(note(text)) if i.kind is Kind.CHOICE and "saw" in i.question.lower()]
    assert items
    assert not [i for i in items if any("holes" in o for n, o in enumerate(i.options) if n != i.key[0])]


def test_a_false_statement_shows_what_is_true() -> None:
    false = [i for i in fair_items(note()) if i.kind is Kind.TRUE_FALSE and i.key == (1,)]
    assert false
    for item in false:
        assert item.question != item.answer
        assert item.explanation == item.answer or item.answer in item.explanation


def test_a_gap_hides_the_term_and_takes_its_abbreviation(sample: list[Item]) -> None:
    item = next(i for i in sample if i.kind is Kind.CLOZE and i.answer == "Area under the ROC curve")
    assert item.question == f"{GAP} measures the model's ability to distinguish between classes."
    assert "AUC" in item.accepted


def test_steps_are_asked_in_another_order_than_they_stand() -> None:
    orders = [i for i in fair_items(note()) if i.kind is Kind.ORDER]
    assert orders
    for item in orders:
        assert [item.options[i] for i in item.key] == ["Washing", "Soaking", "Boiling", "Resting"]
        assert item.key != tuple(range(len(item.key)))


def test_pairs_of_a_match_are_those_of_the_notes() -> None:
    item = next(i for i in fair_items(note()) if i.kind is Kind.MATCH and "Model metrics" in i.question)
    pairs = {left: item.options[right] for left, right in zip(item.lefts, item.key, strict=True)}
    assert pairs["Recall"] == "The ratio of true positives to all actual positives"


def test_a_second_examination_finds_every_item_fair(sample: list[Item]) -> None:
    examiner = Examiner(Ground(sample_notes()))
    failed = [(item.question, again.checks[-1]) for item in sample if not is_fair(again := examiner.examine(item))]
    assert failed == []


def test_the_sample_course_gives_a_large_and_balanced_bank(sample: list[Item]) -> None:
    measures = measure(sample)
    assert measures.items >= 130
    assert len(measures.kinds) == len(Kind)
    assert measures.key_longest <= 0.33
    assert 0.9 <= measures.key_ratio <= 1.15
    assert all(abs(share - 0.25) <= 0.08 for share in measures.guessers.values())
    assert 0.3 <= measures.true_share <= 0.7


def test_a_quiz_of_60_covers_the_outline_with_distinct_questions(sample: list[Item]) -> None:
    chosen = choose_items(sample, 60, {}, random.Random(3))
    places = {(item.source.note, item.source.heading_path) for item in sample}
    assert len(chosen) == 60
    assert distinct_share(chosen) >= 0.95
    assert coverage(chosen, places) >= min(0.8, 60 / len(places) - 0.05)


def test_ids_are_distinct_and_do_not_depend_on_the_place_in_the_note() -> None:
    below = note("# New\n\nAn opening line.\n\n" + note().text)
    first, moved = fair_items(note()), fair_items(below)
    assert len({item.id for item in first}) == len(first)
    assert {item.id for item in first} & {item.id for item in moved}


def test_options_are_alike_in_length_and_the_right_one_is_not_told_by_it() -> None:
    rng = random.Random(0)
    wrong = [(f"{word} " * count + "end",) for word, count in (("aa", 3), ("bb", 4), ("cc", 5), ("dd", 6), ("ee", 7))]
    places = Counter[int]()
    for _ in range(200):
        options = choose(("ff ff ff ff ff end",), wrong, rng)
        assert len(options) == 4
        places[sorted(options, key=len).index(options[0])] += 1
    assert set(places) == {0, 1, 2, 3} or len(places) >= 3


def test_too_few_siblings_make_no_choice() -> None:
    items = fair_items(note("# Two\n\n- **Cat** - purrs at night when it is warm\n- **Dog** - barks at the postman\n"))
    assert not [item for item in items if item.kind is Kind.CHOICE]


def own_questions(text: str) -> dict[str, list[str]]:
    one = note(text)
    found = Pool([one], Ground([one])).of_note[one.path].answered
    return {asked.question: [answer.quote for answer in asked.answers] for asked in found}


def test_what_the_notes_ask_and_answer_is_found_and_is_no_question_of_a_quiz() -> None:
    """Away from its page such a question lacks who is meant: "Why do rocks sink?", by Aristotle."""
    text = (
        "# Rome\n\n## Questions\n\n- What did the **Gracchi** want to change?\n"
        "  - They wanted public land for poor farmers.\n  - They wanted cheap grain for the city.\n"
        "- What did they say?\n- How did her sons end?\n  - They were both killed in the streets of Rome.\n"
        "- Why did the reform of the land fail?\n  - the owners of large estates had it stopped\n"
    )
    asked = own_questions(text)
    assert asked == {
        "What did the Gracchi want to change?": [
            "They wanted public land for poor farmers.",
            "They wanted cheap grain for the city.",
        ],
        "Why did the reform of the land fail?": ["the owners of large estates had it stopped"],
    }
    assert fair_items(note(text)) == []


@pytest.mark.parametrize(
    ("question", "is_asked"),
    [
        ("? Why do rocks sink in the water of a lake?", True),
        ("Can the water of a lake be neutral?", False),
        ("Where is that constant of the lake coming from?", False),
        ("Why did they leave the lake in winter?", False),
        ("What about the water of the lake?", False),
        ("Note the following: why do rocks sink in a lake?", False),
    ],
)
def test_a_question_of_the_notes_asks_for_more_than_yes_and_is_whole(question: str, is_asked: bool) -> None:
    asked = own_questions(f"# Lakes\n\n- {question}\n  - The proper place of heavy things is at the bottom.\n")
    assert list(asked) == ([question.lstrip("? ")] if is_asked else [])


def test_prose_without_any_structure_gives_items() -> None:
    text = (
        "The Newcomen engine was the first pump that used a piston. In 1712 it was built in Dudley.\n\n"
        "A boiler is a vessel that turns water into steam under pressure. "
        "A piston is a disc that slides within a tube.\n\n"
        "A condenser is a chamber that cools steam back into water. The Rocket was a locomotive built by Robert "
        "Stephenson in 1829 for trials at Rainhill.\n"
    )
    items = fair_items(note(text))
    assert {Kind.SHORT, Kind.CLOZE, Kind.TRUE_FALSE} <= {item.kind for item in items}


def test_wrong_options_come_from_the_same_note_and_persons_stand_among_persons() -> None:
    steam = (
        "# Steam\n\n## Parts\n\nA boiler is a vessel that turns water into steam. A piston is a disc that slides in a "
        "tube. A condenser is a chamber that cools the steam. A beam is a lever that moves the rods of the pump.\n\n"
        "## People\n\n**Thomas Savery** was an engineer who built the first pump.\n"
    )
    locks = "# Locks\n\nA lock is a chamber that lifts boats. A gate is a door that holds back the water.\n"
    items = fair_items(note(steam), note(locks, "locks.md"))
    names = {option for item in items if item.question.startswith("Which of these") for option in item.options}
    assert names == {"Boiler", "Piston", "Condenser", "Beam"}
    assert {item.question for item in items if "Savery" in item.answer + item.question} == {
        "_____ was an engineer who built the first pump.",
        "Who was Thomas Savery?",
    }


def test_what_stands_in_the_list_beside_it_is_no_wrong_option() -> None:
    text = (
        "# Safety\n\n## Properties\n\n- **Secrecy** - the state in which nobody reads a letter\n"
        "- **Integrity** - the state in which nobody changes a letter\n\n"
        "## People\n\n- **Burglar** - a person who breaks into a house\n- **Guard** - a person who keeps a gate\n"
        "- **Courier** - a person who carries a letter\n- **Clerk** - a person who files the papers\n"
    )
    choices = [item for item in fair_items(note(text)) if item.kind is Kind.CHOICE]
    assert choices
    assert not [item for item in choices if {"Secrecy", "Integrity"} & set(item.options)]


def test_a_statement_and_a_gap_are_not_told_by_the_parts_of_the_word() -> None:
    text = (
        "# Schwingung\n\nDie Lehre ist alt und wird von den Schulen nicht mehr im Jahr geprüft.\n\n"
        "Die **Schwingungsebene** ist die Ebene, in welcher die Schwingung stattfindet. "
        "Die **Amplitude** ist die Auslenkung, in welcher ein Pendel am weitesten schwingt. "
        "Die **Periode** ist die Zeit, in welcher ein Pendel einmal schwingt.\n"
    )
    items = fair_items(note(text))
    answers = {item.answer for item in items if item.kind in (Kind.CLOZE, Kind.CHOICE)}
    assert "Amplitude" in answers
    assert "Schwingungsebene" not in answers
    assert not [item for item in items if item.kind is Kind.TRUE_FALSE and "Schwingungsebene" in item.question]


GAPS = """# Shells

## Running commands

A variable is a parameter that is denoted by a name. The CWD is a path that every command is run in.
The pipe is a channel that joins the output of two commands. **Jobs** are processes that run behind the prompt.
Output is what a command writes to the terminal, and other output is lost; the output of a pipe is output as well.
"""


def test_gaps_are_names_that_one_has_to_know_and_say_where_they_stand() -> None:
    asked = {item.answer: item.question for item in fair_items(note(GAPS)) if item.kind is Kind.CLOZE}
    assert asked == {
        "variable": f"A(n) {GAP} (in “Running commands”) is a parameter that is denoted by a name.",
        "Jobs": f"{GAP} (in “Running commands”) are processes that run behind the prompt.",
    }


def test_a_line_of_a_list_is_asked_for_by_its_name_if_the_list_is_one_of_terms() -> None:
    lines = (
        "- **Header** - the part of a packet that holds its addresses\n",
        "- **Payload** - the part of a packet that holds what is sent\n",
        "- **Footer** - the part of a packet that holds its checksum\n",
    )
    gaps = [
        {
            item.answer
            for item in fair_items(note("# Nets\n\n## Packets\n\n" + "".join(lines[:count])))
            if item.kind is Kind.CLOZE
        }
        for count in (2, 3)
    ]
    assert gaps == [set(), {"Header", "Payload", "Footer"}]


def test_a_word_is_asked_about_with_the_nearest_place_that_does_not_say_it() -> None:
    said = "A **parameter** is an entity that stores values of a shell.\n"
    text = f"# Shell manual\n\n## 3. Features\n\n### 3.4 Parameters\n\n{said}"
    asked = {item.question for item in fair_items(note(text)) if item.kind is Kind.SHORT}
    assert asked == {"What is a parameter (in “Shell manual”), in your own words?"}


def test_a_heading_that_any_text_has_is_no_place() -> None:
    said = "A correct chunk has the right token.\n\n**Precision** is the ratio of the correct chunks to all chunks.\n"
    said += "\nIt is slow. It is old. It is known. It is rare. It is dear. It is long. It is wide.\n"
    texts = {
        "chunks.md": f"# Chunking\n\n## Evaluation\n\n{said}",
        "chains.md": f"# Chaining\n\n## Notes of 1998\n\n{said.replace('chunk', 'chain')}",
        "chords.md": f"# Chording\n\n## 2. Notes of 1998\n\n{said.replace('chunk', 'chord')}",
        "cheeses.md": f"# Tasting\n\n## Notes of 1998\n\n{said.replace('chunk', 'cheese')}",
    }
    items = fair_items(*(note(text, name) for name, text in texts.items()))
    asked = {item.question for item in items if item.kind is Kind.SHORT}
    places = ("Chunking", "Chaining", "Chording", "Tasting")
    assert asked == {f"What is Precision (in “{place}”), in your own words?" for place in places}


def test_a_single_word_above_has_the_heading_above_it_in_front() -> None:
    text = "# Stroke of the brain\n\n## Exercise of limbs\n\n### Rehabilitation\n\n**Relearning** is the process of "
    items = fair_items(note(f"{text}finding other ways to move a limb.\n"))
    asked = {item.question for item in items if item.kind is Kind.SHORT}
    assert asked == {"What is Relearning (in “Exercise of limbs: Rehabilitation”), in your own words?"}


def test_a_word_that_nothing_says_the_place_of_is_not_asked_about() -> None:
    said = "The **network** is a ring of processes that send to the right. A network has a leader. "
    plain = f"{said}The network is slow. A message crosses the network.\n"
    assert not fair_items(note(plain, "lecture.md"))
    assert fair_items(note(f"# Leader election\n\n{plain}", "lecture.md"))
    french = (
        "Le **réseau** est un anneau de processus qui parlent à droite. Le réseau est lent et le message passe par le "
        "réseau. Dans un réseau de ce type, les messages sont longs.\n"
    )
    assert not fair_items(note(french, "lecture.md"))
    assert fair_items(note(f"# Élection du chef\n\n{french}", "lecture.md"))


def test_a_numbered_list_of_peers_is_no_order() -> None:
    ways = "".join(
        f"{number}. **{name}**: {said}\n"
        for number, (name, said) in enumerate(
            (("Burning", "in a furnace"), ("Pulping", "in a vat"), ("Shredding", "by a machine")), 1
        )
    )
    kinds = [
        Kind.ORDER in {item.kind for item in fair_items(note(f"# Media\n\n## {label}\n\n{ways}"))}
        for label in ("Data destruction", "Roles in the process", "Making paper", "The process of destruction")
    ]
    assert kinds == [False, False, True, True]


def test_steps_that_are_only_counted_are_no_order_and_neither_are_the_parts_of_one() -> None:
    names = ("Breast", "Arm", "Hip")
    counted, parts, named = (
        f"# Breast cancer in women\n\n## {label}\n\n"
        + "".join(f"{number}. **{step or f'Stage {number}'}**: a lump\n" for number, step in enumerate(steps, 1))
        for label, steps in (("Stages of cancer", ("", "", "")), ("Stage 2", names), ("Stages of cancer", names))
    )
    found = [Kind.ORDER in {item.kind for item in fair_items(note(each))} for each in (counted, parts, named)]
    assert found == [False, False, True]


def test_the_number_of_a_list_and_of_its_rows_is_said_once() -> None:
    phases = "## Three phases of recovery\n\n" + "".join(
        f"- **{name}**: it is so\n" for name in ("Early", "Rewired", "Late")
    )
    asked = {item.question for item in fair_items(note(f"# Stroke\n\n{phases}"))}
    assert "What are the three phases of recovery?" in asked
    plain = {item.question for item in fair_items(note(f"# Stroke\n\n{phases.replace('Three phases', 'The phases')}"))}
    assert "What are the three phases of recovery?" in plain
    rows = "".join(
        f"| {n}. {name} | the loss of {what} within weeks |\n"
        for n, (name, what) in enumerate((("Threatened", "blood"), ("Complete", "all of it"), ("Missed", "a beat")), 1)
    )
    items = fair_items(note(f"# Loss\n\n| Type | Definition |\n|---|---|\n{rows}"))
    assert items
    assert not [item for item in items if "1. " in f"{item.question} {item.answer} {item.options} {item.lefts}"]


def test_steps_say_what_they_are_of() -> None:
    steps = "1. Early: swelling goes\n2. Rewiring: new areas take over\n3. Adaptive: other ways are found\n"
    below = "".join(f"  {step}\n" for step in steps.splitlines())
    text = f"# Stroke of the brain\n\n## Care\n\n- Phases of recovery:\n{below}"
    asked = {item.question for item in fair_items(note(text)) if item.kind is Kind.ORDER}
    assert asked == {"In which order do the steps of “Phases of recovery” (in “Stroke of the brain: Care”) come?"}


def test_what_has_a_function_that_acts_is_not_said_to_be_it() -> None:
    acts = (
        ("lowmost", "returns the least value of a vector"),
        ("longmost", "returns the length of the longest word in a vector"),
        ("summed", "returns the sum of all rows in a vector of figures"),
        ("shuffled", "returns a random order of the values in a list"),
    )
    rows = "".join(f"| {name} | {act} |\n" for name, act in acts)
    items = fair_items(note(f"# Vector calls\n\n| Name | Function |\n|---|---|\n{rows}"))
    assert items
    assert not [item for item in items if item.kind is Kind.TRUE_FALSE]


def test_a_name_in_one_note_may_be_a_word_in_another() -> None:
    cloud = "# Cloud\n\nCode runs in Lambda. **Lambda** is a service that runs code without servers. Use Lambda.\n"
    waves = "# Waves\n\nThe lambda of a wave is long, and a lambda of zero is none. Some lambda is left.\n"
    asked = {item.question for item in fair_items(note(cloud, "cloud.md"), note(waves, "waves.md"))}
    assert "What is Lambda (in “Cloud”), in your own words?" in asked


def test_of_a_person_no_false_statement_is_made() -> None:
    lines = [
        "- **Anna Freud** - a psychoanalyst who worked with children in London\n",
        "- **Carl Rogers** - a psychologist who worked with clients in London\n",
        "- **Aaron Beck** - a psychiatrist who worked with clients in Boston\n",
    ]
    items = fair_items(note("# Minds\n\n## Authors\n\n" + "".join(lines)))
    assert items
    assert Kind.TRUE_FALSE not in {item.kind for item in items}


def test_savings_are_one_account() -> None:
    text = "# Money\n\n- **Savings** - an account that pays interest\n- **Checking** - an account that pays bills\n"
    asked = {item.question for item in fair_items(note(text)) if item.kind is Kind.SHORT}
    assert "What is Savings (in “Money”), in your own words?" in asked


def test_chapters_of_a_note_are_no_steps_because_of_its_title() -> None:
    chapters = "".join(
        f"## {number}. {name}\n\nText.\n\n" for number, name in enumerate(("Trees", "Roots", "Leaves"), 1)
    )
    kinds = [
        {i.kind for i in fair_items(note(f"# {title}\n\n{chapters}"))} for title in ("The sorting algorithm", "Step")
    ]
    assert kinds == [set(), set()]
    steps = chapters.replace("Trees", "Planting").replace("Roots", "Watering").replace("Leaves", "Cutting")
    assert {i.kind for i in fair_items(note(f"# The sorting algorithm\n\n{steps}"))} == {Kind.ORDER}


def test_who_was_something_is_a_person_and_what_has_an_article_is_none() -> None:
    goudy = "# Frederic Goudy\n\nFrederic Goudy was a prolific designer of type for printers.\n"
    script = "# Roman Script\n\nThe Roman Script was a face that printers liked.\n"
    questions = {item.question for item in (*fair_items(note(goudy)), *fair_items(note(script)))}
    assert {"Who was Frederic Goudy?", "What was the Roman Script, in your own words?"} <= questions


def test_a_name_of_code_keeps_its_letters() -> None:
    rows = "".join(f"| `{name}` | the call that {does} |\n" for name, does in _CALLS.items())
    text = f"# Calls\n\n| Call | Description |\n|---|---|\n{rows}"
    options = {option for item in fair_items(note(text)) if item.kind is Kind.CHOICE for option in item.options}
    assert set(_CALLS) <= options


_CALLS = {
    "add_item": "puts a stone into the bag",
    "drop_all": "empties the whole bag",
    "is_wet": "tells whether it rains",
    "u8x2": "sends a boat over the lake",
}


def test_headings_are_no_list_unless_they_are_its_kinds() -> None:
    listed = "".join(f"## {name}\n\nSome words about it.\n\n" for name in ("Coal", "Peat", "Wood"))
    assert "what are the three types of fuel?" in {
        i.question.lower() for i in fair_items(note(f"# Types of fuel\n\n{listed}"))
    }
    assert not fair_items(note(f"# Features of fuel\n\n{listed}"))
    bullets = "- **Coal**\n- **Peat**\n- **Wood**\n"
    assert fair_items(note(f"# Energy\n\n## Features of fuel\n\n{bullets}"))


def test_numbered_parts_of_what_is_called_a_process_elsewhere_are_no_steps() -> None:
    listed = "1. **Mills** - on the river\n2. **Kilns** - on the hill\n3. **Barns** - in the valley\n"
    assert not [
        i for i in fair_items(note(f"# The cycle of the year\n\n## Points\n\n{listed}")) if i.kind is Kind.ORDER
    ]
    assert [i for i in fair_items(note(f"# The year\n\n## The cycle\n\n{listed}")) if i.kind is Kind.ORDER]


def test_figures_are_not_matched_and_rows_are_named() -> None:
    figures = [("Income", "12.600 USD"), ("Index", "Rank 75"), ("Rent", "24 hours")]
    words = [("Oats", "sown in spring"), ("Rye", "cut by hand"), ("Hay", "dried on the field")]
    listed = [("Oats", "sickles"), ("Rye", "barns"), ("Hay", "mowers")]
    head = "# Farm\n\n| Crop | Harvest |\n|---|---|\n"
    for rows, is_asked in (
        (figures, False),
        (listed, False),
        (words, True),
        ((*words[:2], ("N/A", "lost at sea")), False),
    ):
        text = head + "".join(f"| {name} | {cell} |\n" for name, cell in rows)
        assert bool([i for i in fair_items(note(text)) if i.kind is Kind.MATCH]) is is_asked, rows


def test_a_table_that_is_full_of_holes_is_not_asked() -> None:
    head = "# Tools\n\n| Tool | Purpose | Origin | Price |\n|---|---|---|---|\n"
    rows = "".join(f"| {name} | to {use} |  |  |\n" for name, use in _TOOLS.items())
    assert not fair_items(note(head + rows))
    assert fair_items(note(head + rows.replace("|  |  |", "| Rome | dear |")))


_TOOLS = {"Saw": "cut wood into boards", "Drill": "make round holes", "Plane": "smooth a face", "File": "round an edge"}


def test_the_point_of_a_cell_is_its_text() -> None:
    head = "# Tools\n\n| Tool | Year | Description |\n|---|---|---|\n"
    rows = "| Saw | old | a blade that cuts wood |\n| Drill | new | a rod that bores holes |\n"
    points = [point.text for item in fair_items(note(head + rows)) for point in item.key_points]
    assert points == ["a blade that cuts wood"]


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("a net in which every knot carries a number", ["a net in which every knot carries a number"]),
        ("a net of knots, which holds many fish", ["a net of knots", "holds many fish"]),
    ],
)
def test_a_point_is_not_cut_behind_a_preposition(said: str, points: list[str]) -> None:
    items = fair_items(note(f"# Nets\n\nA **trawl** is {said}.\n"))
    assert [[p.text for p in i.key_points] for i in items if i.kind is Kind.SHORT] == [points]


def test_steps_that_are_no_whole_formulas_are_not_put_in_order() -> None:
    listed = "1. $(V - W)$ of acid was added\n2. $(N - M)$ of base was left\n3. $(K - L)$ of both was gone\n"
    assert not [i for i in fair_items(note(f"# Acid\n\n## Process\n\n{listed}")) if i.kind is Kind.ORDER]
    whole = (
        listed.replace("$(V - W)$", "Acid - all").replace("$(N - M)$", "Base - all").replace("$(K - L)$", "Salt - all")
    )
    assert [i for i in fair_items(note(f"# Acid\n\n## Process\n\n{whole}")) if i.kind is Kind.ORDER]


def test_chapters_beside_the_section_of_a_thing_give_no_wrong_options() -> None:
    filler = " Some more words on that stand here." * 7
    things = {
        "String": "chain that holds small letters",
        "Vector": "row that has several numbers",
        "Matrix": "block that has rows and columns",
    }
    start = f"# Manual\n\n## Start\n\nThe line plotter is a machine that draws on paper.{filler}\n\n## Data\n\n"
    data = "".join(f"### {name}\n\nA {name.lower()} is a {said}.{filler}\n\n" for name, said in things.items())
    series = f"### Series\n\nA series is a range that has even steps.{filler}\n"
    assert not [item for item in fair_items(note(start + data)) if item.kind is Kind.CHOICE]
    assert [item for item in fair_items(note(start + data + series)) if item.kind is Kind.CHOICE]


def test_what_a_list_has_several_of_is_not_matched() -> None:
    def listed(aspect: str) -> str:
        said = {"Oak": "a wall of stones", "Elm": "a net of wires", "Fir": "a coat of chalk"}
        return "# Trees\n\n" + "".join(
            f"- **{name}**\n  - **{aspect}** - {text}\n  - **Leaf** - shape of {name}\n" for name, text in said.items()
        )

    for aspect, is_asked in (("Protection", True), ("Solutions", False)):
        matches = [i for i in fair_items(note(listed(aspect))) if i.kind is Kind.MATCH]
        assert any(aspect.lower() in i.question.lower() for i in matches) is is_asked
