"""HTML as Markdown: web pages, the chapters of e-books, and what is made of a Word file on the way.

``to_markdown`` is the way in. Everything here runs in the converter process.
"""
