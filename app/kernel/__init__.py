"""What every subject stands on, and nothing about the subjects."""
