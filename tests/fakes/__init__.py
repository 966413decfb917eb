"""Servers on a socket that stand in for the forges."""
