"""Files as values, run and told."""

from __future__ import annotations

from ci_runner.devdb.replay import Script, rehearse, script
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import History

DEFERRED = """\
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (
  a_id int REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO b VALUES (7);
"""
# What a new database has.
UNTOUCHED = ["grant schema public to PUBLIC", "schema public"]


def file(sql: str, name: str = "1.sql", engine: str = "postgres") -> Script:
    """A file of the plain format, which wraps a file in a transaction."""
    return script(MigrationFile(name, name, sql.encode(), "", ""), "plain", dialect(engine))


def unwrapped(sql: str, name: str = "1.sql", engine: str = "postgres") -> Script:
    return file(f"-- atlas:txmode none\n\n{sql}", name, engine)


def watched(connection: Connection, *files: Script, engine: str = "postgres") -> History:
    return rehearse(connection, dialect(engine), files)


def tables(connection: Connection, engine: str) -> list[str]:
    return [str(each.identity) for each in dialect(engine).inspect(connection).objects[:9]]
