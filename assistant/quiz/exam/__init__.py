"""The checks that an item passes before a student sees it, and measures of whole sets of items."""
