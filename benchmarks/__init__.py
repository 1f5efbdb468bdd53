"""Measurements, never run as tests; what is compared is compared in one run."""
