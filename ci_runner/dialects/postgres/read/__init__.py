"""A database as a value: its catalogue, read kind by kind."""
