"""Schemas as values: objects, changes between two schemas, and the order they must happen in."""
