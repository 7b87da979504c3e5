"""What can be asked of any state of the page: scripts for the browser that return what is wrong, in words."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

GRAVE = ("serious", "critical")

FAINT = """async least => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const known = new Map();
    const parse = text => {
        if (!known.has(text)) {
            pen.clearRect(0, 0, 1, 1);
            pen.fillStyle = text;
            pen.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
            known.set(text, [r, g, b, a / 255]);
        }
        return known.get(text);
    };
    const over = (top, below) => [...[0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])), 1];
    const ground = element => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            layers.push(colour);
            if (colour[3] > 0.99) break;
        }
        return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = new Set();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
        if (element.closest('script, style, .sr-only, :disabled, [aria-disabled=true], .waiting')) continue;
        const below = ground(element);
        const colour = parse(getComputedStyle(element).color);
        if (colour[3] === 0) continue;
        const pair = [over(colour, below), below].map(light);
        const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        const says = `${element.className || element.tagName}: ${node.data.trim().slice(0, 40)}`;
        if (ratio < least) faint.add(`${ratio.toFixed(2)} ${says}`);
    }
    return [...faint];
}"""

DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves when what stands in the page now was drawn and its sizes observed."""

WIDER = """() => [...document.querySelectorAll('#tabs *, #status-view *, dialog *, dialog, #popover, body, html')]
    .filter(e => e.checkVisibility() && !e.closest('.table-scroll, pre, .math, .sr-only, .plot, .scrolls'))
    .filter(e => getComputedStyle(e).display !== 'inline')
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1
        || (e.matches('dialog, #popover') && e.getBoundingClientRect().left < 0))
    .map(e => (e.id || e.className || e.tagName) + ': ' + e.textContent.slice(0, 40))"""

OUT_OF_REACH = """() => [...document.querySelectorAll('button, a[href], input, textarea, select, summary')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex < 0)
    .filter(e => !e.closest('[role=tablist], [role=radiogroup], [role=listbox], [role=grid], .visually-hidden'))
    .map(e => e.outerHTML.slice(0, 120))"""

WITHOUT_RING = """() => {
    const ring = e => {
        const style = getComputedStyle(e);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    };
    const before = document.activeElement;
    const found = [...document.querySelectorAll('button, a[href], input, textarea, select, summary, [tabindex="0"]')]
        .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0)
        .filter(e => {
            e.focus({preventScroll: true});
            if (document.activeElement !== e) return false;
            return !ring(e) && !ring(e.nextElementSibling ?? e) && !ring(e.closest('#composer') ?? e);
        })
        .map(e => e.outerHTML.slice(0, 120));
    before?.focus({preventScroll: true});
    return found;
}"""

FOCUS = """() => {
    const at = document.activeElement;
    const nowhere = !at || at === document.body || !at.checkVisibility({visibilityProperty: true});
    return nowhere ? null : (at.getAttribute('aria-label') || at.id || at.textContent.trim().slice(0, 60));
}"""


def violations(page: Page, without: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds that is serious or critical; without some of its rules, where others look for the same."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        "preload": False,  # nothing here is loaded later
        "rules": {rule: {"enabled": False} for rule in without},
    }
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['impact']} {one['id']}: {json.dumps(node['target'])} {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def focus(page: Page) -> str | None:
    """The name of what has the focus; None where nothing that can be seen has it."""
    name: str | None = page.evaluate(FOCUS)
    return name
