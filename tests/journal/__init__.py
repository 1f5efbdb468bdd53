"""The journal, and the databases beneath it."""
