"""The code in LaTeX: listings, and pieces in a line."""

from __future__ import annotations

import re
from html import escape

_LISTING = re.compile(
    r"\\begin\{([\w*]+)\}[ \t]*((?:\[[^\]]*\])?[ \t]*(?:\{[\w+#-]*\})?)[^\S\n]*\n?(.*)\\end\{[\w*]+\}\Z", re.DOTALL
)
_LANGUAGE = re.compile(r"language=\{?(?:\[[^\]]*\])?([\w+#-]+)|\{([\w+#-]+)\}")
_VERB = re.compile(r"\\\w+\*?(?:\[[^\]]*\])?(?:\{\w+\})?([^\w\s])(.*)\1\Z", re.DOTALL)
_COLOURED = re.compile(r"\\[A-Za-z]+\s*\{((?:[^{}\\]|\\[{}\\])*)\}")
_ESCAPED = re.compile(r"\\([{}\\])")


def code_html(latex: str) -> str:
    """Returns a listing or a piece of code as HTML."""
    listing = _LISTING.match(latex)
    if not listing:
        within = _VERB.match(latex)
        return f"<code>{escape(within[2] if within else latex, quote=False)}</code>"
    name, options, code = listing.groups()
    if name == "alltt":  # its commands are commands: those that colour code
        while (plain := _COLOURED.sub(r"\1", code)) != code:
            code = plain
        code = _ESCAPED.sub(r"\1", code)
    language = _LANGUAGE.search(options)
    named = f' class="language-{(language[1] or language[2]).lower()}"' if language else ""
    return f"<pre><code{named}>{escape(code, quote=False)}</code></pre>"
