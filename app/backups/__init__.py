"""Backups of everything, and restoring one: the same on both engines, and from one to the other."""
