"""What each kind of record does over HTTP, on both engines."""
