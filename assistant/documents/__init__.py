"""Reading: a file becomes a document, its text and what each part of the text is, found once and with exact offsets.

``loading.load_document`` reads a file and ``loading.parse`` a text; both return a
:class:`~assistant.types.Document`. ``formats`` has one module for each format, ``reading`` the rules of Markdown. The
libraries of foreign formats run in a process of their own and are imported there only.
"""
