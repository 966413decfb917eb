"""Publications: what others may subscribe to. The tables that they name stand apart."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    Address,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.replication import Publication

# Generated columns can be published from PostgreSQL 18 on: where the catalogue has no such column,
# its name is found one query further out.
_QUERY = f"""
SELECT p.oid, p.pubname, p.puballtables,
       array_to_string(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END,
                             CASE WHEN p.pubupdate THEN 'update' END,
                             CASE WHEN p.pubdelete THEN 'delete' END,
                             CASE WHEN p.pubtruncate THEN 'truncate' END], ', '),
       p.pubviaroot,
       (SELECT pubgencols FROM pg_catalog.pg_publication x WHERE x.oid = p.oid)::text,
       pg_catalog.obj_description(p.oid, 'pg_publication')
FROM pg_catalog.pg_publication p, (SELECT 'n'::text AS pubgencols) before_18
WHERE {not_extension_member("pg_publication", "p.oid")}
"""

# From PostgreSQL 15 on.
_HAS_SCHEMAS = "SELECT to_regclass('pg_catalog.pg_publication_namespace') IS NOT NULL"
_SCHEMAS = """
SELECT s.pnpubid, s.oid, n.nspname FROM pg_catalog.pg_publication_namespace s
JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid ORDER BY n.nspname
"""

_USUAL = {
    "publish": "'insert, update, delete, truncate'",
    "publish_via_partition_root": "false",
    "publish_generated_columns": "none",
}


def _read(connection: Connection) -> Iterator[Found]:
    ((known,),) = connection.query(_HAS_SCHEMAS)
    schemas = connection.query(_SCHEMAS) if known else []
    for oid, name, all_tables, publish, via_root, generated, comment in connection.query(_QUERY):
        mine = [(entry, schema) for owner, entry, schema in schemas if owner == oid]
        said = {
            "publish": f"'{text(publish)}'",
            "publish_via_partition_root": "true" if via_root else "false",
            "publish_generated_columns": {"n": "none", "s": "stored"}[text(generated)],
        }
        addresses: list[Address] = [("pg_publication", integer(oid), 0)]
        addresses += [("pg_publication_namespace", integer(entry), 0) for entry, _ in mine]
        yield Found(
            Publication(
                text(name),
                bool(all_tables),
                texts([schema for _, schema in mine]),
                tuple(f"{word}={value}" for word, value in said.items() if value != _USUAL[word]),
                optional(comment),
            ),
            tuple(addresses),
        )


def _create(new: Publication) -> Statements:
    name = quote(new.name)
    what = " FOR ALL TABLES" if new.all_tables else _schemas(" FOR", new.schemas)
    parameters = f" WITH ({', '.join(new.parameters)})" if new.parameters else ""
    return (
        PlannedStatement(
            f"CREATE PUBLICATION {name}{what}{parameters}",
            f"Create publication {new.name}",
            new.identity,
            undo=f"DROP PUBLICATION {name}",
        ),
        *comment_on(f"PUBLICATION {name}", new.identity, None, new.comment),
    )


def _schemas(verb: str, schemas: tuple[str, ...]) -> str:
    return f"{verb} TABLES IN SCHEMA {', '.join(map(quote, schemas))}" if schemas else ""


def _drop(old: Publication) -> Statements:
    return (
        PlannedStatement(
            f"DROP PUBLICATION {quote(old.name)}",
            f"Drop publication {old.name}",
            old.identity,
            undo=made_again(_create(old)),
            hazards=("its subscribers fail until they let go of it",),
        ),
    )


def _alter(old: Publication, new: Publication, _: World) -> Statements | None:
    """FOR ALL TABLES is settled when it is made."""
    if old.all_tables != new.all_tables:
        return None
    at = f"ALTER PUBLICATION {quote(new.name)}"
    gone = tuple(each for each in old.schemas if each not in new.schemas)
    come = tuple(each for each in new.schemas if each not in old.schemas)
    changes = [
        (_schemas(f"{at} DROP", gone), _schemas(f"{at} ADD", gone)),
        (_schemas(f"{at} ADD", come), _schemas(f"{at} DROP", come)),
    ]
    if old.parameters != new.parameters:
        changes.append((f"{at} SET ({_all(new, old)})", f"{at} SET ({_all(old, new)})"))
    return (
        *(
            PlannedStatement(sql, f"Change publication {new.name}", new.identity, undo=undo)
            for sql, undo in changes
            if sql
        ),
        *comment_on(f"PUBLICATION {quote(new.name)}", new.identity, old.comment, new.comment),
    )


def _all(new: Publication, old: Publication) -> str:
    """The parameters that differ; one that is not said is the usual one."""
    after = dict(each.split("=", 1) for each in new.parameters)
    before = dict(each.split("=", 1) for each in old.parameters)
    return ", ".join(
        f"{name} = {after.get(name, usual)}"
        for name, usual in _USUAL.items()
        if after.get(name, usual) != before.get(name, usual)
    )


KIND = Kind(
    Publication,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_publication"),
)
