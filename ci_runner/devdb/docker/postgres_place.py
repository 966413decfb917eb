"""How sessions reach a PostgreSQL server in a container."""

from __future__ import annotations

from typing import assert_never

from ci_runner.devdb.docker.recipe import Place, Port, Socket

# The image's own server, which it starts to set up and stops again, listens on 5432.
PORT = 54320


def conninfo(place: Place, role: str, password: str) -> str:
    """All of it, so that PGPORT and its like in our own environment change nothing."""
    user = f"user={role} password={password} dbname=postgres"
    match place:
        case Socket(folder):
            return f"host={folder} port={PORT} {user}"
        case Port(host, number):
            return f"host={host} port={number} sslmode=disable {user}"
        case _:
            assert_never(place)
