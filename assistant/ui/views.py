"""The page's own components: a Gradio ``HTML`` whose value is data, drawn by a script of the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import gradio as gr

from assistant.api.guard import ASSETS_URL


def view(name: str, value: Any = None, *, events: Sequence[str] = ()) -> gr.HTML:
    """Returns a component drawn by the view ``name`` of ``assets/page.js``.

    Args:
        name: Also the element's id, with ``-view`` behind it.
        value: What the view draws first: anything that JSON can carry. It is never parsed as HTML.
        events: Names of the events that the view can trigger; listeners are attached as ``component.<name>(...)``.
    """
    gradio = "{element, props, trigger, watch}"
    script = f"import('{ASSETS_URL}/assets/page.js').then(page => page.mount({json.dumps(name)}, {gradio}))"
    return gr.HTML(
        value=value if value is not None else {},
        html_template='<div class="view"></div>',
        js_on_load=f"/* events: {', '.join(map(json.dumps, events))} */ {script}",
        apply_default_css=False,
        elem_id=f"{name}-view",
    )
