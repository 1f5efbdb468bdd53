"""Webhooks, delivered over real sockets to the receiver that docs/ shows."""
