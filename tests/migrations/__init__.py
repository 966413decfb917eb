"""Tests of migration directories, statements and checksums."""
