"""Digests: what a channel shared in a period, compiled."""
