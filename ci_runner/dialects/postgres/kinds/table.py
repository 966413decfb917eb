"""Tables with their columns: ordinary, partitioned, typed and foreign ones, and their children."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import constraints, foreign, partitions, storage
from ci_runner.dialects.postgres.constraints import AnyConstraint
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    described,
    make_found,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.kinds import column as columns
from ci_runner.dialects.postgres.plan.inheritance import must_be_made_again
from ci_runner.dialects.postgres.plan.offline import REWRITES
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read import columns as every_column
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.drafts import quickly
from ci_runner.schema.foreign import Options
from ci_runner.schema.model import Column, Identity, PrimaryKey, Table, Unique

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
       CASE WHEN c.relkind <> 'f' AND c.relreplident <> 'i' THEN c.relreplident END,
       c.reloptions, t.reloptions,
       {described("c.oid", "pg_class")}, c.relfilenode::text,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       h.schemas, h.names, pg_catalog.pg_get_expr(c.relpartbound, c.oid),
       CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END,
       fs.srvname, {foreign.names_and_values("ft.ftoptions")},
       ts.spcname, CASE WHEN am.amname <> 'heap' THEN am.amname END,
       CASE WHEN c.relispartition THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN (SELECT i.inhrelid, array_agg(pn.nspname::text ORDER BY i.inhseqno) AS schemas,
                  array_agg(p.relname::text ORDER BY i.inhseqno) AS names
           FROM pg_catalog.pg_inherits i
           JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
           JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
           GROUP BY i.inhrelid) h ON h.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_server fs ON fs.oid = ft.ftserver
LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
WHERE {MANAGED_TABLE}
"""

UNLOGGED = "unlogged"
_FLAGS = {
    "row level security": ("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
    "force row level security": ("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    UNLOGGED: ("SET UNLOGGED", "SET LOGGED"),
}
_REPLICA_IDENTITY = {"f": "replica identity full", "n": "replica identity nothing"}


_make = quickly(Table)


def _read(connection: Connection) -> Iterator[Found]:
    rows = connection.query(_QUERY)
    named = {integer(row[0]): (text(row[1]), text(row[2])) for row in rows}
    columns_of = every_column.read(connection, named)
    for row in rows:
        oid, schema, name, persistence, secured, forced, identity, parameters, toast, *rest = row
        comment, node, key, schemas, parents, bound, of_type, *apart = rest
        server, names, values, tablespace, access_method, condition = apart
        options = [
            *([UNLOGGED] if persistence == "u" else []),
            *(["row level security"] if secured else []),
            *(["force row level security"] if forced else []),
            *([_REPLICA_IDENTITY[text(identity)]] if identity and identity != "d" else []),
            *texts(parameters),
            *(f"toast.{each}" for each in texts(toast)),
        ]
        mine = columns_of.get(integer(oid), ())
        yield make_found(
            _make(
                schema=text(schema),
                name=text(name),
                columns=tuple(column for _, column in mine),
                options=tuple(sorted(options)),
                comment=optional(comment),
                partition_key=optional(key) or "",
                parents=tuple(
                    Identity("table", *each)
                    for each in zip(texts(schemas), texts(parents), strict=True)
                ),
                bound=optional(bound) or "",
                bound_check=_portable(optional(condition) or ""),
                of_type=optional(of_type) or "",
                server=optional(server) or "",
                foreign_options=foreign.read(names, values),
                tablespace=optional(tablespace) or "",
                access_method=optional(access_method) or "",
            ),
            (("pg_class", integer(oid), 0),),
            tuple((column.identity, ("pg_class", integer(oid), number)) for number, column in mine),
            text(node),
        )


def _portable(condition: str) -> str:
    """That of a hash partition names its parent by oid, which means nothing elsewhere."""
    return "" if "satisfies_hash_partition(" in condition else condition


def _options(table: Table) -> Options:
    """Those that a foreign data wrapper reads, of the table and of its columns."""
    of_columns = (each for column in table.columns for each in column.storage.foreign_options)
    return (*table.foreign_options, *of_columns)


def _parameters(table: Table) -> tuple[str, ...]:
    return tuple(option for option in table.options if "=" in option)


def _identity(table: Table) -> str:
    """What REPLICA IDENTITY says of the table itself; an index that is it says so by itself."""
    found = (each for each in table.options if each.startswith("replica identity"))
    return next(found, "").upper()


def _sort(table: Table) -> str:
    return "FOREIGN TABLE" if table.server else "TABLE"


def create_with(
    new: Table, inline: Iterable[AnyConstraint], parents: tuple[Table, ...] = ()
) -> Statements:
    """CREATE TABLE with the constraints that can stand inside it, then what can't."""
    inside, apart = _without_twins(inline)
    listed = [each for each in new.columns if _is_listed(each, new, parents)]
    lines = [columns.typed_clause(each) if new.of_type else columns.clause(each) for each in listed]
    lines += [constraints.clause(each) for each in inside]
    keys = {name for each in inside if isinstance(each, PrimaryKey) for name in each.columns}
    name = qualified(new.schema, new.name)
    created = PlannedStatement(
        _sql(new, [line for line in lines if line]),
        f"Create {_sort(new).lower()} {new.identity.qualified}",
        new.identity,
        undo=f"DROP {_sort(new)} {name}",
        hazards=foreign.fill_in((), _options(new)),
    )
    later = (
        *_own(new, listed, parents, keys),
        *_flags(new),
        *comment_on(f"{_sort(new)} {name}", new.identity, None, new.comment),
        *(made for part in inside for made in constraints.after_creation(part)),
        *(made for part in apart for made in constraints.create(part)),
    )
    return (created, *(replace(each, hazards=()) for each in later))


def _is_listed(column: Column, new: Table, parents: tuple[Table, ...]) -> bool:
    return not new.bound and (column.local or partitions.disagree(column, parents))


def _sql(new: Table, lines: list[str]) -> str:
    name = qualified(new.schema, new.name)
    unlogged = "UNLOGGED " if UNLOGGED in new.options else ""
    parents = ", ".join(qualified(each.schema, each.name) for each in new.parents)
    of = f" PARTITION OF {parents}" if new.bound else f" OF {new.of_type}" if new.of_type else ""
    body = ",\n".join(f"  {line}" for line in lines)
    inside = f" (\n{body}\n)" if lines else "" if of else " ()"
    parts = [
        f"CREATE {unlogged}{_sort(new)} {name}{of}{inside}",
        f"INHERITS ({parents})" if parents and not new.bound else "",
        new.bound,
        f"PARTITION BY {new.partition_key}" if new.partition_key else "",
        f"USING {quote(new.access_method)}" if new.access_method else "",
        f"WITH ({storage.listed(_parameters(new))})" if _parameters(new) else "",
        f"TABLESPACE {quote(new.tablespace)}" if new.tablespace else "",
        f"SERVER {quote(new.server)}" if new.server else "",
        foreign.listed(new.foreign_options),
    ]
    return " ".join(part for part in parts if part)


def _own(
    new: Table, listed: list[Column], parents: tuple[Table, ...], keys: set[str]
) -> Iterator[PlannedStatement]:
    """What columns have that their clause cannot say, or that their parents have otherwise.

    The columns of a primary key, `keys`, are not null by that.
    """
    for column in new.columns:
        inherited = partitions.from_parents(column, parents)
        if inherited is None:
            yield from columns.after_creation(column)
            continue
        if column in listed:
            said = column.default if column.default is not None else inherited.default
            null = column.not_null or inherited.not_null
            inherited = replace(column, default=said, not_null=null, storage=inherited.storage)
        if column.name in keys:
            inherited = replace(inherited, not_null=True)
        yield from columns.from_parents(inherited, column)


def _flags(new: Table) -> Iterator[PlannedStatement]:
    for flag in new.options:
        if flag in _FLAGS and flag != UNLOGGED:
            yield _flag(new, *_FLAGS[flag])
    if _identity(new):
        yield _flag(new, _identity(new), "REPLICA IDENTITY DEFAULT")


def _without_twins(
    inline: Iterable[AnyConstraint],
) -> tuple[list[AnyConstraint], list[AnyConstraint]]:
    """CREATE TABLE makes one of two keys on the same columns: the second has to come after."""
    inside: list[AnyConstraint] = []
    apart: list[AnyConstraint] = []
    seen: set[tuple[str, ...]] = set()
    for each in inline:
        if isinstance(each, PrimaryKey | Unique):
            (apart if each.columns in seen else inside).append(each)
            seen.add(each.columns)
        else:
            inside.append(each)
    return inside, apart


def _create(new: Table) -> Statements:
    return create_with(new, ())


def _drop(old: Table) -> Statements:
    """The rows of a foreign table are elsewhere, and stay there."""
    lost = "the rows of partitions that are dropped with it are lost"
    return (
        PlannedStatement(
            f"DROP {_sort(old)} {qualified(old.schema, old.name)}",
            f"Drop {_sort(old).lower()} {old.identity.qualified}",
            old.identity,
            destructive=not old.server,
            hazards=()
            if old.server
            else (lost if old.partition_key else "the table's rows are lost",),
        ),
    )


def _flag(
    table: Table, sql: str, *undo: str, hazards: tuple[str, ...] = (), sort: str = "TABLE"
) -> PlannedStatement:
    at = f"ALTER {sort} {qualified(table.schema, table.name)}"
    rewrites = (REWRITES,) if "LOGGED" in sql else hazards
    return PlannedStatement(
        f"{at} {sql}",
        f"{sql.capitalize()} on {table.identity}",
        table.identity,
        undo=";\n".join(f"{at} {each}" for each in undo),
        hazards=rewrites,
    )


def _alter(old: Table, new: Table, _: World) -> Statements | None:
    if must_be_made_again(old, new):
        return None
    return tuple(_altered(old, new))


def _altered(old: Table, new: Table) -> Iterator[PlannedStatement]:
    for flag, (on, off) in _FLAGS.items():
        if flag in new.options and flag not in old.options:
            yield _flag(new, on, off)
        elif flag in old.options and flag not in new.options:
            yield _flag(new, off, on)
    for sql, undo in storage.reset_and_set(_parameters(old), _parameters(new)):
        yield _flag(new, sql, *undo)
    if _identity(new) and _identity(old) != _identity(new):
        yield _flag(new, _identity(new), "REPLICA IDENTITY DEFAULT")
    copies = (REWRITES,)
    if old.access_method != new.access_method:
        before, after = (
            f"SET ACCESS METHOD {quote(each.access_method or 'heap')}" for each in (old, new)
        )
        yield _flag(new, after, before, hazards=copies)
    if old.tablespace != new.tablespace:
        before, after = (
            f"SET TABLESPACE {quote(each.tablespace or 'pg_default')}" for each in (old, new)
        )
        yield _flag(new, after, before, hazards=copies)
    at = f"FOREIGN TABLE {qualified(new.schema, new.name)}"
    options = (old.foreign_options, new.foreign_options)
    yield from foreign.altered(at, new.identity, f"the options of {new.identity}", options)
    name = qualified(new.schema, new.name)
    yield from comment_on(f"{_sort(new)} {name}", new.identity, old.comment, new.comment)


def _detach(old: Table, new: Table, world: World) -> Statements:
    if must_be_made_again(old, new):
        return ()
    leaves = tuple(partitions.detach(old, new, world))
    if not _identity(old) or _identity(old) == _identity(new):
        return leaves
    return (*leaves, _flag(new, "REPLICA IDENTITY DEFAULT", _identity(old)))


def _names(each: Table) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)
    if _identity(each):
        yield ("replica identity", each.schema, each.name)


KIND = Kind(
    Table,
    _read,
    _create,
    _drop,
    _alter,
    asks=(_QUERY, every_column.USUAL),
    prints=(every_column.DEFAULTS,),
    detach=_detach,
    late=True,
    names=_names,
    tie=partitions.tie,
    untied=partitions.untied,
)
