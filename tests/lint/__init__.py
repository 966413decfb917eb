"""Lint: the rules on real servers, the comments that silence them, their manual."""
