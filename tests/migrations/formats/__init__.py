"""Tests of the directory formats."""
