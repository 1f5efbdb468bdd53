"""What operators and monitors ask: is it alive, is it ready, and what do problems mean."""
