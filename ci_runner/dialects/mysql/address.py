"""Where a MySQL or MariaDB server is, read from a URL or made by a server of our own."""

from __future__ import annotations

from dataclasses import field, replace
from urllib.parse import parse_qs, unquote, urlsplit

from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen

SCHEMES = ("mysql", "mariadb")
_PORT = 3306
_NEXT = "write mysql://USER:PASSWORD@HOST:PORT/DATABASE, or mysql://USER@/DATABASE?socket=PATH"


@frozen
class Address:
    """One account on one server. `socket` wins over host and port; "" database means none."""

    user: str
    password: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = _PORT
    socket: str = ""
    database: str = ""

    def within(self, database: str) -> Address:
        return replace(self, database=database)

    def account(self, user: str, password: str) -> Address:
        return replace(self, user=user, password=password)

    def __str__(self) -> str:
        """For messages: never the password."""
        place = self.socket or f"{self.host}:{self.port}"
        return f"{place}/{self.database}"


def address(url: str) -> Address:
    """Read `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; `mariadb://` means the same.

    `socket=PATH` names a unix socket. Raises ConfigError, which never quotes the URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ConfigError("the database URL cannot be read", next_step=_NEXT) from None
    unknown = options.keys() - {"socket"}
    if unknown or parts.scheme not in SCHEMES or not parts.username:
        said = f"unknown option {min(unknown)}" if unknown else "it names no user"
        raise ConfigError("the database URL cannot be read", said=said, next_step=_NEXT)
    return Address(
        unquote(parts.username),
        unquote(parts.password or ""),
        parts.hostname or "127.0.0.1",
        port,
        options.get("socket", [""])[0],
        unquote(parts.path.lstrip("/")),
    )
