"""Rows of the catalogue with the types that they have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.quote import literal
from ci_runner.frozen import frozen

Row = tuple[object, ...]


class Query(NamedTuple):
    """A question about all of a database, or about those whose `column` has one value.

    `{only}` in `sql` is where that is said. MariaDB finds what is equal to a value without opening
    every table, and looks through all of them for one of several: mariadb.com/kb, Information
    Schema Optimizations.
    """

    sql: str
    column: str

    def whole(self) -> str:
        return self.sql.replace("{only}", "")

    def only(self, name: str) -> str:
        return self.sql.replace("{only}", f" AND {self.column} = {literal(name)}")


Told = Mapping[Query, Sequence[Row]]


@frozen
class Place:
    """Which server answers, and from which database: its name is in many texts.

    `mode` is the server's sql_mode, `account` who we are, `collation` the database's own.
    `folds` is whether names of tables know no case: lower_case_table_names.
    `has_libraries` is whether stored code in other languages is known: MySQL 9.2.
    """

    database: str
    maria: bool
    mode: str = ""
    account: str = ""
    collation: str = ""
    folds: bool = False
    has_libraries: bool = False


_PLACE = """
SELECT DATABASE(), VERSION(), @@GLOBAL.sql_mode, CURRENT_USER(), @@collation_database,
  @@lower_case_table_names
"""


def place(connection: Connection) -> Place:
    ((database, version, mode, account, collation, folding),) = connection.query(_PLACE)
    maria = "mariadb" in text(version).lower()
    major, minor, *_ = map(int, re.findall(r"\d+", text(version)))
    return Place(
        text(database),
        maria,
        text(mode),
        text(account),
        text(collation),
        folds=number(folding) != 0,
        has_libraries=not maria and (major, minor) >= (9, 2),
    )


def text(value: object) -> str:
    """MySQL answers some texts as bytes; what is no UTF-8 in them becomes lone surrogates."""
    return (
        value.decode("utf-8", "surrogateescape")
        if isinstance(value, bytes)
        else ""
        if value is None
        else str(value)
    )


def optional(value: object) -> str | None:
    return None if value is None else text(value)


def number(value: object) -> int:
    return int(text(value) or 0)


def grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def pairs(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """By the first two values, the rest of each row."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[text(row[0]), text(row[1])].append(row[2:])
    return found
