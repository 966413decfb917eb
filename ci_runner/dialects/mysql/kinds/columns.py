"""Columns: what the catalogue says of one, and how a statement says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from ci_runner.dialects.mysql.quote import literal, quote, unescaped, unqualified
from ci_runner.dialects.mysql.read.rows import Place, Query, Row, number, optional, text
from ci_runner.dialects.mysql.read.shown import Shown
from ci_runner.schema.model import Column

_COLUMNS = """
SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE, COLUMN_TYPE,
  COLLATION_NAME, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION, NULL
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE(){only}
ORDER BY TABLE_NAME, ORDINAL_POSITION
"""
MARIA = Query(_COLUMNS, "TABLE_NAME")
MYSQL = Query(_COLUMNS.replace("NULL\nFROM", "SRS_ID\nFROM"), "TABLE_NAME")
NO_DEFAULT = "NO DEFAULT"
SET_LATER = "DEFAULT SET LATER"
AUTO = "AUTO_INCREMENT"

_ON_UPDATE = re.compile(r"on update (current_timestamp(?:\(\d*\))?)", re.IGNORECASE)
_NOW = re.compile(r"current_timestamp(?:\(\d*\))?", re.IGNORECASE)
_BARE = frozenset(
    "tinyint smallint mediumint int bigint decimal float double year bit boolean".split()
)
# Types of which MySQL prints no DEFAULT NULL, and which can't lose it.
_NEVER_SAID = frozenset(
    """tinyblob blob mediumblob longblob tinytext text mediumtext longtext json geometry point
    linestring polygon multipoint multilinestring multipolygon geomcollection""".split()
)
_MOMENTS = frozenset({"datetime", "timestamp"})
# ER_BINLOG_UNSAFE_SYSTEM_FUNCTION is what a column with such a default is refused with, on MySQL
# with and without a binary log: each row of each server would get a value of its own.
_UNSAFE = re.compile(
    r"\b(?:rand|random_bytes|sysdate|uuid|uuid_short|user|current_user|session_user|system_user)\(",
    re.IGNORECASE,
)
_INTEGER_WIDTH = re.compile(r"(?<=int)\(\d+\)")


def column(row: Row, place: Place, shown: Shown) -> Column:
    """One row of the query of this server's flavour."""
    table, name, _, nullable, _, type_, collation, extra, comment, generation, srs = row
    words = text(extra)
    kind = _generated_kind(words)
    attributes = list(_attributes(words, text(generation)))
    attributes += shown.words.get(text(name), ())
    if srs is not None:
        attributes.append(f"SRID {number(srs)}")
    said = None if kind else shown.defaults.get(text(name)) or _default(row, place, shown)
    if _has_none(row, place, shown) and not kind and not attributes:
        attributes.append(NO_DEFAULT)
    if said and said[0] == "(" and not place.maria and _UNSAFE.search(said):
        attributes.append(SET_LATER)
    expression = _expression(shown.restored(text(generation)), place) if kind else None
    is_auto = AUTO.lower() in words.lower()
    return Column(
        "",
        text(table),
        text(name),
        text(type_),
        text(nullable) == "NO",
        default=None if said == "NULL" else said,
        generated=expression,
        generated_kind=kind,
        identity_kind="by default" if is_auto else "",
        collation=optional(collation),
        comment=optional(comment) or None,
        attributes=tuple(attributes),
    )


def _has_none(row: Row, place: Place, shown: Shown) -> bool:
    """Whether it may be NULL and not even that is its default."""
    if row[2] is not None or text(row[3]) != "YES":
        return False
    return place.maria or (text(row[1]) in shown.bare and text(row[4]) not in _NEVER_SAID)


def _generated_kind(extra: str) -> Literal["", "stored", "virtual"]:
    words = extra.upper()
    if "VIRTUAL GENERATED" in words:
        return "virtual"
    return "stored" if "STORED GENERATED" in words or "PERSISTENT" in words else ""


def _attributes(extra: str, generation: str) -> tuple[str, ...]:
    found = _ON_UPDATE.search(extra)
    words = extra.upper()
    said = [
        f"ON UPDATE {found[1].lower().removesuffix('()')}" if found else "",
        "INVISIBLE" if "INVISIBLE" in words else "",
        "WITHOUT SYSTEM VERSIONING" if "WITHOUT SYSTEM VERSIONING" in words else "",
        generation if generation in {"ROW START", "ROW END"} else "",
    ]
    return tuple(each for each in said if each)


def _default(row: Row, place: Place, shown: Shown) -> str | None:
    """As an expression. MySQL gives the bare value, and says in EXTRA that it is an expression."""
    value = optional(row[2])
    if value is None:
        return None
    if place.maria:
        return unqualified(shown.restored(value), place.database)
    if "DEFAULT_GENERATED" in text(row[7]).upper():
        return (
            value if _NOW.fullmatch(value) else f"({unqualified(unescaped(value), place.database)})"
        )
    kind = text(row[4])
    if kind in _BARE or (kind in _MOMENTS and _NOW.fullmatch(value)):
        return value
    return literal(value)


def is_doubtful(column: Column) -> bool:
    """Whether MariaDB has question marks for what it can't print in the default, a text."""
    return column.default is not None and column.default[0] == "'" and "?" in column.default


def has_doubtful_values(column: Column) -> bool:
    """Whether a value of an ENUM or SET has question marks: either server prints them for what is
    beyond U+FFFF.
    """
    return column.type.startswith(("enum(", "set(")) and "?" in column.type


def asked(table: str, columns: Iterable[Column]) -> str:
    """The query for what defaults of texts are, which needs no row."""
    listed = ", ".join(f"CONVERT(DEFAULT({quote(each.name)}) USING utf8mb4)" for each in columns)
    return f"SELECT {listed} FROM (SELECT 1) AS one LEFT JOIN {quote(table)} ON FALSE"


def _expression(written: str, place: Place) -> str:
    sql = written if place.maria else unescaped(written)
    return unqualified(sql, place.database)


def column_sql(column: Column, table_collation: str) -> str:
    """The column as CREATE and ALTER TABLE take it; its collation unless it is the table's."""
    words = [quote(column.name), column.type]
    if column.collation and column.collation != table_collation:
        charset = column.collation.partition("_")[0]
        words.append(f"CHARACTER SET {charset} COLLATE {column.collation}")
    row = next((each for each in column.attributes if each.startswith("ROW ")), "")
    if row:
        words.append(f"GENERATED ALWAYS AS {row}")
    elif column.generated is not None:
        words.append(f"GENERATED ALWAYS AS ({column.generated}) {column.generated_kind.upper()}")
    if not row and not (column.generated is not None and not column.not_null):
        words.append("NOT NULL" if column.not_null else "NULL")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    elif not column.not_null and column.generated is None and column.type != "geometry":
        words.append("DEFAULT NULL")
    if column.identity_kind:
        words.append(AUTO)
    checks = [each for each in column.attributes if each.startswith("CHECK ")]
    words += [
        each for each in column.attributes if each not in {row, NO_DEFAULT, SET_LATER, *checks}
    ]
    if column.comment:
        words.append(f"COMMENT {literal(column.comment)}")
    return " ".join([*words, *checks])


def same_storage(one: Column, other: Column) -> bool:
    """Whether neither type nor collation differ, so that foreign keys may stay where they are."""
    types = (_INTEGER_WIDTH.sub("", each.type) for each in (one, other))
    return len(set(types)) == 1 and one.collation == other.collation
