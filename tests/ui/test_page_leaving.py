"""Where the model is on another computer, the page says whose it is, on every tab and at every width."""

from __future__ import annotations

import pytest
from conftest import OpenPage
from fake_service import FakeStudyService
from playwright.sync_api import expect
from states import TABS, go_to
from test_page_whole import wrong_with

pytestmark = pytest.mark.browser

SAYS = "Your questions and passages go to models.example.org"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_host_is_named_on_every_tab(open_page: OpenPage, service: FakeStudyService, width: int) -> None:
    service.sends_to = "models.example.org"
    page = open_page(width, 800, color_scheme="light", reduced_motion="reduce")
    host = page.locator("#header-view .leaving")
    faults = {}
    for tab in TABS:
        go_to(page, tab)
        expect(host).to_have_text(SAYS)
        expect(host).to_be_in_viewport(ratio=1)
        expect(page.locator("#header-view .offline")).to_have_count(0)
        if wrong := wrong_with(page, width):
            faults[tab] = wrong
    assert faults == {}
    tabs = page.locator("#tabs > .tab-wrapper").bounding_box() or pytest.fail()
    strip = host.bounding_box() or pytest.fail()
    assert strip["y"] >= tabs["y"] + tabs["height"] - 1


def test_the_page_follows_a_change_and_says_offline_otherwise(open_page: OpenPage, service: FakeStudyService) -> None:
    page = open_page()
    expect(page.locator("#header-view .offline")).to_be_visible()
    service.sends_to = "models.example.org"
    expect(page.locator("#header-view .leaving")).to_have_text(SAYS)
    service.sends_to = ""
    expect(page.locator("#header-view .offline")).to_be_visible()
    expect(page.locator("#header-view .leaving")).to_have_count(0)
