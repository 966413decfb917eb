"""SQLite: the engine of Python's standard library."""

from ci_runner.dialects.sqlite.dialect import SqliteDialect

DIALECT = SqliteDialect()

__all__ = ["DIALECT"]
