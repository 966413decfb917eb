"""The kinds of object: how the catalogue shows each, and how a statement says it."""
