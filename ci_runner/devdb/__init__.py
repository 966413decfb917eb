"""Throw-away dev databases, and running migrations on them."""
