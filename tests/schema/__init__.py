"""Tests of ci_runner.schema."""
