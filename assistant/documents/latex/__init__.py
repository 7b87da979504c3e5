"""LaTeX as HTML, which the reader of web pages knows: what its author typeset, and not how."""
