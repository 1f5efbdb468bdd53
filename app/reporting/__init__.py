"""Status reports by each side, and the standing of action items that follows from them."""
