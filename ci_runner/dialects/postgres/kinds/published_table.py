"""Tables that a publication names, with the columns and rows that it shows of them."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    Found,
    Kind,
    Statements,
    World,
    any_of,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Identity
from ci_runner.schema.replication import PublishedTable

# Column lists and row filters came with PostgreSQL 15: where the catalogue has no such column, its
# name is found one query further out.
_QUERY = f"""
SELECT r.oid, p.pubname, n.nspname, c.relname,
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum = ANY (
                   (SELECT prattrs FROM pg_catalog.pg_publication_rel x WHERE x.oid = r.oid)
                   ::int2[])
             ORDER BY a.attname),
       pg_catalog.pg_get_expr(
           (SELECT prqual FROM pg_catalog.pg_publication_rel x WHERE x.oid = r.oid), c.oid)
FROM pg_catalog.pg_publication_rel r
JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
(SELECT NULL::int2vector AS prattrs, NULL::pg_node_tree AS prqual) before_15
WHERE {not_extension_member("pg_publication", "p.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, publication, schema, table, columns, where in connection.query(_QUERY):
        yield Found(
            PublishedTable(
                text(schema),
                text(table),
                text(publication),
                texts(columns),
                settled(optional(where)),
            ),
            (("pg_publication_rel", integer(oid), 0),),
        )


def _table(each: PublishedTable) -> str:
    return qualified(each.schema, each.name)


def _create(new: PublishedTable) -> Statements:
    at = f"ALTER PUBLICATION {quote(new.publication)}"
    columns = f" ({', '.join(map(quote, new.columns))})" if new.columns else ""
    where = f" WHERE ({new.where})" if new.where is not None else ""
    return (
        PlannedStatement(
            f"{at} ADD TABLE ONLY {_table(new)}{columns}{where}",
            f"Publish {new.schema}.{new.name} in {new.publication}",
            new.identity,
            undo=f"{at} DROP TABLE ONLY {_table(new)}",
            hazards=("subscribers do not take it up before they refresh their subscription",),
        ),
    )


def _drop(old: PublishedTable) -> Statements:
    return (
        PlannedStatement(
            f"ALTER PUBLICATION {quote(old.publication)} DROP TABLE ONLY {_table(old)}",
            f"Publish {old.schema}.{old.name} in {old.publication} no more",
            old.identity,
            undo=made_again(_create(old)),
            hazards=("subscribers miss what changes in it meanwhile",),
        ),
    )


def _alter(_: PublishedTable, __: PublishedTable, ___: World) -> None:
    """ALTER PUBLICATION can only name all tables anew, or take one off and add it again."""
    return


def _in_the_way(each: PublishedTable, _: Identity, __: World) -> bool:
    """The type of a column in a list or filter cannot change: commands/tablecmds.c."""
    return bool(each.columns) or each.where is not None


KIND = Kind(
    PublishedTable,
    _read,
    _create,
    _drop,
    _alter,
    in_the_way=_in_the_way,
    present=any_of("pg_publication"),
)
