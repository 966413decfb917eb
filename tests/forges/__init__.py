"""Forges, spoken to over a socket."""
