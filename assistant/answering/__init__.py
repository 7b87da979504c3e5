"""From a question to a cited answer: retrieve, weigh, read, write, attribute."""
