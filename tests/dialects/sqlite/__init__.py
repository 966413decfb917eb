"""Tests of the SQLite dialect, on real databases."""
