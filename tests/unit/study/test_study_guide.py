"""Study guides: the notes' own words, whole and in order, each with its place."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from assistant.config import ChunkingConfig, NotesConfig, RetrievalConfig
from assistant.documents.loading import parse
from assistant.documents.naming import title_of_whole
from assistant.errors import StudyError
from assistant.index.build import Builder, fingerprint
from assistant.index.retriever import Retriever
from assistant.quiz.choosing import Span
from assistant.quiz.exam.ground import Ground
from assistant.quiz.item import Anchor, Item, KeyPoint, Kind, Maker
from assistant.quiz.making.pool import Pool
from assistant.study.guide import Guide, GuideTopic, make_guide
from assistant.study.guide_lines import LineKind
from assistant.study.guide_text import guide_markdown, phrases
from assistant.study.guide_topic import GuideLibrary, find_guide_topic
from assistant.testing import FakeEmbedder
from assistant.types import Scope

RIVERS = """# Rivers

> [!definition]
> A natural stream of water that flows towards the sea, a lake or another stream.

A river begins at its source and ends at its mouth.
See the atlas for more rivers.
This was said before.

## Upper course

> The part near the source, where the slope is steep.

Erosion deepens the valley because the water is fast.

### Landforms

- Waterfalls
- Gorges
- Interlocking spurs

## Lower course

> The part near the mouth, where the slope is gentle.

| Load | Size |
|---|---|
| Clay | fine |
| Sand | coarse |
| Gravel | large |

When the river slows down in its lower course, the **load** is dropped on the bed.

## How a meander becomes a lake

1. The neck of the meander gets narrower.
2. A flood cuts through the neck.
3. The old bend is sealed off with mud.

## Discharge

Discharge is the volume of water that passes a point each second.
For a cross-section $A$ and a speed $v$:

$$Q = A \\cdot v$$

where $A$ is measured in square metres.

## Further reading

- https://example.org/rivers
"""


def guide_of(text: str, *, path: str = "rivers.md", items: tuple[Item, ...] = (), start: int = 0) -> Guide:
    note = parse(path, text)
    spans = (Span(path, start, len(text) + 1),)
    return make_guide(GuideTopic(title_of_whole(note), (note,), spans, Pool([note], Ground([note])), "", items))


@pytest.fixture(scope="module")
def rivers() -> Guide:
    return guide_of(RIVERS)


def lines(guide: Guide):
    return [line for part in guide.parts for line in part.lines]


def texts(guide: Guide) -> list[str]:
    return [line.text for line in lines(guide)]


class TestWhatMatters:
    def test_every_line_is_cited_with_its_exact_words(self, rivers):
        cited = [line.anchor for line in lines(rivers)] + [term.anchor for term in rivers.terms]
        cited += [one.anchor for one in rivers.questions]
        assert cited
        assert all(RIVERS[anchor.start : anchor.end] == anchor.quote for anchor in cited)

    def test_what_only_goes_on_or_leads_elsewhere_is_left_out(self, rivers):
        assert not [text for text in texts(rivers) if text.startswith(("This", "See"))]
        assert "example.org" not in guide_markdown(rivers)

    def test_a_list_is_whole_and_in_order(self, rivers):
        found = next(line for line in lines(rivers) if line.kind is LineKind.LIST and "Gorges" in line.anchor.quote)
        assert [point.text for point in found.points] == ["Waterfalls", "Gorges", "Interlocking spurs"]

    def test_steps_keep_their_numbers(self, rivers):
        assert "1. The neck of the meander gets narrower.\n2. A flood" in guide_markdown(rivers)

    def test_a_table_is_whole(self, rivers):
        table = next(line for line in lines(rivers) if line.kind is LineKind.TABLE)
        assert table.block.count("\n") == 4

    def test_a_long_list_is_no_list_of_a_page_but_its_items_may_be_lines(self):
        items = "".join(
            f"- **Layer {n}**: the layer of number {n} filters what the one above lets through.\n" for n in range(30)
        )
        guide = guide_of(f"# Filters\n\n{items}")
        assert all(line.kind is LineKind.SENTENCE for line in lines(guide))

    def test_a_list_that_announces_what_is_not_in_it_is_none(self):
        guide = guide_of("# Winds\n\n- Trade winds blow from the east:\n\n  They are steady.\n- Westerlies\n")
        assert not [line for line in lines(guide) if line.kind is LineKind.LIST]

    def test_short_lines_without_bullets_are_a_list(self):
        guide = guide_of("# Rates\n\n## A rate falls\nless saving\nmore borrowing\nmore spending\nhigher prices\n")
        assert [point.text for point in lines(guide)[0].points] == [
            "less saving",
            "more borrowing",
            "more spending",
            "higher prices",
        ]

    def test_aims_of_learning_and_chrome_of_a_page_are_no_lists(self):
        aims = "- Explain why ice floats\n- Describe how a glacier moves\n- Name three kinds of ice\n"
        chrome = "- Last updated\n- Save as PDF\n- Page ID 12\n"
        guide = guide_of(f"# Ice\n\n{aims}\n## Place\n\n{chrome}\nIce floats on cold water.\n")
        assert texts(guide) == ["Ice floats on cold water."]

    def test_of_a_long_list_with_labels_all_labels_stay(self):
        items = "".join(
            f"- **Point {n}**: {'the treaty says a great deal about this matter. ' * 6}\n" for n in range(1, 9)
        )
        (found,) = [line for line in lines(guide_of(f"# Treaty\n\n{items}")) if line.kind is LineKind.LIST]
        assert [point.text for point in found.points] == [f"Point {n}" for n in range(1, 9)]

    def test_a_text_that_an_editor_has_broken_is_no_list(self):
        text = "A glacier moves because of the\nweight of the ice that lies on\nthe upper part of the valley.\n"
        assert all(line.kind is LineKind.SENTENCE for line in lines(guide_of(f"# Ice\n\n{text}")))

    def test_a_list_that_does_not_begin_with_its_first_number_is_none(self):
        guide = guide_of("# Forces\n\n3. Draw the forces on the body.\n4. Write down the sums of them.\n")
        assert not [line for line in lines(guide) if line.kind is LineKind.LIST]

    def test_of_long_items_the_first_sentences_are_the_list(self):
        more = " This goes on for many words that nobody needs on one page of a guide." * 6
        text = f"# Ice\n\n- Glaciers carve wide valleys.{more}\n- Ice sheets cover whole lands.{more}\n"
        (found,) = lines(guide_of(text))
        assert [point.text for point in found.points] == [
            "Glaciers carve wide valleys.",
            "Ice sheets cover whole lands.",
        ]

    def test_asides_and_what_breaks_off_make_no_list(self):
        text = (
            "# Ice\n\n## One\n\n- Note that the lake is near\n- A boat\n\n## Two\n\n- The test says that it is\n- Two\n"
        )
        assert not lines(guide_of(text))

    def test_what_an_example_announces_is_part_of_it(self):
        guide = guide_of(
            "# Profit\n\nConsider two firms, where\n\n- $R$ is the revenue of both\n- $C$ is the cost of both\n"
        )
        assert not lines(guide)

    def test_the_first_line_of_a_slide_names_it_where_the_heading_comes_again(self):
        slides = (
            "# Tests\n\nThe White test\n\n- It adds squares.\n- It has power.\n\n",
            "# Tests\n\nThe other test\n\n- It is old.\n- It is weak.\n",
        )
        text = "".join(slides)
        note = replace(parse("slides.md", text), page_starts=(0, len(slides[0])))
        spans = (Span(note.path, 0, len(text) + 1),)
        guide = make_guide(GuideTopic("Tests", (note,), spans, Pool([note], Ground([note]))))
        assert {part.group for part in guide.parts} == {"The White test", "The other test"}

    def test_where_a_topic_begins_stands_first(self):
        core = "## Erosion\n\n**Erosion** wears away rock because water carries sand. Erosion shapes valleys.\n\n"
        guide = guide_of(f"# Rivers\n\n{core}## Definition of a river\n\nA river is a stream of water.\n")
        assert [part.group for part in guide.parts] == ["Definition of a river", "Erosion"]

    def test_an_outline_is_a_list_for_each_of_its_branches(self):
        told = "what this one does is told here in a dozen words that nobody could leave out"
        branches = "".join(f"- **{name}**-\n" + f"  - {told}\n" * 6 for name in ("Training", "Methods", "Metrics"))
        found = lines(guide_of(f"# Models\n\n{branches}"))
        assert [line.text for line in found] == ["Training", "Methods", "Metrics"]
        assert all(len(line.points) == 6 for line in found)

    def test_a_point_of_a_slide_needs_no_full_stop_but_a_verb(self):
        text = "# Tests\n\nMalebranche argued that embryos lie ready in the egg\n\nThe old test and its null\n"
        note = replace(parse("slides.md", text), page_starts=(0,))
        guide = make_guide(
            GuideTopic("Tests", (note,), (Span(note.path, 0, len(text) + 1),), Pool([note], Ground([note])))
        )
        assert texts(guide) == ["Malebranche argued that embryos lie ready in the egg"]

    def test_type_a_is_not_type_b(self):
        said = "".join(f"Letter {letter} means that the antigen {letter} is present.\n" for letter in "AB")
        assert len(texts(guide_of(f"# Blood\n\n{said}"))) == 2

    def test_opposites_do_not_count_as_said(self):
        rise, fall = (
            "- prices lower\n- saving higher\n- demand lower\n",
            "- prices higher\n- saving lower\n- demand higher\n",
        )
        guide = guide_of(f"# Rates\n\n## A rise\n\n{rise}\n## A fall\n\n{fall}")
        assert len([line for line in lines(guide) if line.kind is LineKind.LIST]) == 2

    def test_links_in_tables_are_read_as_words(self):
        guide = guide_of("# Ice\n\n| Kind | Place |\n|---|---|\n| [[Ice cap]] | *poles* |\n| Floe | sea |\n")
        assert "| Ice cap | poles |" in guide_markdown(guide)

    def test_the_most_important_part_comes_first(self):
        aside = "## Trivia\n\nThe longest river of Ruritania has an old bridge with nine arches.\n\n"
        core = "## Erosion\n\n**Erosion** wears away rock because water carries sand. Erosion shapes valleys.\n"
        guide = guide_of(f"# Rivers\n\n{aside}{core}\n## Deposition\n\nDeposition follows erosion when water slows.\n")
        assert guide.parts[0].group == "Erosion"

    def test_what_was_said_is_not_said_again(self):
        said = "Glaciers carve wide valleys into the rock of mountains."
        guide = guide_of(f"# Ice\n\n## One\n\n{said}\n\n## Two\n\n{said}\n")
        assert texts(guide).count(said) == 1

    def test_a_part_of_a_note_has_its_part_only(self):
        guide = guide_of(RIVERS, start=RIVERS.index("## Discharge"))
        assert {line.anchor.heading_path[-1] for line in lines(guide)} <= {"Discharge"}
        assert guide.formulas

    def test_the_cover_of_a_deck_and_words_to_who_speaks_are_no_lines(self):
        cover = "# Canals\n\n- Dr. A. Keeper\n- Department of Water\n- July 2, 2026\n\n"
        slide = "## {0}\n\nA {0} is a large gate that holds back the water of the canal.\n\n"
        slides = [
            cover,
            *(slide.format(n) for n in ("Sluice", "Paddle", "Barrier")),
            "## Weir\n\n- Walk through each row and ask students.\n",
        ]
        starts = tuple(sum(map(len, slides[:n])) for n in range(len(slides)))
        note = parse("deck.pdf", "".join(slides), "pdf", "Canals", page_starts=starts)
        topic = GuideTopic("Canals", (note,), (Span("deck.pdf", 0, 999),), Pool([note], Ground([note])))
        said = guide_markdown(make_guide(topic))
        assert "a large gate" in said.lower()
        assert "Keeper" not in said
        assert "students" not in said


class TestWhatIsAsked:
    def test_a_list_that_is_announced_is_asked_for(self):
        text = "# Flux\n\nThe magnetic flux depends on three things:\n\n- the field\n- the area\n- the angle\n"
        (one,) = guide_of(text).questions
        assert one.question == "List them: The magnetic flux depends on three things."
        assert one.answer == "the field; the area; the angle."

    def test_a_table_of_two_columns_is_asked_for(self, rivers):
        asked = {one.question: one.answer for one in rivers.questions}
        assert (
            asked["Give the “Size” of each “Load”: Clay; Sand; Gravel."] == "Clay: fine; Sand: coarse; Gravel: large."
        )

    def test_a_reason_is_asked_for(self, rivers):
        asked = {one.question: one.answer for one in rivers.questions}
        assert "the water is fast" in asked["Why is this so: “Erosion deepens the valley”?"]

    def test_what_one_list_describes_is_asked_for_with_what_is_nested(self):
        text = "# Bone\n\n## Osteoclasts\n\n- large cells\n- they dissolve\n  - calcium\n  - collagen\n- many nuclei\n"
        (one,) = guide_of(text).questions
        assert one.question == "Describe “Osteoclasts”."
        assert one.answer == "large cells; they dissolve (calcium, collagen); many nuclei."

    def test_premises_are_no_steps(self):
        premises = "1. Pain cannot be measured\n2. The theory measures pain\n3. The theory fails\n"
        assert not [
            one
            for one in guide_of(f"# Ethics\n\n## Measuring problem\n\n{premises}").questions
            if "steps" in one.question
        ]

    def test_a_question_does_not_say_that_it_is_about_the_topic_of_the_guide(self):
        word = "## Kinetics\n\nA **catalyst** is a substance that makes a reaction of two others faster.\n"
        note = parse("fast.md", f"# Fast reactions\n\n{word}")
        pool = Pool([note], Ground([note]))
        (question,) = make_guide(GuideTopic("Kinetics", (note,), (Span("fast.md", 18, 999),), pool)).questions
        assert question.question == "What is a catalyst?"

    def test_what_a_thing_causes_or_is_for_is_asked(self):
        guide = guide_of(
            "# Locks\n\nHigh water leads to a longer wait for every boat at the lock.\n\n"
            "## Sluices\n\nSluices are used to lower the water of the basin for a boat.\n"
        )
        assert [one.question for one in guide.questions] == [
            "What is the effect of high water?",
            "What are sluices used for?",
        ]

    def test_a_label_in_a_list_of_other_things_is_asked_too(self):
        rest = "- boats wait in the basin until the evening\n- the keeper lives in a house beside the lock\n"
        guide = guide_of(f"# Canals\n\n- **Towpath**- track beside the water for the horses\n{rest}")
        assert guide.questions[0].question == "What is meant by “Towpath”?"

    def test_what_many_texts_have_is_asked_of_the_note_and_how_something_is_not_at_all(self):
        items = "- long time to fill the lock\n- no room for boats without an engine\n- work for a keeper by day\n"
        asked = [one.question for one in guide_of(f"# Canal lock\n\n## Problems\n\n{items}").questions]
        assert asked == ["What are the problems of Canal lock?"]
        assert not guide_of(f"# Canal lock\n\n## Methodological\n\n{items}").questions

    def test_a_line_is_told_apart_only_if_it_speaks_of_what_its_heading_names(self):
        text = "# Boats\n\n## Barge vs. ferry\n\nA barge is slow.\n\nThe town had a market on every second Monday.\n"
        said = [contrast.line.text for contrast in guide_of(text).contrasts if contrast.line]
        assert "The town had a market on every second Monday." not in said


class TestTermsAndFormulas:
    def test_a_callout_below_a_heading_defines_it(self, rivers):
        compared = [term for contrast in rivers.contrasts for term in contrast.terms]
        named = {term.name: term.text for term in (*rivers.terms, *compared)}
        assert named["Upper course"] == "The part near the source, where the slope is steep."

    def test_siblings_with_names_that_are_alike_are_easily_confused(self, rivers):
        (pair,) = [contrast.terms for contrast in rivers.contrasts if contrast.terms]
        assert [term.name for term in pair] == ["Upper course", "Lower course"]
        assert not {"Upper course", "Lower course"} & {term.name for term in rivers.terms}

    def test_a_contrast_that_the_notes_make_is_one(self):
        guide = guide_of(
            "# Ice\n\nGlaciers are slow and move down the valley, whereas avalanches are fast and fall in seconds.\n"
        )
        assert [contrast.line.text[:8] for contrast in guide.contrasts if contrast.line] == ["Glaciers"]

    def test_a_phrase_right_below_a_heading_defines_it(self):
        phrase = "## Price elasticity\n\nProportional change in demand per change in price\n\n"
        slope = "## Slope\n\ndepends on the units, unlike elasticity\n\n"
        tax = "## Tax\n\nA tax is paid by both sides of the market\n"
        guide = guide_of(f"# Markets\n\n{phrase}{slope}{tax}")
        assert [(one.name, one.text) for one in guide.terms if one.name != "Tax"] == [
            ("Price elasticity", "Proportional change in demand per change in price.")
        ]

    def test_entries_of_a_glossary_are_terms(self):
        guide = guide_of(
            "# Ice\n\nIce floats on cold water.\n\n## Glossary\n\nfirn\n: snow that has become grainy over a summer\n"
        )
        assert [(term.name, term.text) for term in guide.terms] == [
            ("firn", "Snow that has become grainy over a summer.")
        ]

    def test_a_formula_comes_with_what_announces_and_explains_it(self, rivers):
        (formula,) = [line for part in rivers.formulas for line in part.lines]
        assert formula.text.startswith("For a cross-section")
        assert formula.block == "$$Q = A \\cdot v$$"
        assert formula.behind == "where $A$ is measured in square metres."

    def test_a_formula_on_a_line_of_its_own_is_displayed_and_its_table_of_letters_goes_with_it(self):
        table = "| Symbol | Meaning |\n|---|---|\n| $F$ | force |\n| $x$ | way |\n"
        guide = guide_of(f"# Springs\n\nThe force grows with the way\n$F = k x$\n\n{table}")
        (formula,) = [line for part in guide.formulas for line in part.lines]
        assert (formula.block, formula.text) == ("$F = k x$", "The force grows with the way")
        assert "| $F$ | force |" in formula.behind
        assert not [line for line in lines(guide) if line.kind is LineKind.TABLE]

    def test_the_heading_of_a_formula_is_said_once(self):
        text = "# Fields\n\n## Magnetic flux\n\n$$F = B A$$\n\n## Electric flux\n\n$$E = D A$$\n"
        markdown = guide_markdown(guide_of(text)).partition("## Questions")[0]
        assert markdown.count("Magnetic flux") == markdown.count("Electric flux") == 1

    def test_a_formula_is_shown_once(self):
        guide = guide_of("# Springs\n\n## Law\n\n$$F = k x$$\n\n## Graph\n\n$$F = k  x$$\n")
        assert sum(len(part.lines) for part in guide.formulas) == 1

    def test_a_headline_with_a_sentence_is_no_term_in_another_language(self):
        text = "# Folgen\n\n" + "".join(
            f"- **{name}**: {said}\n"
            for name, said in (
                (
                    "Stärkung der Parteien",
                    "Die Unzufriedenheit der Menschen führte dazu, dass sie den Parteien zuliefen.",
                ),
                ("Revanchismus", "das Ziel, die Verluste des Krieges rückgängig zu machen."),
            )
        )
        assert "Stärkung der Parteien" not in [term.name for term in guide_of(text).terms]

    def test_what_something_does_is_not_what_it_is(self):
        does = "- **Pressure of gas**: A greater pressure leads to more particles to collide in a volume.\n"
        what = "- **Catalyst**: A substance that makes a reaction faster.\n"
        rest = "- Heat it slowly and the particles move around with more speed than before.\n"
        guide = guide_of(f"# Rates\n\n{does}{what}{rest}")
        assert [one.question for one in guide.questions][:1] == ["What is meant by “Catalyst”?"]
        assert not [one for one in guide.questions if "“Pressure" in one.question]

    def test_a_formula_with_its_name_before_it_is_displayed(self):
        guide = guide_of("# Spread\n\n## Score\n\nComputed: $z = (x - m) / s$\n")
        assert [part.lines[0].block for part in guide.formulas] == ["$z = (x - m) / s$"]

    def test_a_name_that_only_a_comparison_explains_is_no_term(self):
        guide = guide_of(
            "# Tests\n\n- **Smaller alpha** - a threshold that is harder to pass\n\nText stands here alone.\n"
        )
        assert not [term for term in guide.terms if term.name.startswith("Smaller")]


class TestQuestions:
    def test_they_ask_for_differences_lists_steps_and_formulas(self, rivers):
        asked = [one.question for one in rivers.questions]
        assert asked[0] == "What is the difference between “Upper course” and “Lower course”?"
        assert "Which formula holds for “Discharge”?" in asked
        assert "What happens when the river slows down in its lower course?" in asked

    def test_no_two_have_the_same_answer(self, rivers):
        answers = [one.answer for one in rivers.questions]
        assert len(set(answers)) == len(answers) <= 10

    def test_those_of_the_notes_and_of_the_bank_are_asked(self):
        text = (
            "# Ice\n\nWhy do glaciers move downhill :: Gravity pulls the ice down the slope.\n\nIce floats on water.\n"
        )
        start = text.index("Ice floats")
        anchor = Anchor("rivers.md", ("Ice",), start, start + 20, text[start : start + 20])
        written = Item(
            "1",
            Kind.SHORT,
            Maker.MODEL,
            "Why does ice float?",
            (anchor,),
            "",
            answer="It is lighter than water.",
            key_points=(KeyPoint("lighter", "Ice floats"),),
        )
        gap = Item("2", Kind.CLOZE, Maker.MODEL, "Ice _____ on water.", (anchor,), "", answer="floats")
        guide = guide_of(text, items=(written, gap))
        assert [one.question for one in guide.questions][:2] == [
            "Why do glaciers move downhill?",
            "Why does ice float?",
        ]
        assert not guide.may_be_completed
        assert "_____" not in guide_markdown(guide)

    def test_an_item_about_something_else_is_not_asked(self):
        anchor = Anchor("other.md", (), 0, 3, "Ice")
        item = Item("1", Kind.SHORT, Maker.MODEL, "Why is that so?", (anchor,), "", answer="It is.")
        assert guide_of(RIVERS, items=(item,)).may_be_completed


class TestMarkdown:
    def test_every_number_has_its_place(self, rivers):
        text = guide_markdown(rivers)
        body, sources = text.split("## Sources\n\n")
        count = len(sources.splitlines())
        assert all(f"[{n}]" in body for n in range(1, count + 1))
        assert f"[{count + 1}]" not in body
        assert "rivers.md > Rivers > Upper course" in sources

    def test_it_never_speaks_of_the_notes(self, rivers):
        assert "notes say" not in guide_markdown(rivers).lower()

    def test_headings_follow_the_language_of_the_notes(self):
        guide = guide_of(
            "# Flüsse\n\nEin Fluss ist ein natürliches Gewässer, das in das Meer oder in einen See fließt. "
            "Wenn das Wasser langsamer wird, lagert der Fluss den Sand ab, den er mit sich führt.\n"
        )
        text = guide_markdown(guide)
        assert text.startswith("# Lernübersicht: Flüsse\n")
        assert "Was geschieht, wenn das Wasser langsamer wird?" in text

    def test_another_language_gets_the_english_headings(self):
        assert phrases("fi") == phrases("en") != phrases("es")

    def test_little_is_said_to_be_little(self):
        assert "Your notes say little on this: 1 line" in guide_markdown(
            guide_of("# Ice\n\nIce floats on cold water.\n")
        )
        assert "say little" not in guide_markdown(guide_of(RIVERS))

    def test_a_page_is_named(self):
        pages = "First page says that ice floats on water.\n\nThe second page says that salt melts the ice."
        note = parse("deck.pdf", pages, "pdf", "Deck", page_starts=(0, pages.index("The second")))
        topic = GuideTopic("Deck", (note,), (Span("deck.pdf", 0, 999),), Pool([note], Ground([note])))
        assert "2. deck.pdf, page 2" in guide_markdown(make_guide(topic))


class TestTopic:
    @pytest.fixture
    def library(self, tmp_path):
        (tmp_path / "notes" / "water").mkdir(parents=True)
        (tmp_path / "notes" / "water" / "rivers.md").write_text(RIVERS)
        (tmp_path / "notes" / "2. Cats.md").write_text("Cats purr at night and chase mice in the garden.\n")
        embedder = FakeEmbedder()
        folders = tmp_path / "notes", tmp_path / "index"
        Builder(*folders, embedder, ChunkingConfig(), NotesConfig(), lambda _: None, threading.Event()).build()
        retriever = Retriever(
            tmp_path / "index", embedder, RetrievalConfig, fingerprint(ChunkingConfig(), embedder.name)
        )
        notes = tuple(retriever.store.note(note.path) for note in retriever.store.notes())
        yield GuideLibrary(notes, tuple(s for note in notes for s in note.outline), lambda: retriever)
        retriever.close()

    def found(self, topic: str, library: GuideLibrary, scope: str = "") -> GuideTopic:
        return find_guide_topic(topic, library, Scope.parse(scope))

    def test_a_heading_takes_its_part_only(self, library):
        topic = self.found("#Discharge", library)
        assert topic.title == "Discharge"
        assert [RIVERS[span.start : span.end].split("\n")[0] for span in topic.spans] == ["## Discharge"]

    def test_a_note_is_called_by_its_title_or_by_its_file(self, library):
        assert self.found("water/rivers.md", library).title == "Rivers"
        assert self.found("2. Cats.md", library).title == "Cats"

    @pytest.mark.parametrize("words", ["cats", "lower courses"])
    def test_words_that_are_a_name_mean_what_has_it(self, library, words):
        (span,) = self.found(words, library).spans
        assert (span.note, span.start) in (("2. Cats.md", 0), ("water/rivers.md", RIVERS.index("## Lower")))

    def test_a_note_of_links_means_the_notes_that_it_leads_to(self, library):
        note = parse("map.md", "# Water\n\n1. [[rivers]]\n2. [[2. Cats]]\n3. [[lakes]]\n")
        wider = replace(library, notes=(*library.notes, note), outline=(*library.outline, *note.outline))
        assert {span.note for span in self.found("map.md", wider).spans} == {"map.md", "water/rivers.md", "2. Cats.md"}

    def test_other_words_find_their_section(self, library):
        topic = self.found("what do cats chase at night", library)
        assert topic.spans[0].note == "2. Cats.md"
        assert topic.focus == topic.title == "what do cats chase at night"

    def test_a_slide_that_has_the_name_is_not_all_that_is_said(self, library):
        assert len(self.found("upper course", library).spans) == 1
        slides = replace(library, notes=tuple(replace(note, page_starts=(0,)) for note in library.notes))
        assert len(self.found("upper course", slides).spans) > 1

    def test_the_scope_keeps_out_the_rest(self, library):
        assert {span.note for span in self.found("everything", library, "water").spans} == {"water/rivers.md"}

    def test_words_that_the_notes_do_not_know(self, library):
        with pytest.raises(StudyError, match="contain nothing on 'quantum"):
            self.found("quantum chromodynamics lattice", library)

    def test_past_mistakes_are_no_topic(self, library):
        with pytest.raises(StudyError, match="not about mistakes"):
            self.found("wrong", library)
