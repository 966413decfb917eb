"""PostgreSQL's connection URLs: where they lead, and how to go nowhere else."""

from __future__ import annotations

from itertools import zip_longest

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ci_runner.devdb.addresses import Destination, Place, place, refuse_forbidden
from ci_runner.errors import ConfigError

_PORT = 5432


def destination(url: str) -> Destination:
    """Where libpq would connect with `url`, its environment and service file included.

    Raises ConfigError for a URL that can't be read, which it does not quote.
    """
    known = _settings(url)
    hosts = known.get("host", "").split(",")
    addresses = known.get("hostaddr", "").split(",")
    ports = known.get("port", "").split(",")
    places = tuple(
        place(host, _port(ports, position), address)
        for position, (host, address) in enumerate(zip_longest(hosts, addresses, fillvalue=""))
    )
    return Destination(places, known.get("dbname") or known.get("user") or "")


def pinned(url: str) -> str:
    """`url` with the addresses that its names mean now, which are seen to be harmless.

    So that a name that means something else a moment later leads nowhere else; the names stay for
    the server's certificate. Raises ConfigError.
    """
    if "service" in said(url):
        raise ConfigError(
            "a dev URL names its server itself, not by a service file",
            next_step="write postgres://USER@HOST:PORT/DATABASE",
        )
    places = destination(url).places
    refuse_forbidden(places)
    spread = [(each, address) for each in places for address in _addresses(each)]
    if not any(address for _, address in spread):
        return url
    return make_conninfo(
        url,
        host=",".join(each.host for each, _ in spread),
        hostaddr=",".join(address for _, address in spread),
        port=",".join(str(each.port) for each, _ in spread),
    )


def _addresses(each: Place) -> list[str]:
    return sorted(map(str, each.addresses)) or [""]


def said(url: str) -> dict[str, str]:
    """What `url` itself says. Raises ConfigError without a word of it."""
    try:
        return {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
    except psycopg.ProgrammingError:
        raise ConfigError(
            "the dev URL cannot be read", next_step="write postgres://USER@HOST:PORT/DATABASE"
        ) from None  # the cause quotes the URL


def _settings(url: str) -> dict[str, str]:
    defaults = {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val
    }
    return {**defaults, **said(url)}


def _port(ports: list[str], position: int) -> int:
    written = ports[position] if len(ports) > 1 and position < len(ports) else ports[0]
    return int(written) if written.isdigit() else _PORT
