"""The feed of changes, and the proof that no past entry was altered."""
