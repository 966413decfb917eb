"""Commit, comment and check."""
