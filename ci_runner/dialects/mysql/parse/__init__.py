"""What a statement says, read from its tokens."""
