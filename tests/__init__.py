"""Statements about the product, on both engines."""
