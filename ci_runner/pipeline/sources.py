"""Where a schema can come from: SQL files, folders, migration directories, databases, nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from ci_runner.devdb.replay import Script, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.errors import SqlError, UsageError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats.naming import natural
from ci_runner.migrations.reader import detect, files_on_disk, read_files
from ci_runner.schema.model import Schema

EMPTY = "empty"
_DATABASES = {"postgres": "postgres", "postgresql": "postgres", "sqlite": "sqlite"}
_SQLITE_SUFFIXES = {".db", ".db3", ".sqlite", ".sqlite3"}
_SQLITE_HEADER = b"SQLite format 3\0"  # sqlite.org/fileformat.html, section 1.3


def dialect_of_source(source: str) -> str | None:
    """The dialect that a source settles by itself: that of a database URL or a database file."""
    scheme, separator, _ = source.partition("://")
    if separator:
        return _DATABASES.get(scheme.lower())
    return "sqlite" if _is_sqlite_file(Path(source)) else None


def _is_sqlite_file(place: Path) -> bool:
    if place.suffix in _SQLITE_SUFFIXES:
        return not place.is_dir()
    if not place.is_file():
        return False
    with place.open("rb") as opened:
        return opened.read(len(_SQLITE_HEADER)) == _SQLITE_HEADER


def load(server: Server, source: str) -> Schema:
    """The schema that `source` describes, as `server`'s engine understands it.

    Files run in a database of their own; a database URL is only read. Raises UsageError for what
    is no source, SqlError for SQL that does not run, DatabaseError for a database that can't be
    read.
    """
    if is_database(server.dialect, source):
        return _read_database(server.dialect, source)
    with loaded(server, source) as connection:
        return server.dialect.inspect(connection)


def is_database(dialect: Dialect, source: str) -> bool:
    """Whether `source` is a database, of this engine. Raises UsageError for one of another."""
    found = dialect_of_source(source)
    if found not in {None, dialect.name}:
        raise UsageError(
            f"the source is a {found} database, the dialect is {dialect.name}",
            next_step=f"give --dialect {found}, and only sources of that engine",
        )
    return found is not None


@contextmanager
def loaded(server: Server, source: str) -> Iterator[Connection]:
    """A database of our own in which the files of `source` have run. Raises as `load`."""
    with server.database() as connection:
        replay(connection, scripts(server.dialect, source))
        yield connection


def scripts(dialect: Dialect, source: str) -> tuple[Script, ...]:
    """What running `source` means: one file, a folder's files in order, or nothing for `empty`."""
    if source == EMPTY:
        return ()
    place = Path(source)
    if place.is_file():
        return (_plain(dialect, str(place), place.read_bytes()),)
    if not place.is_dir():
        raise UsageError(
            f"{source!r} is neither a file, a folder nor a database URL",
            next_step="give a .sql file, a folder, a migration directory, a URL, or `empty`",
        )
    files = files_on_disk(place, ".")
    listed = [name for name in files if name.endswith(".sql")]
    format_name = detect(files) if listed else "plain"
    if format_name == "plain":
        names = sorted(listed, key=lambda name: [natural(part) for part in name.split("/")])
        return tuple(_plain(dialect, str(place / name), files[name]) for name in names)
    directory = read_files(source.rstrip("/"), format_name, files)
    return tuple(script(file, directory.format, dialect) for file in directory.files)


def desired(dialect: Dialect, root: Path, paths: Sequence[str]) -> tuple[Script, ...]:
    """The scripts of a desired schema, named relative to the repository."""
    found: list[Script] = []
    for path in paths:
        place = root / path
        if place.is_dir():
            names = sorted(
                (each.relative_to(place).as_posix() for each in place.rglob("*.sql")),
                key=lambda name: [natural(part) for part in name.split("/")],
            )
            found += [
                _plain(dialect, f"{path}/{name}", (place / name).read_bytes()) for name in names
            ]
        elif place.is_file():
            found.append(_plain(dialect, path, place.read_bytes()))
        else:
            raise SqlError(
                "the desired schema does not exist",
                where=path,
                next_step="create it, or correct `schema` in schema-ci.toml",
            )
    return tuple(found)


def _plain(dialect: Dialect, path: str, content: bytes) -> Script:
    return script(MigrationFile(path, path, content, "", ""), "plain", dialect)


def _read_database(dialect: Dialect, source: str) -> Schema:
    connection: Connection
    if dialect.name == "sqlite":
        from ci_runner.dialects.sqlite.connect import connect as open_sqlite

        with open_sqlite(_sqlite_path(source)) as connection:
            return dialect.inspect(connection)
    from ci_runner.dialects.postgres.connect import connect as open_postgres

    with open_postgres(source) as connection:
        return dialect.inspect(connection)


def _sqlite_path(source: str) -> str:
    """The file that a source names: a plain path as it is, a URL's decoded and without options."""
    _, separator, rest = source.partition("://")
    if not separator:
        return source
    path = unquote(rest.partition("?")[0])
    if path in {"", "/", ":memory:"}:
        raise UsageError(
            f"{source!r} names no database file",
            next_step="write sqlite://NAME.db, or sqlite:///FOLDER/NAME.db from the root",
        )
    return path
