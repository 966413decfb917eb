"""Count the rows of a database file's tables. SQLite keeps no estimate that can be relied on."""

from __future__ import annotations

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.schema.model import Identity
from ci_runner.schema.sizes import TableSize

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
_PAGES = """
SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name
WHERE s.aggregate GROUP BY m.tbl_name
"""


def sizes(connection: Connection) -> dict[Identity, TableSize]:
    """By table; 0 bytes where this build of SQLite has no dbstat to ask."""
    try:
        pages = {name: size for name, size in connection.query(_PAGES)}  # noqa: C416 - typed so
    except StatementFailed:
        pages = {}
    found = {}
    for (name,) in connection.query(_TABLES):
        [(rows,)] = connection.query(f"SELECT count(*) FROM {quote(str(name))}")
        size = pages.get(name, 0)
        found[Identity("table", "", str(name))] = TableSize(int(str(rows)), int(str(size)))
    return found
