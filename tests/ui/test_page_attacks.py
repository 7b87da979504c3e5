"""Every attack of tests/data/attacks/page.toml, everywhere on the page where a stranger's text can stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fake_study
import pytest
from conftest import answered, ask, serving, slow_down
from fake_scripts import Said, Script
from fake_service import FakeStudyService, fake_service
from playwright.sync_api import Browser, Page, expect

from assistant.documents.loading import parse
from assistant.quiz.item import Kind, with_id
from assistant.quiz.session import Mode, Posed, Quiz
from assistant.types import Document

pytestmark = pytest.mark.browser

DATA = Path(__file__).resolve().parents[1] / "data" / "attacks" / "page.toml"
ATTACKS: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["attack"]

LISTEN = """
window.hits = [];
window.hit = (id) => window.hits.push(id);
document.addEventListener('securitypolicyviolation', (e) => window.hits.push('policy: ' + e.blockedURI));
"""
FOREIGN = """() => [...document.querySelectorAll('#tabs *')].filter(e =>
    /^(script|iframe|object|embed|form|meta|base|link|style|foreignobject)$/i.test(e.tagName)
    || (e.tagName === 'IMG' && !e.closest('.gradio-icon'))
    || [...e.attributes].some(a => /^on/.test(a.name) || /^\\s*(javascript|data):/i.test(a.value)))
    .map(e => e.outerHTML.slice(0, 120))"""


def payload(attack: dict[str, Any]) -> str:
    raw: str = attack["payload"]
    return raw.encode("ascii").decode("unicode_escape") if attack.get("escaped") else raw


PAYLOADS = {attack["id"]: payload(attack) for attack in ATTACKS}
EVERYTHING = "\n\n".join(f"{id_} {text}" for id_, text in PAYLOADS.items())


@dataclass
class Seen:
    """What the browser noticed while it was shown everything."""

    hits: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    asked: str = ""
    posed: str = ""
    title: str = ""


def note_of(id_: str, text: str) -> Document:
    path = f"{id_}/{text.replace('/', '∕')[:120]}.md"
    body = f"# {id_} {text}\n\n## Heading {text}\n\nA paragraph {text} of words.\n\n- **{text}** - item {text}\n"
    table = f"\n| a | b |\n|---|---|\n| {text} | x |\n\n```{text}\n{text}\n```\n\n{text}\n: {text}\n"
    return parse(path, body + table, "markdown", f"{id_} {text}")


def hostile(service: FakeStudyService) -> FakeStudyService:
    """Gives the service a note of each attack, a model that repeats all of them, and a card and a quiz of them."""
    notes = {id_: note_of(id_, text) for id_, text in PAYLOADS.items()}
    service.notes.become({note.path: note for note in notes.values()})
    said = tuple(
        Said(f"{PAYLOADS[id_]} is said.\n\n", ((note.path, f"A paragraph {PAYLOADS[id_]} of words"),))
        for id_, note in notes.items()
    )
    passages = tuple((note.path, "A paragraph") for note in list(notes.values())[:6])
    service.scripts = (Script("everything", (*said, Said(EVERYTHING)), passages, tuple(PAYLOADS.items())),)
    first = next(iter(notes.values()))
    fake_study.card(service, EVERYTHING, EVERYTHING)
    proof = fake_study.anchor(service, first.path, "A paragraph")
    known = Quiz(
        "quiz-of-attacks",
        EVERYTHING,
        Mode.PRACTICE,
        tuple(Posed(with_id(item), tuple(range(len(item.options)))) for item in quiz_items(proof)),
        fake_study.datetime.now(fake_study.UTC),
        None,
    )
    service.quiz.room.bank.add([posed.item for posed in known.posed], known.started_at)
    service.quiz.room.store.save(known)
    return service


def quiz_items(proof: Any) -> Iterator[Any]:
    from assistant.quiz.item import Check, Item, KeyPoint, Maker

    texts = tuple(PAYLOADS.values())
    checks = (Check("exact_quote", True, EVERYTHING),)
    yield Item("", Kind.CHOICE, Maker.STRUCTURE, EVERYTHING, (proof,), EVERYTHING, options=texts, key=(0,),
               answer=texts[0], checks=checks)  # fmt: skip
    yield Item("", Kind.SHORT, Maker.STRUCTURE, EVERYTHING, (proof,), EVERYTHING, answer=EVERYTHING,
               key_points=(KeyPoint(EVERYTHING, proof.quote),), checks=checks)  # fmt: skip


@pytest.fixture(scope="module")
def seen(chromium: Browser, tmp_path_factory: pytest.TempPathFactory, slow_page: bool) -> Iterator[Seen]:
    """Goes once through the page of a student whose every text is an attack."""
    service = hostile(fake_service(tmp_path_factory.mktemp("attacks")))
    noticed = Seen()
    with serving(service) as address:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(LISTEN)
        page = context.new_page()
        if slow_page:
            slow_down(page)
        page.on("request", lambda request: noticed.outside.append(request.url))
        page.on("dialog", lambda dialog: (noticed.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: noticed.faults.append(str(error)))
        context.on("page", lambda other: noticed.outside.append(f"opened {other.url}"))
        page.goto(address)
        expect(page.locator("#status-view .engine")).to_be_visible()
        for visit in (chat, library, review, quiz, progress):
            visit(page, noticed)
            noticed.foreign += page.evaluate(FOREIGN)
        noticed.hits = page.evaluate("window.hits")
        noticed.title = page.title()
        context.close()
        own = (address, "data:image/svg+xml", "data:font", "blob:")
        noticed.outside = [url for url in noticed.outside if not url.startswith(own)]
    service.close()
    yield noticed


def chat(page: Page, noticed: Seen) -> None:
    ask(page, f"everything {EVERYTHING}"[:4000])
    answered(page)
    noticed.asked = page.locator(".turn .question").last.inner_text()
    for place in page.locator(".cite").all()[:3]:
        place.hover()
        place.click()
    page.locator(".why summary").last.click()
    for link in page.locator(".turn a").all():
        assert re.match(r"https?:|mailto:|#", link.get_attribute("href") or "#", re.IGNORECASE)


def library(page: Page, noticed: Seen) -> None:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".note-link")).to_have_count(len(ATTACKS))
    for link in page.locator(".note-link").all():
        named = str(link.inner_text() or link.text_content()).split()[0]
        link.dispatch_event("click")  # the list is behind the note that was opened last
        expect(page.locator(".reader-text")).to_contain_text(named)
        noticed.foreign += page.evaluate(FOREIGN)


def review(page: Page, noticed: Seen) -> None:
    page.get_by_role("tab", name=re.compile("^Review")).click()
    expect(page.locator(".side.front")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.locator(".back .side")).to_be_visible()


def quiz(page: Page, noticed: Seen) -> None:
    page.get_by_role("tab", name="Quiz", exact=True).click()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".quiz-question")).to_be_visible()
    noticed.posed = page.locator(".quiz-question").inner_text()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-word")).to_be_visible()


def progress(page: Page, noticed: Seen) -> None:
    page.get_by_role("tab", name="Progress").click()
    page.get_by_role("tab", name="Chat").click()
    expect(page.locator(".tree")).to_be_visible()


def plain(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


@pytest.mark.parametrize("id_", list(PAYLOADS))
def test_nothing_of_it_runs_and_it_can_be_read(id_: str, seen: Seen) -> None:
    assert id_ not in seen.hits
    assert not [url for url in seen.outside if id_ in url]
    marker = plain(PAYLOADS[id_])
    assert marker[:60] in plain(seen.asked), "the question is not shown as it was typed"


def test_nothing_ran_was_fetched_or_broke(seen: Seen) -> None:
    assert replace(seen, asked="", posed="", title="") == Seen()
    assert seen.title == "Study assistant"


def test_what_stands_in_a_quiz_is_text_too(seen: Seen) -> None:
    shown = plain(seen.posed)
    assert [id_ for id_ in PAYLOADS if id_ not in shown] == []


def test_the_listeners_notice_what_they_should(chromium: Browser, tmp_path: Path) -> None:
    """The same scripts, put on a page as HTML: without this, silence would prove nothing."""
    context = chromium.new_context()
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_content(f"<div id=tabs>{PAYLOADS['img-onerror']}{PAYLOADS['svg-onload']}</div>")
    page.wait_for_function("window.hits.length >= 2")
    assert {"img-onerror", "svg-onload"} <= set(page.evaluate("window.hits"))
    assert page.evaluate(FOREIGN)
    context.close()
