"""What the API does, over HTTP, on both engines."""
