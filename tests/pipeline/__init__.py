"""Tests of the pipeline's steps."""
