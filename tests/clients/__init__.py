"""Clients that are generated from openapi.json, at work on a running server."""
