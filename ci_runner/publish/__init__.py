"""The only outward effects: the commit, the comment, the check."""
