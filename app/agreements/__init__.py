"""Agreements, their signatures and relations, and their action items."""
