"""Pages as they look, and where on them the words of a note are.

``drawing`` runs in a process of its own and draws one page; ``page_words`` is what comes out of it. ``finding`` finds
words of a note among those of its pages. ``sandbox.draw`` is the door.
"""
