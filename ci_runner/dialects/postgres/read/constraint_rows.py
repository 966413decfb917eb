"""Read the constraints of tables: one query for each type, with what that type has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, Address, described, names_of
from ci_runner.dialects.postgres.read import settings
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Identity, IndexSettings

ConType = Literal["p", "u", "c", "f", "x"]
_KINDS: dict[ConType, str] = {
    "p": "primary key",
    "u": "unique",
    "c": "check",
    "f": "foreign key",
    "x": "exclusion",
}

_ENDING = """CASE k.contype WHEN 'p' THEN 'pkey' WHEN 'u' THEN its.columns || '_key'
                      ELSE its.columns || '_excl' END"""
# The index behind a key or exclusion constraint is part of it, that behind a foreign key is not: it
# is the referenced key's.
_KEY = (
    f"""k.conindid, {names_of("k.conkey", "k.conrelid")}, {settings.usual(_ENDING)},
       {settings.COLUMNS}""",
    f"""JOIN pg_catalog.pg_class ic ON ic.oid = k.conindid
JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
{settings.JOINS}""",
)
_REFERENCE = (
    f"""{names_of("k.conkey", "k.conrelid")}, rn.nspname, r.relname,
       {names_of("k.confkey", "k.confrelid")}""",
    """JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace""",
)
# Only checks are inherited as well by what is no partition.
_CHECK = (
    "pk.conrelid",
    """LEFT JOIN pg_catalog.pg_inherits h ON NOT k.conislocal
     AND h.inhrelid = c.oid AND h.inhseqno = 1""",
)


def _query(contype: ConType, columns: str, joins: str) -> str:
    """Without an extension's: none adds a constraint to a table of ours.

    Those whose parent is on the same table stand for the partitions of a table that it references.
    """
    parent = "coalesce(pk.conrelid, h.inhparent)" if contype == "c" else "pk.conrelid"
    return f"""
SELECT k.oid, n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
       k.convalidated, {described("k.oid", "pg_constraint")},
       pn.nspname, pc.relname, coalesce(pk.conname, k.conname),
       {columns}
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint pk ON k.conparentid <> 0 AND pk.oid = k.conparentid
{joins}
LEFT JOIN pg_catalog.pg_class pc ON pc.oid = {parent}
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
WHERE k.conrelid IS DISTINCT FROM pk.conrelid AND {MANAGED_TABLE} AND k.contype = '{contype}'
"""


_PARTS: dict[ConType, tuple[str, str]] = {
    "p": _KEY,
    "u": _KEY,
    "x": _KEY,
    "f": _REFERENCE,
    "c": _CHECK,
}
QUERIES = {contype: _query(contype, *parts) for contype, parts in _PARTS.items()}


class Row(NamedTuple):
    """What every constraint has; a parent table's of which it is a copy, if any."""

    address: Address
    schema: str
    table: str
    name: str
    definition: str
    valid: bool
    comment: str | None
    copy_of: Identity | None


class Key(NamedTuple):
    """What a constraint with an index has besides: where that index is, and its settings."""

    place: Address
    columns: tuple[str, ...]
    usual: bool
    settings: IndexSettings


class Reference(NamedTuple):
    """What a foreign key has besides."""

    columns: tuple[str, ...]
    references: Identity
    referenced_columns: tuple[str, ...]


def keys(connection: Connection, contype: Literal["p", "u", "x"]) -> Iterator[tuple[Row, Key]]:
    for row in connection.query(QUERIES[contype]):
        oid, columns, usual, *kept = row[10:]
        index = ("pg_class", integer(oid), 0)
        yield _row(row, contype), Key(index, texts(columns), bool(usual), settings.of(kept))


def references(connection: Connection) -> Iterator[tuple[Row, Reference]]:
    for row in connection.query(QUERIES["f"]):
        columns, schema, table, referenced = row[10:]
        referred = Identity("table", text(schema), text(table))
        yield _row(row, "f"), Reference(texts(columns), referred, texts(referenced))


def checks(connection: Connection) -> Iterator[Row]:
    return (_row(row, "c") for row in connection.query(QUERIES["c"]))


def _row(row: tuple[object, ...], contype: ConType) -> Row:
    oid, schema, table, name, definition, valid, comment, *parent = row[:10]
    copy_of = None
    if parent[0] is not None:
        of_schema, of_table, of_name = map(text, parent)
        copy_of = Identity(_KINDS[contype], of_schema, of_name, of_table)
    return Row(
        ("pg_constraint", integer(oid), 0),
        text(schema),
        text(table),
        text(name),
        settled(text(definition)),
        bool(valid),
        optional(comment),
        copy_of,
    )
