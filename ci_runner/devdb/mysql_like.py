"""The MySQL or MariaDB server that a dev server is to be like, and what of it can't be matched.

The target is read, never written to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from ci_runner.config.secret import Secret
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.address import address
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

# What DDL of a session depends on: "Server System Variables" of mariadb.com/kb and dev.mysql.com.
SETTINGS = (
    "sql_mode",
    "old_mode",
    "character_set_server",
    "collation_server",
    "default_collation_for_utf8mb4",
    "character_set_collations",
    "default_storage_engine",
    "default_table_encryption",
    "explicit_defaults_for_timestamp",
    "innodb_strict_mode",
    "sql_generate_invisible_primary_key",
    "sql_require_primary_key",
    "system_versioning_alter_history",
    "time_zone",
)
# Of the whole server: no session can change them. A server of ours starts with the first of them.
_STARTED_WITH = ("innodb_default_row_format", "innodb_file_per_table", "lower_case_table_names")
FIXED = (*_STARTED_WITH, "innodb_page_size")
_LISTED = ", ".join(f"'{name}'" for name in (*SETTINGS, *FIXED))
_SETTINGS = f"SHOW GLOBAL VARIABLES WHERE variable_name IN ({_LISTED})"
_DATABASE = (
    "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
    " WHERE schema_name = database()"
)
_READ_SECONDS = 10.0
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+", re.ASCII)


@frozen
class Target:
    """What is known of a server. `title` is `MariaDB 10.11.14` or `MySQL 8.4.3`.

    `charset` and `collation` are those of the URL's database, "" where it names none.
    """

    title: str
    settings: Mapping[str, str]
    charset: str = ""
    collation: str = ""

    @property
    def flavour(self) -> str:
        return self.title.partition(" ")[0]

    @property
    def release(self) -> tuple[int, int]:
        return _release(self.title)


@cache
def read_target(url: Secret) -> Target:
    """In one read-only transaction. Raises DatabaseError, which names no part of the URL."""
    where = address(url)
    try:
        with connect(where, seconds=_READ_SECONDS) as connection:
            connection.execute("START TRANSACTION READ ONLY")
            settings = _settings(connection)
            named = connection.query(_DATABASE)
            connection.execute("ROLLBACK")
            title = connection.title
    except (DatabaseError, StatementFailed) as failed:
        code = failed.failure.code if isinstance(failed, StatementFailed) else ""
        raise DatabaseError(
            "the database of `dev.like` could not be read",
            said=f"error {code}" if code else "it does not answer, or not to this account",
            next_step="connect with its URL by a client from this machine, or leave out `dev.like`",
        ) from None  # the cause names the server
    charset, collation = map(str, named[0]) if named else ("", "")
    return Target(title, settings, charset, collation)


def started_like(target: Target) -> tuple[str, ...]:
    """Options for a server of our own; `like` says what they could not do.

    Names of tables that are kept as they are and compared in lower case ask for a file system that
    no Linux has: "Identifier Case Sensitivity" of both manuals.
    """
    settings = {name: target.settings.get(name, "") for name in _STARTED_WITH}
    if settings["lower_case_table_names"] == "2":
        settings["lower_case_table_names"] = ""
    return tuple(
        f"--loose-{name}={value}" for name, value in settings.items() if _WORD.fullmatch(value)
    )


def like(server: MysqlServer, target: Target) -> MysqlServer:
    """`server`, whose databases and sessions are those of `target` as far as it can.

    What it can't is in `unlike`. Raises DatabaseError.
    """
    with connect(server.admin) as admin:
        title, own = admin.title, _settings(admin)
    options, other_charset = _options(server, target)
    taken, refused = _taken(replace(server, options=options), target, own)
    fixed = (
        f"{name} is {target.settings[name]} there and {own.get(name, 'unknown')} here"
        for name in FIXED
        if name in target.settings and target.settings[name] != own.get(name)
    )
    return replace(
        server,
        options=options,
        session=taken,
        unlike=(*other_charset, *refused, *fixed),
        shortfall=_shortfall(title, target),
        portable=None,  # what is taken from a target is part of no snapshot's name
    )


def ladder_like(url: Secret) -> tuple[str, ...]:
    target = read_target(url)
    release = ".".join(map(str, target.release))
    if target.flavour == "MySQL":
        return (f"docker://mysql/{release}",)
    return f"local://mariadb/{release}", f"docker://mariadb/{release}"


def _settings(connection: MysqlConnection) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in connection.query(_SETTINGS)}


def _shortfall(title: str, target: Target) -> str:
    if title.partition(" ")[0] == target.flavour and _release(title) >= target.release:
        return ""
    return (
        f"The dev server is {title}, the target runs {target.title}: what is seen here may be"
        " otherwise there."
    )


def _release(title: str) -> tuple[int, int]:
    major, minor, *_ = [*map(int, _NUMBER.findall(title)), 0, 0]
    return major, minor


def _options(server: MysqlServer, target: Target) -> tuple[str, tuple[str, ...]]:
    """What follows CREATE DATABASE, and a sentence where the server does not know it."""
    if not target.charset:
        return "", ()
    options = f" CHARACTER SET {target.charset} COLLATE {target.collation}"
    try:
        with replace(server, options=options).database():
            return options, ()
    except DatabaseError as refused:
        if not isinstance(refused.__cause__, StatementFailed):
            raise
    return "", (f"{target.charset} with {target.collation} is not known here",)


def _taken(
    server: MysqlServer, target: Target, own: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Assignments that a session of a migration may make, and sentences on the others."""
    taken: list[str] = []
    unlike: list[str] = []
    with server.database() as connection:
        for name in SETTINGS:
            value = target.settings.get(name)
            if value is None or value == own.get(name):
                continue
            assignment = f"{name} = {_literal(value)}"
            try:
                connection.execute(f"SET SESSION {assignment}")
            except StatementFailed as refused:
                unlike.append(f"{name} = {value or 'empty'}: {refused.failure.message}")
            else:
                taken.append(assignment)
    return tuple(taken), tuple(unlike)


def _literal(value: str) -> str:
    if value.isdecimal():
        return value
    doubled = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
