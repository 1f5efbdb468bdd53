"""Dialogues and their meetings, with participations, agenda and decisions."""
