"""What a statement did and asked for, seen from its own session and others."""
