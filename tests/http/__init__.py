"""How the API keeps its manners, over HTTP, on both engines."""
