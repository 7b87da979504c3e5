"""How a PDF becomes Markdown, page by page.

``pdfium`` reads words with their places and fonts, the author's bookmarks, and with ``rules`` the lines that are
drawn; ``fractions`` and ``lines`` put words into lines and lines in reading order; ``furniture`` finds what belongs to
the page and not to the text, and ``navigation`` what only leads through it; ``headings`` (``named_headings`` those that
bookmarks and contents name, ``font_headings`` the others), ``decks``, ``ruled`` and ``cells`` (tables with rules and
without, by ``grid``) and ``blocks`` find what the lines are, and ``hyphens`` joins them; ``markup`` writes it down.
"""
