"""The page's own components: a Gradio ``HTML`` whose value is data, drawn by a module of ``assets/``."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.ui.message import read_message

ASSETS = Path(__file__).parent / "assets"
ASSETS_URL = "/page"
FONT = ("Source Sans 3", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
PAPER = ("#f3f6f5", "#0f1513")
"""The page's ground, light and dark, as in ``style.css``: it is there before the styles are."""

MONO_FONT = ("Source Code Pro", "ui-monospace", "Cascadia Mono", "Menlo", "Consolas", "monospace")


def view(
    name: str,
    value: Any = None,
    *,
    events: Sequence[str] = (),
    server: Sequence[Callable[[Any], Any]] = (),
) -> gr.HTML:
    """Returns a component drawn by the view ``name`` of ``assets/page.js``.

    Args:
        name: Also the element's id, with ``-view`` behind it.
        value: What the view draws first: anything that JSON can carry. It is never parsed as HTML.
        events: Names of the events that the view can trigger; listeners are attached as ``component.<name>(...)``.
        server: Functions of one argument that the view can call.
    """
    gradio = "{element, props, trigger, watch, server, upload}"
    script = f"import('{ASSETS_URL}/page.js').then(page => page.mount({json.dumps(name)}, {gradio}))"
    return gr.HTML(
        value=value if value is not None else {},
        html_template='<div class="view"></div>',
        js_on_load=f"/* events: {', '.join(map(json.dumps, events))} */ {script}",
        apply_default_css=False,
        elem_id=f"{name}-view",
        server_functions=[_plain_function(function) for function in server],
    )


def _plain_function(method: Callable[[Any], Any]) -> Callable[..., Any]:
    """Returns a function that Gradio can put its marks on, which it cannot do to a bound method."""

    @functools.wraps(method)
    def call(request: Any = None) -> Any:
        return method(read_message(request))

    del call.__wrapped__  # Gradio would read the method's signature instead
    return call


def theme() -> gr.themes.Base:
    """Returns Gradio's plainest theme with fonts that are served from this machine."""
    return gr.themes.Base(
        font=list(FONT),
        font_mono=list(MONO_FONT),
        primary_hue=gr.themes.colors.emerald,
        neutral_hue=gr.themes.colors.gray,
        radius_size=gr.themes.sizes.radius_md,
    ).set(body_background_fill=PAPER[0], body_background_fill_dark=PAPER[1])


def head() -> str:
    """Returns what stands in the page's head: the styles, from this machine."""
    return f'<link rel="stylesheet" href="{ASSETS_URL}/style.css">'
