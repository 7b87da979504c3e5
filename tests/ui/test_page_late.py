"""Answers of the program that come late: what the page shows is never older than what it showed before."""

from __future__ import annotations

import pytest
from conftest import answered, ask
from playwright.sync_api import APIResponse, Page, Route, expect
from states import go_to

pytestmark = pytest.mark.browser


class Held:
    """Lets the program answer the first call of a name, and keeps the answer back from the page."""

    def __init__(self, page: Page, name: str) -> None:
        self._kept: list[tuple[Route, APIResponse]] = []
        page.route(f"**/api/v1/{name}", self._look)

    def _look(self, route: Route) -> None:
        if not self._kept:
            self._kept.append((route, route.fetch()))
        else:
            route.continue_()

    def wait(self, page: Page) -> None:
        while not self._kept:
            page.wait_for_timeout(20)

    def give(self, page: Page) -> None:
        """Gives the answer to the page, and waits until the page has made of it what it does."""
        route, answer = self._kept[0]
        with page.expect_response(lambda response: response.request == route.request):
            route.fulfill(response=answer)
        page.evaluate("new Promise((done) => setTimeout(done, 100))")


def test_a_removed_gap_does_not_come_back_with_an_older_list(page: Page) -> None:
    ask(page, "What is the capital of France?")
    answered(page)
    held = Held(page, "questions/gaps")
    go_to(page, "Progress")
    held.wait(page)
    go_to(page, "Chat")
    go_to(page, "Progress")
    page.get_by_role("button", name="Remove: What is the capital of France?").click()
    expect(page.locator(".gap-card")).to_have_count(0)
    held.give(page)
    expect(page.locator(".gap-card")).to_have_count(0)


def test_a_lesson_that_was_opened_meanwhile_stays_open(page: Page) -> None:
    held = Held(page, "lab/home")
    go_to(page, "Lab")
    held.wait(page)
    page.evaluate("import('/page/assets/store.js').then((store) => store.get('openLesson')('tokens'))")
    expect(page.locator("#lesson-title")).to_be_visible()
    held.give(page)
    expect(page.locator("#lesson-title")).to_be_visible()


BUILT_LATE = """async () => {
  const { conversation, live } = await import('/page/tabs/chat/conversation.js?built-late');
  const sources = { cited: [], found: [] };
  const turn = (id, question, phase) => ({ id, question, phase, body: [], quotes: [], sources });
  live()({ turn: JSON.stringify(turn('2', 'Second?', 'writing')), sources: JSON.stringify(sources) });
  const element = document.body.appendChild(document.createElement('div'));
  const draw = conversation(element, { element, trigger() {} });
  draw({});
  draw({ id: 'a', key: '', local: true, turns: JSON.stringify([turn('1', 'First?', 'done')]) });
  return [...element.querySelectorAll('.question')].map((question) => question.textContent);
}"""


def test_an_answer_that_comes_before_its_conversation_stands_behind_the_earlier_ones(page: Page) -> None:
    assert page.evaluate(BUILT_LATE) == ["First?", "Second?"]
