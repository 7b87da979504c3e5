"""A conversation as Markdown: numbers at the sentences, sources below, and nothing in it that runs or fetches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from conversation_setting import BATCH, NOW, REAL_TIME, answer, citation, refusal, turn
from markdown_it import MarkdownIt

from assistant.conversations.export import conversation_markdown, conversations_markdown, file_name, harmless
from assistant.conversations.records import Conversation, KeptTurn
from assistant.types import Answer


def conversation(*turns: KeptTurn, title: str = "Kinds of inference") -> Conversation:
    return Conversation("c1", title, False, NOW, NOW, turns)


def kept(found: Answer) -> KeptTurn:
    return KeptTurn("t1", found.question, NOW, answer=found, ended=True)


def written(found: Answer) -> str:
    return conversation_markdown(conversation(kept(found)), UTC)


def test_a_whole_conversation() -> None:
    both = answer(
        "What is the difference?",
        ("Batch takes many inputs at once.", (BATCH,)),
        ("Real-time answers at once.", (REAL_TIME, BATCH)),
        ("Napoleon liked it.", ()),
    )
    asked = replace(turn("t2", "And\nfast?", 60), answer=refusal("And fast?"))
    assert conversation_markdown(conversation(kept(both), asked), UTC) == (
        "# Kinds of inference\n\nBegun on 2 March 2026.\n\n"
        "## What is the difference?\n\n"
        "Batch takes many inputs at once. [1] Real-time answers at once. [1][2] Napoleon liked it.\n\n"
        "**Partly from your notes.** 1 of 3 sentences is not in your notes.\n\n"
        "1. ml/inference.md > Inference > Kinds: “Batch inference processes many inputs at once.”\n"
        "2. ml/inference.md > Inference > Kinds: “Real-time inference answers at once.”\n\n"
        "## And fast?\n\n*Asked of ml only.*\n\n"
        "**Not in your notes.** There was nothing to search: no passage of this part of your notes is indexed.\n"
    )


def test_numbers_stand_where_markdown_shows_them() -> None:
    code = "```python\nx = 1\n```"
    found = written(answer("q", ("In code:", ()), (code, (BATCH,)), ("Then more.", (BATCH,)), between="\n\n"))
    assert f"{code}\n\n[1]\n\nThen more. [1]" in found
    rows = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert "| 1 | 2 [1] |" in written(answer("q", (rows, (BATCH,))))
    assert "$$x$$\n\n[1]" in written(answer("q", ("$$x$$", (BATCH,))))
    inside = answer("q", ("```\nx = 1.", (BATCH,)), ("y = 2\n```", (REAL_TIME,)), between="\n")
    html = MarkdownIt().render(written(inside))
    assert "<code>x = 1.\ny = 2\n</code>" in html and "[1][2]" in html.replace("</p>\n<p>", "")


def test_quotes_below_an_answer_follow_with_their_numbers() -> None:
    found = replace(answer("q", ("Batch takes many.", (BATCH,))), quotes=(citation(REAL_TIME, page=3),))
    text = written(found)
    assert f"Also in your notes:\n\n- {REAL_TIME} [2]\n" in text
    assert "Kinds, page 3: “Real-time inference" in text


def test_a_list_keeps_its_lines() -> None:
    found = answer("q", ("- one", (BATCH,)), ("- two", (REAL_TIME,)), between="\n")
    assert "- one [1]\n- two [2]" in written(found)


def test_nothing_of_it_runs_or_fetches() -> None:
    evil = "<img src=x onerror=alert(1)> ![p](http://evil/p.png) <script>1</script> <!-- `<b>` --> `a<b>c`"
    asked = KeptTurn("t", f"# {evil}", NOW, answer=answer(evil, (evil, ())), ended=True)
    stopped = KeptTurn("s", "q", NOW, text=evil, stopped=True, ended=True)
    text = conversation_markdown(conversation(asked, stopped, title=evil))
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    for tag in ("<img", "<script", "<!--", "<b>"):
        assert tag not in html
    assert "<code>a&lt;b&gt;c</code>" in html


def test_code_stays_as_it_is() -> None:
    code = "```html\n<b>![x](y)</b>\n```"
    assert harmless(f"{code}\n\n<b>") == f"{code}\n\n&lt;b>"
    assert harmless("```\n<b> never closed") == "```\n<b> never closed"


def test_what_was_not_answered_says_why() -> None:
    stopped = KeptTurn("a", "First?", NOW, text="Half", stopped=True, ended=True)
    nothing = KeptTurn("b", "Second?", NOW, stopped=True, ended=True)
    failed = KeptTurn("c", "Third?", NOW, fault=("The model is missing.", "Fetch it."), ended=True)
    cut = KeptTurn("d", "Fourth?", NOW)
    text = conversation_markdown(conversation(stopped, nothing, failed, cut))
    assert "Half\n\n*You stopped this answer.*" in text
    assert "## Second?\n\n*You stopped this answer.*" in text
    assert "*The model is missing.*" in text
    assert "*This was not answered, because the program ended first.*" in text


def test_all_in_one_and_names_of_files() -> None:
    one, two = conversation(turn("t1"), title="A/B: ../Über *x*?"), conversation(title="???")
    assert conversations_markdown([one, two]).count("\n---\n") == 1
    assert (file_name(one), file_name(two)) == ("a-b-über-x.md", "conversation.md")
