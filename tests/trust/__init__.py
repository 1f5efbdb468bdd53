"""That nobody is told what they may not see, shown over all routes and all callers."""
