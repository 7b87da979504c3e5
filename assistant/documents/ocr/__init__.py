"""Text in pictures: scanned pages of a PDF, photographs of a handout, screenshots.

``recognition`` is the door of rapidocr and finds the lines of one picture; ``worker`` is the process it runs in, page
by page, and ``recognizer`` the other side, which keeps what was read. ``placed_words`` gives the lines to the reader of
PDF pages, so that a scan gets its columns, headings and tables as any other page does. ``notices`` tells a student.
"""
