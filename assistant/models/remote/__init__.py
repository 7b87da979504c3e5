"""Models behind the chat-completions interface of a server: on this computer, or where the student allowed it."""
