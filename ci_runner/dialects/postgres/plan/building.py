"""Indexes and keys built while others read and write, beside those that they replace."""

from __future__ import annotations

import re
from dataclasses import replace

from ci_runner.dialects.base import Lock, PlannedStatement
from ci_runner.dialects.postgres.kind import Statements
from ci_runner.dialects.postgres.plan import offline
from ci_runner.dialects.postgres.plan.forms import (
    BESIDE_WRITERS,
    Form,
    failures,
    free_relation,
)
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.plan.writing import statements
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Identity, Index, PrimaryKey, Unique

_INDEX = re.compile(r"\A(CREATE (?:UNIQUE )?INDEX) ")
_COLUMNS = r'\((?:[^"()]|"(?:[^"]|"")*")*\)'
_NAME = r'(?:\w+|"(?:[^"]|"")*")'
# As pg_get_constraintdef prints it. WITHOUT OVERLAPS is not among it: such a key has no unique
# index that could be built before.
_KEY = re.compile(
    r"(?!.* WITHOUT OVERLAPS\))"
    rf"(?P<what>PRIMARY KEY|UNIQUE)(?P<nulls> NULLS NOT DISTINCT)? (?P<columns>{_COLUMNS})"
    rf"(?P<include> INCLUDE {_COLUMNS})?(?P<with> WITH {_COLUMNS})?"
    rf"(?P<tablespace> USING INDEX TABLESPACE {_NAME})?"
    r"(?P<deferral> DEFERRABLE(?: INITIALLY DEFERRED)?)?"
)
_CONCURRENTLY = "INDEX CONCURRENTLY "
# The drop of the whole, where it came so far, takes the parts along.
_IF_EXISTS = "INDEX CONCURRENTLY IF EXISTS "


def can_be_built(key: PrimaryKey | Unique) -> bool:
    """Whether a unique index can be built before and become that of the key."""
    return _KEY.fullmatch(key.definition) is not None


def concurrently(statement: PlannedStatement, on: Identity) -> PlannedStatement:
    """CREATE INDEX of a part: the drop of the whole takes it along, so it may be gone."""
    name = qualified(statement.object.schema, statement.object.name)
    return replace(
        statement,
        sql=_concurrently(statement.sql),
        transactional=False,
        undo=f"DROP {_IF_EXISTS}{name}",
        hazards=(*failures(statement), _aborted(name)),
        locks=(Lock(on, BESIDE_WRITERS),),
        scans=(on,),
    )


def creates_index(statement: PlannedStatement) -> bool:
    return _INDEX.match(statement.sql) is not None


def _concurrently(definition: str) -> str:
    return _INDEX.sub(r"\1 CONCURRENTLY ", definition)


def _aborted(name: str) -> str:
    return (
        "a build that fails leaves an INVALID index, which writes still pay for:"
        f" DROP INDEX CONCURRENTLY IF EXISTS {name}, then build again"
    )


def index(each: Index, short: Statements, work: Work) -> Form:
    """Built beside the old one of its name, which goes when this one is complete."""
    build, swap = build_index(each, short[0], work, is_part=each.identity in work.world.parts)
    if not swap:
        return Form(builds=(build,), finish=short[1:])
    before = work.drops.get(each.identity)
    gone = (
        removed(before, statements(work, ("drop", each.identity)))
        if isinstance(before, Index)
        else ()
    )
    return Form(
        builds=(build,),
        removals=tuple(replace(one, serves=build.serves) for one in gone),
        finish=(*swap, *short[1:]),
    )


def build_index(
    each: Index, created: PlannedStatement, work: Work, *, is_part: bool
) -> tuple[PlannedStatement, Statements]:
    """The build, and what gives the index its name where another one had that."""
    name = free_relation(each.schema, each.name, work)
    on = Identity(each.table_kind, each.schema, each.table)
    fails = failures(created) or (("fails if values repeat",) if each.unique else ())
    title = f"{each.name} on {each.schema}.{each.table}"
    swapped = name != each.name
    build = replace(
        created,
        sql=_concurrently(_named(created.sql, each.name, name)),
        summary=f"Build index {title} under the name {name}" if swapped else created.summary,
        transactional=False,
        undo=f"DROP {_IF_EXISTS if is_part else _CONCURRENTLY}{qualified(each.schema, name)}",
        hazards=(*fails, _aborted(qualified(each.schema, name))),
        locks=(Lock(on, BESIDE_WRITERS),),
        scans=(on,),
        serves=f"Replace index {title}" if each.identity in work.drops else "",
    )
    if not swapped:
        return build, ()
    renamed, *_ = kind_of(each).rename(replace(each, name=name), each)
    return build, (replace(renamed, serves=build.serves),)


def _named(definition: str, old: str, new: str) -> str:
    return definition.replace(f"INDEX {quote(old)} ON ", f"INDEX {quote(new)} ON ", 1)


def removed(old: Index, short: Statements) -> Statements:
    """The way back is built concurrently as well, where it is a single statement."""
    verb, name = "DROP INDEX ", qualified(old.schema, old.name)

    def drop(one: PlannedStatement) -> PlannedStatement:
        back = one.undo if one.undo is None or ";" in one.undo else _concurrently(one.undo)
        return replace(
            one,
            sql=f"{verb}CONCURRENTLY {name}",
            transactional=False,
            undo=back,
            locks=(Lock(Identity(old.table_kind, old.schema, old.table), BESIDE_WRITERS),),
        )

    return tuple(drop(one) if one.sql.startswith(verb) else one for one in short)


def key(each: PrimaryKey | Unique, short: Statements, work: Work) -> Form:
    """The index is built first and then becomes the constraint's, and takes its name."""
    add, *rest = short
    table, on = qualified(each.schema, each.table), Identity("table", each.schema, each.table)
    parts = _KEY.fullmatch(
        add.sql.removeprefix(f"ALTER TABLE {table} ADD CONSTRAINT {quote(each.name)} ")
    )
    if parts is None:
        return Form(short)
    name = free_relation(each.schema, each.name, work)
    built = qualified(each.schema, name)
    tablespace = (parts["tablespace"] or "").removeprefix(" USING INDEX")
    build = PlannedStatement(
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {table} {parts['columns']}"
        f"{parts['include'] or ''}{parts['nulls'] or ''}{parts['with'] or ''}{tablespace}",
        f"Build the index of {each.identity.kind} {each.name} on {each.schema}.{each.table}",
        each.identity,
        transactional=False,
        # The constraint's own drop, where it came so far, takes the index along.
        undo=f"DROP {_IF_EXISTS}{built}",
        hazards=(*failures(add), _aborted(built)),
        locks=(Lock(on, BESIDE_WRITERS),),
        scans=(on,),
        serves=add.summary,
    )
    using = replace(
        add,
        sql=f"ALTER TABLE {table} ADD CONSTRAINT {quote(each.name)} {parts['what']}"
        f" USING INDEX {quote(name)}{parts['deferral'] or ''}",
        hazards=(offline.MOMENT,),
    )
    return Form(builds=(build,), finish=(using, *rest))
