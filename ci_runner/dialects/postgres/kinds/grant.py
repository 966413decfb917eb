"""Grants: what each role may do with each object, beyond what every new object gives it.

Who granted a right is not compared, and all that a plan grants comes from the object's owner. Where
somebody granted onward, a right cannot be taken without whatever hangs on it: then all grants on
the object are taken and those that are wanted are given again.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import Address, Found, Kind, Statements, World
from ci_runner.dialects.postgres.plan.rights import path, rights, takes
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, text, texts
from ci_runner.schema.access import CURRENT_USER, OWNER, PUBLIC, Grant, Rights
from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.model import Column, Identity, SchemaObject

_NONE = "'{}'::text[]"
# What initdb grants in pg_catalog is on record, what it grants in information_schema is not.
_SCHEMA = "n.nspname !~ '^pg_(temp|toast)' AND n.nspname <> 'information_schema'"

# Every access list: (catalogue, oid), the attribute's number and name, SQL's word for the object
# and, where that is not its name, what GRANT calls it; the address of what it lives on; the list,
# the owner, and what it would be had nobody touched it. A relation whose columns have a list is
# here as a whole, too. The sequence of an identity column lives on the column's table.
_LISTS = f"""
SELECT 'pg_class' AS catalogue, c.oid AS object, 0 AS part, '' AS attribute,
       CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS what,
       CASE WHEN d.refobjid IS NULL THEN {_NONE} ELSE ARRAY[n.nspname::text, c.relname::text] END
       AS signature,
       'pg_class' AS home_catalogue, coalesce(d.refobjid, c.oid) AS home,
       coalesce(d.refobjsubid, 0) AS home_part,
       coalesce(c.relacl, u.usual) AS acl, c.relowner AS owner, u.usual
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT pg_catalog.acldefault(
    CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS usual) u
LEFT JOIN LATERAL (SELECT i.refobjid, i.refobjsubid FROM pg_catalog.pg_depend i
                   WHERE c.relkind = 'S' AND i.classid = 'pg_catalog.pg_class'::regclass
                   AND i.objid = c.oid AND i.deptype = 'i' OFFSET 0) d ON true
WHERE {_SCHEMA} AND c.relkind <> 'c' AND (c.relacl IS NOT NULL OR c.oid IN
      (SELECT a.attrelid FROM columns a WHERE a.attrelid >= 16384))
UNION ALL
SELECT 'pg_class', c.oid, a.attnum, a.attname::text, 'TABLE', {_NONE}, 'pg_class', c.oid, 0,
       a.attacl, c.relowner, NULL
FROM columns a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_SCHEMA}
UNION ALL
SELECT 'pg_proc', p.oid, 0, '', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
       ARRAY[(pg_catalog.pg_identify_object('pg_catalog.pg_proc'::regclass, p.oid, 0)).identity],
       'pg_proc', p.oid, 0, p.proacl, p.proowner, pg_catalog.acldefault('f', p.proowner)
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.proacl IS NOT NULL AND {_SCHEMA}
  -- What came with a range type is in no dump.
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'i')
UNION ALL
SELECT 'pg_type', t.oid, 0, '', CASE WHEN r.relkind <> 'c' THEN 'ROW TYPE' ELSE 'TYPE' END,
       {_NONE}, CASE WHEN r.oid IS NULL THEN 'pg_type' ELSE 'pg_class' END,
       coalesce(r.oid, t.oid), 0,
       t.typacl, t.typowner, pg_catalog.acldefault('T', t.typowner)
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class r ON r.oid = t.typrelid
WHERE t.typacl IS NOT NULL AND {_SCHEMA}
UNION ALL
SELECT 'pg_namespace', n.oid, 0, '', 'SCHEMA', {_NONE}, 'pg_namespace', n.oid, 0,
       n.nspacl, n.nspowner, pg_catalog.acldefault('n', n.nspowner)
FROM pg_catalog.pg_namespace n WHERE n.nspacl IS NOT NULL AND {_SCHEMA}
UNION ALL
SELECT 'pg_language', l.oid, 0, '', 'LANGUAGE', {_NONE}, 'pg_language', l.oid, 0,
       l.lanacl, l.lanowner, pg_catalog.acldefault('l', l.lanowner)
FROM pg_catalog.pg_language l WHERE l.lanacl IS NOT NULL
UNION ALL
SELECT 'pg_foreign_data_wrapper', w.oid, 0, '', 'FOREIGN DATA WRAPPER', {_NONE},
       'pg_foreign_data_wrapper', w.oid, 0, w.fdwacl, w.fdwowner,
       pg_catalog.acldefault('F', w.fdwowner)
FROM pg_catalog.pg_foreign_data_wrapper w WHERE w.fdwacl IS NOT NULL
UNION ALL
SELECT 'pg_foreign_server', s.oid, 0, '', 'FOREIGN SERVER', {_NONE}, 'pg_foreign_server', s.oid, 0,
       s.srvacl, s.srvowner, pg_catalog.acldefault('S', s.srvowner)
FROM pg_catalog.pg_foreign_server s WHERE s.srvacl IS NOT NULL
"""


def words(source: str) -> str:
    return (
        "ARRAY_AGG(x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END"
        f" ORDER BY x.privilege_type) FILTER (WHERE x.source = '{source}')"
    )


# What initdb or an extension left as it made it is left out; but for schemas, since `public` is
# compared with a schema that a plan makes.
_QUERY = f"""
WITH columns AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.attacl FROM pg_catalog.pg_attribute a
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped)
SELECT l.catalogue, l.object, l.part, l.attribute, l.what, l.signature, l.home_catalogue, l.home,
       l.home_part, pg_catalog.pg_get_userbyid(l.owner),
       CASE WHEN x.grantee <> 0 THEN pg_catalog.pg_get_userbyid(x.grantee) END,
       pg_catalog.pg_get_userbyid(d.datdba), {words("acl")}, {words("usual")},
       {words("initial")}, i.objoid IS NOT NULL,
       bool_or(x.source = 'acl' AND x.grantor <> l.owner)
FROM ({_LISTS}) l
JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_init_privs i
     ON i.classoid = ('pg_catalog.' || l.catalogue)::regclass AND i.objoid = l.object
        AND i.objsubid = l.part
CROSS JOIN LATERAL (SELECT 'acl' AS source, a.* FROM pg_catalog.aclexplode(l.acl) a
                    UNION ALL SELECT 'usual', a.* FROM pg_catalog.aclexplode(l.usual) a
                    UNION ALL SELECT 'initial', a.* FROM pg_catalog.aclexplode(i.initprivs) a) x
WHERE l.acl IS DISTINCT FROM i.initprivs OR l.catalogue = 'pg_namespace'
GROUP BY l.catalogue, l.object, l.part, l.attribute, l.what, l.signature, l.home_catalogue, l.home,
         l.home_part, l.owner, x.grantee, d.datdba, i.objoid
ORDER BY l.catalogue, l.object, l.part
"""

# Every database begins with plpgsql, and no kind reads it.
_DESCRIBED = """
SELECT o.catalogue, o.object, i.type, i.identity, x.extname
FROM (VALUES {objects}) o (catalogue, object)
CROSS JOIN LATERAL pg_catalog.pg_identify_object(
    ('pg_catalog.' || o.catalogue)::regclass, o.object::oid, 0) i
LEFT JOIN pg_catalog.pg_depend d ON d.classid = ('pg_catalog.' || o.catalogue)::regclass
     AND d.objid = o.object AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid AND x.extname <> 'plpgsql'
"""


class _Row(NamedTuple):
    """What one role has on one object, or on one column of it; lists of privileges as rights."""

    catalogue: str
    object: int
    part: int
    attribute: str
    what: str
    signature: str
    home: Address
    home_part: int
    owner: str
    grantee: str
    held: Rights
    usual: Rights
    initial: Rights
    chained: bool

    @property
    def place(self) -> tuple[str, int]:
        return self.catalogue, self.object


def _row(row: tuple[object, ...]) -> _Row:
    catalogue, oid, part, attribute, what, signature, home, home_oid, home_part, *rest = row
    owner, grantee, neutral, held, usual, initial, is_initial, chained = rest
    column = text(attribute)
    by_default = rights(texts(usual), column)
    return _Row(
        text(catalogue),
        integer(oid),
        integer(part),
        column,
        text(what),
        _signature(texts(signature)),
        (text(home), integer(home_oid), 0),
        integer(home_part),
        role(text(owner), text(neutral)),
        grantee_of(grantee, text(owner), text(neutral)),
        rights(texts(held), column),
        by_default,
        rights(texts(initial), column) if is_initial else by_default,
        bool(chained),
    )


def _signature(words: tuple[str, ...]) -> str:
    """A routine as the server names it, or the names of a sequence and its schema."""
    return words[0] if len(words) == 1 else qualified(*words)


def role(name: str, neutral: str) -> str:
    """A role as the model writes it; `neutral` is the one that owns the database."""
    return CURRENT_USER if name == neutral else quote(name)


def grantee_of(name: object, owner: str, neutral: str) -> str:
    """Who a right is given to, as the model writes it; NULL is everybody."""
    if name is None:
        return PUBLIC
    return OWNER if name == owner else role(text(name), neutral)


def read_on(
    connection: Connection, names: Mapping[Address, Identity]
) -> Iterator[Found | Identity]:
    rows = [_row(each) for each in connection.query(_QUERY)]
    unnamed: dict[tuple[str, int], tuple[_Row, ...]] = {}
    for place, group in groupby(rows, lambda row: row.place):
        mine = tuple(group)
        on = names.get(mine[0].home) or names.get((*place, 0))
        if on is None or mine[0].what == "ROW TYPE":
            unnamed[place] = tuple(each for each in mine if each.held != each.initial)
        else:
            yield from _found(on, mine, names)
    listed = ", ".join(f"('{name}', {oid})" for (name, oid), several in unnamed.items() if several)
    for catalogue, oid, kind, name, extension in (
        connection.query(_DESCRIBED.format(objects=listed)) if listed else ()
    ):
        several = unnamed[text(catalogue), integer(oid)]
        if extension is not None and several[0].what != "ROW TYPE":
            yield from _on_member(Identity("extension", "", text(extension)), text(name), several)
        else:
            for to in dict.fromkeys(each.grantee for each in several):
                yield Identity("grant", "", f"on {text(kind)} {text(name)} to {to}")


def _on_member(extension: Identity, name: str, rows: tuple[_Row, ...]) -> Iterator[Found]:
    """What is granted beyond, or short of, what the extension's own script did."""
    yield from _found(
        extension, tuple(row._replace(signature=name, usual=row.initial) for row in rows), {}
    )


def _found(
    on: Identity, rows: tuple[_Row, ...], names: Mapping[Address, Identity]
) -> Iterator[Found]:
    """The grants on one object. Those of a chain are made again together, whichever must be."""
    chained = any(each.chained for each in rows)
    for to in dict.fromkeys(each.grantee for each in rows):
        mine = [each for each in rows if each.grantee == to]
        first = mine[0]
        grant = Grant(
            on,
            first.what,
            to,
            _all(each.held for each in mine),
            first.signature,
            _all(each.usual for each in mine),
            first.owner,
            chained,
            _all(each.initial for each in mine),
        )
        if grant.rights == grant.usual:
            continue
        needs = {
            names.get((*each.home[:2], each.part or each.home_part))
            for each in (rows if chained else mine)
            if each.part or each.home_part
        }
        yield Found(
            grant,
            ((f"{first.catalogue} grant to {to}", first.object, 0),),
            needs=tuple(sorted(each for each in needs if each is not None)),
        )


def _all(several: Iterable[Rights]) -> Rights:
    return tuple(sorted(right for each in several for right in each))


def _read(_: Connection) -> Iterator[Found]:
    """Nothing yet: the objects that it is on have no names before all of them were read."""
    return iter(())


def _way(before: Rights, grant: Grant, after: Rights, *, cascade: bool = False) -> Statements:
    """Statements from some rights to others, each with the way back to where it started."""
    on = f"ON {grant.what} {grant.signature or qualified(grant.on.schema, grant.on.name)}"
    to = grant.owner if grant.grantee == OWNER else grant.grantee
    found = []
    start = before
    for step in path(before, after):
        verb = "Grant" if step.verb == "GRANT" else "Revoke"
        option = " the right to grant" if "OPTION" in step.verb else ""
        preposition = "to" if step.verb == "GRANT" else "from"
        back = tuple(each.sql(on, to) for each in path(step.after, start))
        found.append(
            PlannedStatement(
                step.sql(on, to, cascade=cascade),
                f"{verb}{option} {step.rights} on {grant.on} {preposition} {to}",
                grant.on,
                undo=";\n".join(back),
            )
        )
        start = step.after
    return tuple(found)


def _create(new: Grant) -> Statements:
    return _way(new.usual if new.born is None else new.born, new, new.rights)


def _drop(old: Grant) -> Statements:
    return _way(old.rights, old, old.usual, cascade=old.chained)


def _detach(old: Grant, _: Grant, world: World) -> Statements:
    """Take what was given on columns before they go, or have another name."""
    return _way(old.rights, old, _staying(old, world))


def _alter(old: Grant, new: Grant, world: World) -> Statements:
    return _way(_staying(old, world), new, new.rights)


def _staying(old: Grant, world: World) -> Rights:
    """What was given on columns that there will be, and on the whole."""
    names = columns_of(world.new.get(old.on))
    return tuple(each for each in old.rights if not names or each.column in {"", *names})


def columns_of(each: SchemaObject | None) -> tuple[str, ...]:
    """The names of the columns of a relation of any kind."""
    columns: tuple[Column | str, ...] = getattr(each, "columns", ())
    return tuple(one if isinstance(one, str) else one.name for one in columns)


def _names(each: Grant) -> Iterator[Hashable]:
    """What is given on an object waits for what is taken: CASCADE takes from several at once."""
    yield ("grants on", each.on, each.what, each.signature)


def unchained(changes: Iterable[Change], world: World) -> Iterator[Change]:
    """The changes with all grants made again on objects where a chain of them must break."""
    listed = tuple(changes)
    broken = {_place(each) for each in map(_taken_from, listed) if each is not None}
    for change in listed:
        each = change.old if isinstance(change, Alter | Drop) else None
        if not isinstance(each, Grant) or _place(each) not in broken:
            yield change
    for old in world.old.of_type(Grant):
        if _place(old) in broken:
            yield Drop(old)
            after = world.new.get(old.identity)
            if after is not None:
                yield Create(after)


def _taken_from(change: Change) -> Grant | None:
    """The grant of a chain that the change takes something from."""
    match change:
        case Drop(old=Grant() as old) if old.chained and takes(old.rights, old.usual):
            return old
        case Alter(old=Grant() as old, new=Grant() as new) if old.chained:
            return old if takes(old.rights, new.rights) else None
        case _:
            return None


def _place(grant: Grant) -> Hashable:
    return grant.on, grant.what, grant.signature


KIND = Kind(
    Grant,
    _read,
    _create,
    _drop,
    _alter,
    asks=(_QUERY,),
    detach=_detach,
    read_on=read_on,
    names=_names,
)
