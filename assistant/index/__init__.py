"""The search index: cut, embed, store, find."""
