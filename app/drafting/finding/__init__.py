"""Finding what a release says: each rule a function from its text to findings with spans."""
