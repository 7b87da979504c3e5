"""The Chat tab: scope and conversations, the conversation, the sources."""
