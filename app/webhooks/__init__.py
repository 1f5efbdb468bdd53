"""Webhooks: subscriptions to the feed, delivered from the journal itself, signed and in order."""
