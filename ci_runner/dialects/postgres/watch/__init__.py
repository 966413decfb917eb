"""What a statement did, seen from its own session and a second one."""
