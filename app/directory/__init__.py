"""Parties, organizations and people."""
