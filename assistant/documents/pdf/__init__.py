"""How a PDF becomes Markdown, page by page.

``pdfium`` reads pages, the author's bookmarks, and with ``letters`` words with their places and fonts, with ``rules``
the lines that are drawn and with ``bullets`` the dots before the items of lists; ``fractions`` and ``lines`` put words
into lines and lines in reading order; ``furniture`` finds what belongs to the page and not to the text, and
``navigation`` what only leads through it; ``headings`` (``named_headings`` those that bookmarks and contents name,
``font_headings`` the others), ``decks``, ``ruled`` and ``cells`` (tables with rules and without, by ``grid``) and
``blocks`` find what the lines are, ``hyphens`` joins them, and ``flow`` joins blocks over the ends of pages; ``markup``
writes it down.
"""
