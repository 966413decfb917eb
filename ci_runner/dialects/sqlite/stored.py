"""The rows of sqlite_schema, and which of them differ from what they were.

SQLite keeps them as texts of the statements that would make each object again. All that there is to
know of a schema follows from these texts, and from SQLite's own reading of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ci_runner.dialects.base import Connection

_PART = 64
# SQLite joins the texts of a part several times faster than Python could fetch them one by one. No
# text has a zero in it, and each has its object's name and that of its table. Indexes behind a
# constraint have none: they follow their table, whose text tells how many there are.
_PARTS = f"""
WITH RECURSIVE part(first) AS (
  SELECT 0 UNION ALL SELECT first + {_PART} FROM part
  WHERE first + {_PART} <= (SELECT max(rowid) FROM main.sqlite_schema))
SELECT first, (
  SELECT group_concat(rootpage) || group_concat(sql, char(0))
  FROM main.sqlite_schema WHERE rowid BETWEEN first AND first + {_PART - 1})
FROM part
"""
_ROWS = """
SELECT rowid, type, name, tbl_name, sql, rootpage FROM main.sqlite_schema
WHERE sql IS NOT NULL AND rowid BETWEEN {first} AND {last}
"""
_LAST = 2**63 - 1

Parts = Mapping[int, str]


class Row(NamedTuple):
    """One row; `table` is what it stands on, itself where that is nothing.

    `page` is where a table or an index begins in the file, 0 for what has no rows of its own.
    """

    kind: str
    name: str
    table: str
    sql: str
    page: int

    @property
    def is_own(self) -> bool:
        """Whether SQLite itself has made it, such as sqlite_sequence."""
        return self.name.lower().startswith("sqlite_")

    @property
    def is_relation(self) -> bool:
        return self.kind in {"table", "view"}

    @property
    def is_virtual(self) -> bool:
        return self.kind == "table" and self.page == 0


def parts(connection: Connection) -> dict[int, str]:
    """All that is stored, in one query: equal values, equal rows."""
    return {int(str(first)): str(text) for first, text in connection.query(_PARTS)}


def rows(connection: Connection) -> dict[int, Row]:
    """Every row by its rowid."""
    return _rows(connection, 0, _LAST)


def changed_rows(
    connection: Connection, old: Parts, new: Parts, known: Mapping[int, Row]
) -> dict[int, Row | None]:
    """What stands where now, None for nothing, for each rowid whose row is not the `known` one."""
    found: dict[int, Row | None] = {}
    for first in sorted(old.keys() | new.keys()):
        if old.get(first) != new.get(first):
            here = range(first, first + _PART)
            now = _rows(connection, here.start, here.stop - 1)
            found |= {each: now.get(each) for each in here if now.get(each) != known.get(each)}
    return found


def _rows(connection: Connection, first: int, last: int) -> dict[int, Row]:
    return dict(_read(connection.query(_ROWS.format(first=first, last=last))))


def _read(told: Iterable[tuple[object, ...]]) -> Iterable[tuple[int, Row]]:
    for rowid, kind, name, table, sql, page in told:
        yield (
            int(str(rowid)),
            Row(str(kind), str(name), str(table), str(sql), int(str(page or 0))),
        )
