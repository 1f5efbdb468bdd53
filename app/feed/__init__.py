"""What the journal tells: changes, the history of a record, and proof that nothing was altered."""
