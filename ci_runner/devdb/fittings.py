"""What PostgreSQL databases hold before the first migration, made by a superuser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection

_NAME = re.compile(r'"((?:[^"]|"")*)"|([^,\s"]+)')
_NO_RIGHTS = "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@frozen
class Fittings:
    """`roles` are on the server, `extensions` (`NAME` or `NAME@VERSION`) in each database.

    Sessions there begin with `settings`; `options` belong to CREATE DATABASE. `available` are the
    versions of extensions that the server makes unless told otherwise.
    """

    roles: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    options: str = "ENCODING 'UTF8'"
    available: tuple[str, ...] = ()


def make_roles(admin: PostgresConnection, names: Iterable[str], owner: str) -> None:
    """Without rights of their own; `owner`, "" for nobody, becomes a member of each."""
    for name in names:
        admin.execute(f"CREATE ROLE {quoted(name)} {_NO_RIGHTS}")
        if owner:
            admin.execute(f"GRANT {quoted(name)} TO {owner}")


def make_extensions(admin: PostgresConnection, extensions: Iterable[str]) -> None:
    """In the database of the session. Raises DatabaseError for one that can't be had."""
    for each in extensions:
        name, _, version = each.partition("@")
        exactly = f" VERSION '{version}'" if version else ""
        try:
            admin.execute(f"CREATE EXTENSION IF NOT EXISTS {quoted(name)}{exactly} CASCADE")
        except StatementFailed as refused:
            raise DatabaseError(
                f"the dev server could not make the extension {each}",
                said=refused.failure.message,
                next_step="use a server or an image that has it, or correct `dev.extensions`",
            ) from refused


def set_for(admin: PostgresConnection, database: str, name: str, value: str) -> None:
    """Let new sessions in `database` begin with the setting. Raises StatementFailed."""
    written = literal(value)
    if name == "search_path" and (names := _NAME.findall(value)):
        # As one text it would be a single name; as it is it might be more than names.
        written = ", ".join(f'"{quoted}"' if quoted else f'"{plain}"' for quoted, plain in names)
    admin.execute(f"ALTER DATABASE {database} SET {name} = {written}")


def available(admin: PostgresConnection) -> tuple[str, ...]:
    """`NAME@VERSION` of each extension that the server can make."""
    found = admin.query(
        "SELECT name, default_version FROM pg_catalog.pg_available_extensions ORDER BY 1"
    )
    return tuple(f"{name}@{version}" for name, version in found)


def quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def literal(text: str) -> str:
    """A string of SQL, whatever standard_conforming_strings says."""
    doubled = text.replace("'", "''")
    return f"E'{doubled.replace(chr(92), chr(92) * 2)}'" if "\\" in text else f"'{doubled}'"
