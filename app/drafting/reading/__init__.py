"""Reading a release: its words, and where each of them stands."""
