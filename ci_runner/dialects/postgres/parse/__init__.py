"""What a statement says, read from the tree of PostgreSQL's own parser."""
