"""Read how large the tables of a database are, from InnoDB's estimates: nothing is locked."""

from __future__ import annotations

from ci_runner.dialects.base import Connection
from ci_runner.schema.model import Identity
from ci_runner.schema.sizes import TableSize

_READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
_QUERY = """
SELECT table_name, table_rows, coalesce(data_length, 0) + coalesce(index_length, 0)
FROM information_schema.tables
WHERE table_schema = database() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
"""


def sizes(connection: Connection) -> dict[Identity, TableSize]:
    """By table of the session's database. The session reads only from here on."""
    connection.execute(_READ_ONLY)
    return {
        Identity("table", "", str(name)): TableSize(
            None if rows is None else int(str(rows)), int(str(size))
        )
        for name, rows, size in connection.query(_QUERY)
    }
