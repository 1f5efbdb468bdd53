"""Proposing records from what was found: load files, and the marks of what is unsure."""
