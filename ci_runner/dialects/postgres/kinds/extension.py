"""Extensions. Their members are left alone: whatever uses one needs the extension."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    Address,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
)
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.extensions import Extension

# Every database begins with plpgsql.
_QUERY = """
SELECT e.oid, e.extname, n.nspname, e.extversion, e.extrelocatable,
       pg_catalog.obj_description(e.oid, 'pg_extension'), a.comment, a.default_version
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
WHERE e.extname <> 'plpgsql'
"""

# What uses a composite type needs its relation; a range brings a multirange along.
_MEMBERS = """
SELECT d.refobjid, c.relname, d.objid, r.relkind, nullif(t.typrelid, 0), g.rngmultitypid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class c ON c.oid = d.classid
LEFT JOIN pg_catalog.pg_class r ON d.classid = 'pg_catalog.pg_class'::regclass AND r.oid = d.objid
LEFT JOIN pg_catalog.pg_type t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
LEFT JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid
WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
ORDER BY d.refobjid, c.relname, d.objid
"""

_DIGITS = re.compile(r"(\d+)")


def _read(connection: Connection) -> Iterator[Found]:
    members: dict[int, list[Address]] = defaultdict(list)
    tables: set[int] = set()
    for extension, catalogue, oid, relkind, row, several in connection.query(_MEMBERS):
        members[integer(extension)].append((text(catalogue), integer(oid), 0))
        for place, inner in (("pg_class", row), ("pg_type", several)):
            if inner is not None:
                members[integer(extension)].append((place, integer(inner), 0))
        if relkind == "r":
            tables.add(integer(extension))
    for oid, name, schema, version, relocatable, comment, described, usual in connection.query(
        _QUERY
    ):
        own = comment != described
        yield Found(
            Extension(
                text(name),
                text(schema),
                text(version),
                comment=optional(comment) if own else None,
                own_comment=own,
                described=optional(described),
                usual_version=version == usual,
                relocatable=bool(relocatable),
                holds_rows=oid in tables,
            ),
            (("pg_extension", integer(oid), 0), *members[integer(oid)]),
        )


def _create(new: Extension) -> Statements:
    name = quote(new.name)
    version = "" if new.usual_version else f" VERSION {literal(new.version)}"
    return (
        PlannedStatement(
            f"CREATE EXTENSION {name} WITH SCHEMA {quote(new.in_schema)}{version}",
            f"Create extension {new.name}",
            new.identity,
            undo=f"DROP EXTENSION {name}",
            hazards=(f"needs the files of its version {new.version} on the server",),
        ),
        *_commented(replace(new, comment=None, own_comment=False), new),
    )


def _drop(old: Extension) -> Statements:
    rows = (
        ("its tables' rows are lost",)
        if old.holds_rows
        else ("its functions, types and operators go with it",)
    )
    return (
        PlannedStatement(
            f"DROP EXTENSION {quote(old.name)}",
            f"Drop extension {old.name}",
            old.identity,
            destructive=old.holds_rows,
            undo=None if old.holds_rows else made_again(_create(old)),
            hazards=rows,
        ),
    )


def _alter(old: Extension, new: Extension, world: World) -> Statements | None:
    """Extensions have scripts for newer versions, hardly ever for older ones."""
    moves = old.in_schema != new.in_schema
    if (moves and not old.relocatable) or _age(new.version) < _age(old.version):
        return None
    at = f"ALTER EXTENSION {quote(new.name)}"
    changes: list[PlannedStatement] = []
    if moves:
        used = bool(world.dependents.get(old.identity))
        changes.append(
            PlannedStatement(
                f"{at} SET SCHEMA {quote(new.in_schema)}",
                f"Move extension {new.name} to schema {new.in_schema}",
                new.identity,
                # The way back of what uses it names the members where they are then.
                undo=None if used else f"{at} SET SCHEMA {quote(old.in_schema)}",
                undo_hazards=("what uses it is brought back while it is there",) if used else (),
                hazards=(
                    "what names its members in text, such as a function, may not find them",
                    "only who owns its members may move it: a superuser, where one made it",
                ),
            )
        )
    if old.version != new.version:
        changes.append(
            PlannedStatement(
                f"{at} UPDATE TO {literal(new.version)}",
                f"Update extension {new.name} from version {old.version} to {new.version}",
                new.identity,
                undo_hazards=("hardly any extension has a script that leads to an older version",),
                hazards=(f"needs the files of its version {new.version} on the server",),
            )
        )
    return (*changes, *_commented(old, new))


def _age(version: str) -> list[tuple[bool, int, str]]:
    """Versions in their order: 1.10 is newer than 1.9."""
    parts = (part for part in _DIGITS.split(version) if part)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _commented(old: Extension, new: Extension) -> Statements:
    before = old.comment if old.own_comment else old.described
    after = new.comment if new.own_comment else new.described
    return comment_on(f"EXTENSION {quote(new.name)}", new.identity, before, after)


KIND = Kind(Extension, _read, _create, _drop, _alter, asks=(_MEMBERS, _QUERY), late=True)
