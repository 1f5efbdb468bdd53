"""API keys, as administrators issue, rotate and revoke them."""
