"""Servers in containers of our own, on whatever Docker or Podman engine answers."""
