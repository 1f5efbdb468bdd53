"""Bringing records in and out: load files, and the reference record that comes with the project."""
