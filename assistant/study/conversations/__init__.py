"""Conversations: what was asked and answered, kept in the workspace until the student deletes it."""
