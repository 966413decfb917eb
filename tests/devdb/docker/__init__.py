"""Tests of the dev databases."""
