"""The Lab tab: what the page asks for, a module for each lesson."""
