"""The page: Gradio for the transport and the frame, plain functions for what it shows, plain JavaScript for how.

Nothing here knows how notes are read or answers are made: the page talks to one object, described in
:mod:`assistant.ui.service`. What comes from a note or from the model leaves this package as a tree of
:mod:`assistant.ui.nodes`, never as HTML, and the browser builds it with ``createElement`` and text nodes.
"""
