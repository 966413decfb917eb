"""Which CI runs us."""
