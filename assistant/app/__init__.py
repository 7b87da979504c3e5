"""Builds the parts of one workspace and owns them: what the command line and the page talk to."""
