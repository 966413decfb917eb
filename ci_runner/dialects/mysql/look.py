"""A look at a database with InnoDB's ids of its tables: a rename keeps one, a rebuild does not."""

from __future__ import annotations

import re

from ci_runner.dialects.base import Connection, Sighting, StatementFailed
from ci_runner.dialects.mysql.inspect import inspect
from ci_runner.dialects.mysql.quote import literal
from ci_runner.dialects.mysql.rows import place, text
from ci_runner.schema.model import Identity

_REFUSED = "1227"  # ER_SPECIFIC_ACCESS_DENIED_ERROR: the table asks for PROCESS
# Names of files: mariadb.com/kb, Identifier to File Name Mapping.
_CODED = re.compile(r"@([0-9a-f]{4})")


def sight(connection: Connection) -> Sighting:
    """Without ids where the account may not read them, and for tables whose name is no ASCII."""
    schema = inspect(connection)
    ids = {name: id_ for name, id_ in _ids(connection).items() if schema.get(name) is not None}
    return Sighting(schema, handles=ids, storage=ids)


def _ids(connection: Connection) -> dict[Identity, str]:
    here = place(connection)
    table = "INNODB_SYS_TABLES" if here.maria else "INNODB_TABLES"
    pattern = here.database.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%") + "/%"
    try:
        rows = connection.query(
            f"SELECT NAME, TABLE_ID FROM information_schema.{table} WHERE NAME LIKE"
            f" {literal(pattern)}"
        )
    except StatementFailed as refused:
        if refused.failure.code == _REFUSED:
            return {}
        raise
    return {Identity("table", "", _decoded(text(name))): text(id_) for name, id_ in rows}


def _decoded(name: str) -> str:
    _, _, file = name.partition("/")
    return _CODED.sub(lambda found: chr(int(found[1], 16)), file)
