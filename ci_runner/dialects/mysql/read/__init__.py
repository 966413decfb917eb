"""A database as a value: what the catalogue and SHOW CREATE say."""
