"""The PostgreSQL database that a dev database is to be like: read, never written to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from ci_runner.config.secret import Secret
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

# What a session's DDL depends on: names, literals, storage, text search. postgresql.org,
# "Client Connection Defaults" and "Version and Platform Compatibility".
SETTINGS = (
    "search_path",
    "TimeZone",
    "DateStyle",
    "IntervalStyle",
    "standard_conforming_strings",
    "backslash_quote",
    "array_nulls",
    "transform_null_equals",
    "check_function_bodies",
    "default_text_search_config",
    "default_table_access_method",
    "default_toast_compression",
    "default_tablespace",
    "lc_monetary",
    "xmlbinary",
    "xmloption",
)
# Built or started in: no session can change them.
FIXED = ("block_size", "max_identifier_length", "shared_preload_libraries")
_LISTED = ", ".join(f"'{name.lower()}'" for name in (*SETTINGS, *FIXED))
_READ_ONLY = "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = '10s'"
_DATABASE = """
SELECT pg_catalog.to_jsonb(d), pg_catalog.pg_encoding_to_char(d.encoding),
  pg_catalog.current_setting('server_version_num')
FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()
"""
_EXTENSIONS = "SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY 1"
_SETTINGS = (
    "SELECT name, reset_val FROM pg_catalog.pg_settings"
    f" WHERE pg_catalog.lower(name) IN ({_LISTED}) ORDER BY 1"
)


@frozen
class Target:
    """What is known of a database. `settings` are those of a new session of the URL's role.

    `provider` is libc, icu or builtin; `locale` what the last two call theirs, "" for libc.
    """

    version: str
    major: int
    encoding: str
    collate: str
    ctype: str
    provider: str
    locale: str
    extensions: Mapping[str, str]
    settings: Mapping[str, str]


@cache
def read_target(url: Secret) -> Target:
    """In one read-only transaction. Raises DatabaseError, which names no part of the URL."""
    try:
        with connect(url) as connection:
            connection.execute(_READ_ONLY)
            [(row, encoding, number)] = connection.query(_DATABASE)
            extensions = connection.query(_EXTENSIONS)
            settings = connection.query(_SETTINGS)
            connection.execute("ROLLBACK")
            version = connection.version
    except (DatabaseError, StatementFailed) as failed:
        code = failed.failure.code if isinstance(failed, StatementFailed) else ""
        raise DatabaseError(
            "the database of `dev.like` could not be read",
            said=f"SQLSTATE {code}" if code else "it does not answer, or not to this role",
            next_step="connect with its URL by psql from this machine, or leave out `dev.like`",
        ) from None  # the cause names the server
    known = row if isinstance(row, dict) else json.loads(str(row))
    provider = {"i": "icu", "b": "builtin"}.get(known.get("datlocprovider", "c"), "libc")
    locale = known.get("datlocale") or known.get("daticulocale") or ""
    return Target(
        version,
        int(str(number)) // 10000,
        str(encoding),
        known["datcollate"] or "",
        known["datctype"] or "",
        provider,
        locale if provider != "libc" else "",
        {str(name): str(installed) for name, installed in extensions},
        {str(name): str(value or "") for name, value in settings},
    )
