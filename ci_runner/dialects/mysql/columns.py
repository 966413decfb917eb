"""Columns: what the catalogue says of one, and how a statement says it."""

from __future__ import annotations

import re
from typing import Literal

from ci_runner.dialects.mysql.quote import literal, quote, unescaped, unqualified
from ci_runner.dialects.mysql.rows import Place, Row, number, optional, text
from ci_runner.schema.model import Column

MARIA = """
SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE, COLUMN_TYPE,
  COLLATION_NAME, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION, NULL
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
ORDER BY TABLE_NAME, ORDINAL_POSITION
"""
MYSQL = MARIA.replace("NULL\nFROM", "SRS_ID\nFROM")
NO_DEFAULT = "NO DEFAULT"
SET_LATER = "DEFAULT SET LATER"
AUTO = "AUTO_INCREMENT"

_ON_UPDATE = re.compile(r"on update (current_timestamp(?:\(\d*\))?)", re.IGNORECASE)
_NOW = re.compile(r"current_timestamp(?:\(\d*\))?", re.IGNORECASE)
_BARE = frozenset(
    "tinyint smallint mediumint int bigint decimal float double year bit boolean".split()
)
_MOMENTS = frozenset({"datetime", "timestamp"})
_BINARY = frozenset({"binary", "varbinary"})
# ER_BINLOG_UNSAFE_SYSTEM_FUNCTION is what a column with such a default is refused with, on MySQL
# with and without a binary log: each row of each server would get a value of its own.
_UNSAFE = re.compile(
    r"\b(?:rand|random_bytes|sysdate|uuid|uuid_short|user|current_user|session_user|system_user)\(",
    re.IGNORECASE,
)
_INTEGER_WIDTH = re.compile(r"(?<=int)\(\d+\)")


def column(row: Row, place: Place) -> Column:
    """One row of the query of this server's flavour."""
    table, name, default, nullable, _, type_, collation, extra, comment, generation, srs = row
    words = text(extra)
    kind = _generated_kind(words)
    attributes = list(_attributes(words, text(generation)))
    if srs is not None:
        attributes.append(f"SRID {number(srs)}")
    said = None if kind else _default(row, place)
    if default is None and text(nullable) == "YES" and place.maria and not kind and not attributes:
        attributes.append(NO_DEFAULT)
    if said and said[0] == "(" and not place.maria and _UNSAFE.search(said):
        attributes.append(SET_LATER)
    expression = _expression(text(generation), place) if kind else None
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


def _default(row: Row, place: Place) -> str | None:
    """As an expression. MySQL gives the bare value, and says in EXTRA that it is an expression."""
    value = optional(row[2])
    if value is None:
        return None
    if place.maria:
        return unqualified(value, place.database)
    if "DEFAULT_GENERATED" in text(row[7]).upper():
        return (
            value if _NOW.fullmatch(value) else f"({unqualified(unescaped(value), place.database)})"
        )
    kind = text(row[4])
    if kind in _BARE or (kind in _MOMENTS and _NOW.fullmatch(value)):
        return value
    if kind in _BINARY and value.startswith("0x"):
        # As a number of as many bytes; of none there is no such number.
        return value if value != "0x" else "''"
    return literal(value)


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
