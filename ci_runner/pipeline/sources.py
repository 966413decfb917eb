"""Where a schema can come from: SQL files, folders, migration directories, databases, nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from ci_runner.devdb.replay import Script, counted, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.errors import SqlError, UsageError
from ci_runner.migrations.formats.naming import natural
from ci_runner.migrations.intake import USUAL, Intake, Sizes
from ci_runner.migrations.reader import alone, detect, files_on_disk, read_files, style_alone
from ci_runner.schema.model import Schema

EMPTY = "empty"
_DATABASES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
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


def load(server: Server, source: str, sizes: Sizes = USUAL) -> Schema:
    """The schema that `source` describes, as `server`'s engine understands it.

    Files run in a database of their own; a database URL is only read. Raises UsageError for what
    is no source, SqlError for SQL that does not run, DatabaseError for a database that can't be
    read.
    """
    if is_database(server.dialect, source):
        return _read_database(server.dialect, source)
    with loaded(server, source, sizes) as connection:
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
def loaded(server: Server, source: str, sizes: Sizes = USUAL) -> Iterator[Connection]:
    """A database of our own in which the files of `source` have run. Raises as `load`."""
    with server.database() as connection:
        replay(connection, scripts(server.dialect, source, sizes))
        yield connection


def scripts(dialect: Dialect, source: str, sizes: Sizes = USUAL) -> tuple[Script, ...]:
    """What running `source` means: one file, a folder's files in order, or nothing for `empty`.

    No more than `sizes` is read.
    """
    if source == EMPTY:
        return ()
    place = Path(source)
    if place.is_file():
        content = Intake(place.resolve().parent, sizes).read(place, str(place))
        return tuple(counted(_alone(dialect, str(place), content)))
    if not place.is_dir():
        raise UsageError(
            f"{source!r} is neither a file, a folder nor a database URL",
            next_step="give a .sql file, a folder, a migration directory, a URL, or `empty`",
        )
    files = files_on_disk(place, ".", sizes)
    listed = [name for name in files if name.endswith(".sql")]
    format_name = detect(files) if listed else "plain"
    if format_name == "plain":
        names = sorted(listed, key=lambda name: [natural(part) for part in name.split("/")])
        return tuple(
            counted(
                each for name in names for each in _alone(dialect, str(place / name), files[name])
            )
        )
    directory = read_files(source.rstrip("/"), format_name, files)
    return tuple(counted(script(file, directory.format, dialect) for file in directory.files))


def desired(
    dialect: Dialect, root: Path, paths: Sequence[str], sizes: Sizes = USUAL
) -> tuple[Script, ...]:
    """The scripts of a desired schema, named relative to the repository.

    Raises SqlError for what is not there, leads out of the repository, or is more than `sizes`.
    """
    return tuple(counted(_desired(dialect, root, paths, sizes)))


def _desired(dialect: Dialect, root: Path, paths: Sequence[str], sizes: Sizes) -> Iterator[Script]:
    intake = Intake(root, sizes)
    for path in paths:
        place = root / path
        if place.is_dir():
            names = sorted(
                (each.relative_to(place).as_posix() for each in place.rglob("*.sql")),
                key=lambda name: [natural(part) for part in name.split("/")],
            )
            for name in names:
                shown = f"{path}/{name}"
                yield from _alone(dialect, shown, intake.read(place / name, shown))
        elif place.is_file():
            yield from _alone(dialect, path, intake.read(place, path))
        else:
            raise SqlError(
                "the desired schema does not exist",
                where=path,
                next_step="create it, or correct `schema` in schema-ci.toml",
            )


def _alone(dialect: Dialect, path: str, content: bytes) -> Iterator[Script]:
    style = style_alone(content)
    return (script(each, style, dialect) for each in alone(path, content))


def _read_database(dialect: Dialect, source: str) -> Schema:
    with opened(dialect, source) as connection:
        return dialect.inspect(connection)


@contextmanager
def opened(dialect: Dialect, source: str) -> Iterator[Connection]:
    """A session in the database that `source` names. It is not ours: only read from it."""
    connection: Connection
    if dialect.name == "sqlite":
        from ci_runner.dialects.sqlite.connect import connect as open_sqlite

        with open_sqlite(_sqlite_path(source)) as connection:
            yield connection
        return
    if dialect.name == "mysql":
        with _mysql(source) as connection:
            yield connection
        return
    from ci_runner.dialects.postgres.connect import connect as open_postgres

    with open_postgres(source) as connection:
        yield connection


@contextmanager
def _mysql(source: str) -> Iterator[Connection]:
    from ci_runner.dialects.mysql.address import address
    from ci_runner.dialects.mysql.connect import connect as open_mysql

    where = address(source)
    if not where.database:
        raise UsageError(
            "the URL names a server and no database", next_step="write mysql://USER@HOST/DATABASE"
        )
    with open_mysql(where) as connection:
        yield connection


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
