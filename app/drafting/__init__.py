"""Drafts: what a press release says, proposed as load files that a person reads before loading."""
