"""How a dev server can be like a target, and what of the target it can't match."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.fittings import literal, set_for
from ci_runner.devdb.target import FIXED, SETTINGS, Target
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_AVAILABLE = (
    "SELECT e.name, v.version FROM pg_catalog.pg_available_extensions AS e"
    " JOIN pg_catalog.pg_available_extension_versions AS v ON v.name = e.name"
)
_OWN = "SELECT name, reset_val FROM pg_catalog.pg_settings"


@frozen
class Likeness:
    """`options` belong to CREATE DATABASE; `unlike` are sentences on what could not be matched."""

    options: str
    extensions: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    unlike: tuple[str, ...]
    older: str = ""


def likeness(server: PostgresServer, target: Target, makes: frozenset[str]) -> Likeness:
    """What to make so that databases of `server` are like `target`; `makes` is left to others.

    It is tried on a database that is dropped again. Raises DatabaseError.
    """
    with connect(server.admin) as admin:
        available: dict[str, set[str]] = {}
        for name, version in admin.query(_AVAILABLE):
            available.setdefault(str(name), set()).add(str(version))
        own = {str(name): str(value or "") for name, value in admin.query(_OWN)}
        major = int(own["server_version_num"]) // 10000
    extensions, without = _extensions(target, available, makes)
    options, other_collation = _options(server, target, major)
    settings, refused = _settings(_with(server, options), target, own)
    fixed = (
        f"{name} is {target.settings[name] or 'empty'} there and {own.get(name) or 'empty'} here"
        for name in FIXED
        if target.settings.get(name, "") != own.get(name, "")
    )
    older = ""
    if major < target.major:
        older = (
            f"The dev server is PostgreSQL {own['server_version']}, the target runs"
            f" {target.version}: what is seen here may be otherwise there."
        )
    unlike = (*without, *other_collation, *refused, *fixed)
    return Likeness(options, extensions, settings, unlike, older)


def _extensions(
    target: Target, available: dict[str, set[str]], makes: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those to make, and sentences on the rest."""
    wanted: list[str] = []
    unlike: list[str] = []
    for name, version in target.extensions.items():
        if name not in available:
            unlike.append(f"extension {name} is not available here")
            continue
        if version not in available[name]:
            unlike.append(f"extension {name} {version} is not available here, another version is")
        if name != "plpgsql" and name not in makes:
            wanted.append(f"{name}@{version}" if version in available[name] else name)
    return tuple(wanted), tuple(unlike)


def _options(server: PostgresServer, target: Target, major: int) -> tuple[str, tuple[str, ...]]:
    """The nearest that the server makes: all of it, the encoding alone, its own."""
    libc = f"LC_COLLATE {literal(target.collate)} LC_CTYPE {literal(target.ctype)}"
    encoding = f"ENCODING {literal(target.encoding)}"
    provider = f" LOCALE_PROVIDER {target.provider}" if major >= 15 else ""
    if target.locale:
        # The clause of each provider: postgresql.org, sql-createdatabase.
        provider += f" {target.provider.upper()}_LOCALE {literal(target.locale)}"
    said = f"collation {target.locale or target.collate} ({target.provider})"
    for options, unlike in (
        (f"{encoding} {libc}{provider}", ()),
        (encoding, (f"{said} could not be had here",)),
    ):
        if _makes(server, options):
            return options, unlike
    without = f"encoding {target.encoding} with {said} could not be had here"
    return server.fittings.options, (without,)


def _with(server: PostgresServer, options: str) -> PostgresServer:
    return replace(server, fittings=replace(server.fittings, options=options))


def _makes(server: PostgresServer, options: str) -> bool:
    """Whether CREATE DATABASE takes `options`; a server that takes nothing at all says so later."""
    try:
        with _with(server, options).database():
            return True
    except DatabaseError as refused:
        if isinstance(refused.__cause__, StatementFailed):
            return False
        raise


def _settings(
    server: PostgresServer, target: Target, own: dict[str, str]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Those that differ and can be set, and sentences on those that can't."""
    differ = [
        (name, value)
        for name in SETTINGS
        if (value := target.settings.get(name)) is not None and value != own.get(name)
    ]
    unlike: list[str] = []
    if not differ:
        return (), ()
    with server.database() as connection, connect(server.admin) as admin:
        [(database,)] = connection.query("SELECT pg_catalog.current_database()")
        for name, value in differ:
            try:
                set_for(admin, str(database), name, value)
            except StatementFailed as refused:
                unlike.append(f"{name} = {value}: {refused.failure.message}")
        # The server takes the name of what it may get later, and leaves it out until then.
        with connect(server.admin, dbname=str(database)) as fresh:
            seen = {str(name): str(value or "") for name, value in fresh.query(_OWN)}
    said = {each.partition(" = ")[0] for each in unlike}
    taken = tuple((name, value) for name, value in differ if seen.get(name) == value)
    unlike += [
        f"{name} is {value} there and stays {seen.get(name, 'unknown')} here"
        for name, value in differ
        if name not in said and (name, value) not in taken
    ]
    return taken, tuple(unlike)
