"""The API held to its own OpenAPI document."""
