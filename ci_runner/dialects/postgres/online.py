"""The online form of a change: statements that let readers and writers go on, in parts.

Only what happens to a table that was there before has one: nobody waits for a table that is new.
What PostgreSQL can only do under a strong lock stays as it is, and its hazards say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import count
from zlib import crc32

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import offline, partitioned
from ci_runner.dialects.postgres.kind import Statements, World, relation
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.work import Node, Work, kind_of
from ci_runner.dialects.postgres.writing import statements
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    SchemaObject,
    Unique,
    home,
)

_LONGEST_NAME = 63
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
_SET_NOT_NULL = " SET NOT NULL"
_DROP_NOT_NULL = " DROP NOT NULL"
# The drop of the whole, where it came so far, takes the parts along.
_IF_EXISTS = "INDEX CONCURRENTLY IF EXISTS "
_CONCURRENTLY = "INDEX CONCURRENTLY "
_VALIDATES = " VALIDATE CONSTRAINT "


@dataclass(frozen=True, slots=True)
class Form:
    """One change in parts. Only `head` must run before what depends on it is begun.

    `builds` and `removals` run outside of transactions, `validations` in one that holds no strong
    lock yet, `finish` takes strong locks but only for a moment.
    """

    head: Statements = ()
    builds: Statements = ()
    removals: Statements = ()
    validations: Statements = ()
    finish: Statements = ()


def form(node: Node, work: Work, kept: Collection[Node]) -> Form:
    """The parts of one node of the plan. `kept` are drops that wait for their replacement."""
    verb, identity = node
    short = statements(work, node)
    if verb == "drop" and short:
        return _dropped(work.drops[identity], short, work, waits=node in kept)
    if verb == "alter" and short:
        return _altered(*work.alters[identity], short, work, kept)
    if verb == "create" and short and _is_old(work.creates[identity], work):
        return _created(work.creates[identity], short, work, kept)
    return Form(short)


def has_replacement(old: SchemaObject, work: Work) -> bool:
    """Whether it can stay until another one, under the same name, is complete."""
    new = work.creates.get(old.identity)
    match new:
        case Index():
            return _is_old(new, work) and not _is_of_partitions(new, work)
        case PrimaryKey() | Unique() if not _is_of_partitions(new, work):
            return _is_old(new, work) and _KEY.fullmatch(new.definition) is not None
        case _:
            return isinstance(new, ForeignKey)


def _is_old(each: SchemaObject, work: Work) -> bool:
    """Whether it lives on something that was there before."""
    place = home(each)
    return place is not None and place not in work.creates and not work.is_created(place)


def _is_of_partitions(each: SchemaObject, work: Work) -> bool:
    """Whether it is on a partitioned table, where nothing is built or dropped concurrently."""
    return partitioned.is_partitioned(home(each), work.world)


def _created(each: SchemaObject, short: Statements, work: Work, kept: Collection[Node]) -> Form:
    made_again = each.identity in work.drops and ("drop", each.identity) not in kept
    if _is_of_partitions(each, work) and not isinstance(each, Check | Column):
        return Form(short) if made_again else _built_on_partitions(each, short, work)
    match each:
        case Index() if not made_again:
            return _built(each, short, work)
        case PrimaryKey() | Unique() if not made_again:
            return _key(each, short, work)
        case Check(valid=True) | ForeignKey(valid=True):
            return _unproven(each, work.world)
        case Column():
            return Form(offline.added(each, short))
        case _:
            return Form(short)


def _dropped(old: SchemaObject, short: Statements, work: Work, *, waits: bool) -> Form:
    match old:
        case Index() if waits:
            return Form()
        case Index() if old.identity not in work.creates and not _is_of_partitions(old, work):
            return Form(removals=_removed(old, short))
        case _:
            return Form(finish=short) if waits else Form(short)


def _altered(
    old: SchemaObject, new: SchemaObject, short: Statements, work: Work, kept: Collection[Node]
) -> Form:
    if isinstance(old, Column) and isinstance(new, Column):
        short = offline.retyped(old, new, short)
        if any(_holds(work.drops[identity], old) for _, identity in kept):
            waits = tuple(one for one in short if one.sql.endswith(_DROP_NOT_NULL))
            return Form(tuple(one for one in short if one not in waits), finish=waits)
        return _without_null(new, short, work.world)
    if isinstance(new, Index):
        return _completed(short, work.world)
    if isinstance(new, Check | ForeignKey):
        validates = tuple(one for one in short if _VALIDATES in one.sql)
        rest = tuple(one for one in short if one not in validates)
        return Form(rest, validations=_validations(validates, undo=None))
    return Form(short)


def _holds(key: SchemaObject, column: SchemaObject) -> bool:
    """Whether it is the primary key that keeps the column from being NULL for as long as it is."""
    return (
        isinstance(key, PrimaryKey)
        and home(key) == home(column)
        and column.identity.name in key.columns
    )


def _concurrently(definition: str) -> str:
    return _INDEX.sub(r"\1 CONCURRENTLY ", definition)


def _aborted(name: str) -> str:
    return (
        "a build that fails leaves an INVALID index, which writes still pay for:"
        f" DROP INDEX CONCURRENTLY IF EXISTS {name}, then build again"
    )


def _built(each: Index, short: Statements, work: Work) -> Form:
    """Built beside the old one of its name, which goes when this one is complete."""
    name = _build_name(each.schema, each.name, work)
    created, *rest = short
    failures = _failures(created) or (("fails if values repeat",) if each.unique else ())
    title = f"{each.name} on {each.schema}.{each.table}"
    swapped = name != each.name
    is_part = each.identity in work.world.parts
    build = replace(
        created,
        sql=_concurrently(_named(created.sql, each.name, name)),
        summary=f"Build index {title} under the name {name}" if swapped else created.summary,
        transactional=False,
        undo=f"DROP {_IF_EXISTS if is_part else _CONCURRENTLY}{qualified(each.schema, name)}",
        hazards=(*failures, _aborted(qualified(each.schema, name))),
        serves=f"Replace index {title}" if each.identity in work.drops else "",
    )
    if not swapped:
        return Form(builds=(build,), finish=tuple(rest))
    before = work.drops.get(each.identity)
    gone = (
        _removed(before, statements(work, ("drop", each.identity)))
        if isinstance(before, Index)
        else ()
    )
    renamed, *_ = kind_of(each).rename(replace(each, name=name), each)
    return Form(
        builds=(build,),
        removals=tuple(replace(one, serves=build.serves) for one in gone),
        finish=(replace(renamed, serves=build.serves), *rest),
    )


def _built_on_partitions(each: SchemaObject, short: Statements, work: Work) -> Form:
    if not isinstance(each, Index) or not partitioned.have_stayed(home(each), work):
        return Form(short)
    created, *rest = short
    parts = (
        _built(part, kind_of(part).create(part), work)
        for part in partitioned.leaves(each, work.world)
    )
    whole = replace(
        created, sql=partitioned.only(created.sql, each.name), hazards=(), serves=created.summary
    )
    return Form(
        builds=tuple(
            replace(one, undo=one.undo and one.undo.replace(_CONCURRENTLY, _IF_EXISTS))
            for part in parts
            for one in part.builds
        ),
        finish=(whole, *partitioned.joined(each, work.world), *rest),
    )


def _completed(short: Statements, world: World) -> Form:
    """An index on a partitioned table alone gets its parts: those with rows concurrently."""
    builds = tuple(one for one in short if partitioned.is_leaf(one.object, world))
    builds = tuple(one for one in builds if _INDEX.match(one.sql))

    def concurrently(one: PlannedStatement) -> PlannedStatement:
        name = qualified(one.object.schema, one.object.name)
        return replace(
            one,
            sql=_concurrently(one.sql),
            transactional=False,
            undo=f"DROP {_IF_EXISTS}{name}",
            hazards=(*_failures(one), _aborted(name)),
        )

    rest = tuple(one for one in short if one not in builds)
    return Form(builds=tuple(concurrently(one) for one in builds), finish=rest)


def _named(definition: str, old: str, new: str) -> str:
    return definition.replace(f"INDEX {quote(old)} ON ", f"INDEX {quote(new)} ON ", 1)


def _failures(statement: PlannedStatement) -> tuple[str, ...]:
    """Those of its hazards that are about rows, and hold in every form."""
    return tuple(each for each in statement.hazards if each.startswith("fails "))


def _build_name(schema: str, name: str, work: Work) -> str:
    """The name itself where nothing has it, else one that nothing has before and after."""
    if relation(schema, name) not in work.names_before:
        return name
    taken = work.names_before | work.names_after
    return _free(name, "__new", lambda each: relation(schema, each) in taken)


def _free(stem: str, end: str, is_taken: Callable[[str], bool]) -> str:
    """`stem` and `end` within the 63 bytes that the server keeps of a name.

    What is cut off leaves its checksum, so that two long names that begin alike stay two.
    """
    if len(stem.encode()) + len(end) > _LONGEST_NAME:
        end = f"_{crc32(stem.encode()):08x}{end}"
    endings = (f"{end}{number or ''}" for number in count())
    names = (
        stem.encode()[: _LONGEST_NAME - len(each)].decode(errors="ignore") + each
        for each in endings
    )
    return next(name for name in names if not is_taken(name))


def _removed(old: Index, short: Statements) -> Statements:
    """The way back is built concurrently as well, where it is a single statement."""
    verb, name = "DROP INDEX ", qualified(old.schema, old.name)

    def concurrently(drop: PlannedStatement) -> PlannedStatement:
        back = drop.undo if drop.undo is None or ";" in drop.undo else _concurrently(drop.undo)
        return replace(drop, sql=f"{verb}CONCURRENTLY {name}", transactional=False, undo=back)

    return tuple(concurrently(one) if one.sql.startswith(verb) else one for one in short)


def _key(each: PrimaryKey | Unique, short: Statements, work: Work) -> Form:
    """The index is built first and then becomes the constraint's, and takes its name."""
    add, *rest = short
    table = qualified(each.schema, each.table)
    parts = _KEY.fullmatch(
        add.sql.removeprefix(f"ALTER TABLE {table} ADD CONSTRAINT {quote(each.name)} ")
    )
    if parts is None:
        return Form(short)
    name = _build_name(each.schema, each.name, work)
    index = qualified(each.schema, name)
    tablespace = (parts["tablespace"] or "").removeprefix(" USING INDEX")
    build = PlannedStatement(
        f"CREATE UNIQUE INDEX CONCURRENTLY {quote(name)} ON {table} {parts['columns']}"
        f"{parts['include'] or ''}{parts['nulls'] or ''}{parts['with'] or ''}{tablespace}",
        f"Build the index of {each.identity.kind} {each.name} on {each.schema}.{each.table}",
        each.identity,
        transactional=False,
        # The constraint's own drop, where it came so far, takes the index along.
        undo=f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
        hazards=(*_failures(add), _aborted(index)),
        serves=add.summary,
    )
    using = replace(
        add,
        sql=f"ALTER TABLE {table} ADD CONSTRAINT {quote(each.name)} {parts['what']}"
        f" USING INDEX {quote(name)}{parts['deferral'] or ''}",
        hazards=(offline.MOMENT,),
    )
    return Form(builds=(build,), finish=(using, *rest))


def _unproven(each: Check | ForeignKey, world: World) -> Form:
    """Added for new rows at once; the old ones are checked while everybody works."""
    unproven = replace(each, definition=f"{each.definition} NOT VALID", valid=False)
    kind = kind_of(each)
    return Form(
        kind.create(unproven), validations=_validations(kind.alter(unproven, each, world) or ())
    )


def _validations(statements: Statements, *, undo: str | None = "") -> Statements:
    """`undo` is None where the constraint stood there unproven: nothing makes it so again."""
    return tuple(
        replace(
            each,
            apart=True,
            undo=undo,
            hazards=("reads the table while others read and write", *each.hazards),
        )
        for each in statements
    )


def _without_null(column: Column, short: Statements, world: World) -> Form:
    """SET NOT NULL believes a validated check instead of reading the table, from version 12 on."""
    place = next((at for at, one in enumerate(short) if one.sql.endswith(_SET_NOT_NULL)), None)
    if place is None:
        return Form(short)
    before, set_, after = short[:place], short[place], short[place + 1 :]
    proven = replace(set_, hazards=(offline.MOMENT,))
    rule = f"{quote(column.name)} IS NOT NULL"
    if _is_proven(column, f"CHECK (({rule}))", world):
        return Form((*before, proven, *after))
    taken = _constraints(column, world)
    name = quote(_free(column.name, "__set_not_null", taken.__contains__))
    at = f"ALTER TABLE {qualified(column.schema, column.table)}"
    add, drop = (
        f"{at} ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID",
        f"{at} DROP CONSTRAINT {name}",
    )

    def step(sql: str, summary: str, undo: str, hazards: tuple[str, ...] = ()) -> PlannedStatement:
        return PlannedStatement(
            sql, summary, column.identity, undo=undo, hazards=hazards, serves=set_.summary
        )

    return Form(
        (*before, step(add, f"Refuse NULL in {column.identity} from now on", drop)),
        validations=_validations(
            (
                step(
                    f"{at} VALIDATE CONSTRAINT {name}",
                    f"Prove that {column.identity} holds no NULL",
                    "",
                    _failures(set_),
                ),
            )
        ),
        finish=(
            proven,
            step(drop, f"Drop the check that proved it of {column.identity}", add),
            *after,
        ),
    )


def _is_proven(column: Column, definition: str, world: World) -> bool:
    """Whether a check of before that stays says the same."""
    return any(
        (check.schema, check.table) == (column.schema, column.table)
        and check.valid
        and check.definition == definition
        and world.new.get(check.identity) == check
        for check in world.old.of_type(Check)
    )


def _constraints(column: Column, world: World) -> set[str]:
    return {
        each.identity.name
        for side in (world.old, world.new)
        for each in side.objects
        if each.identity.parent == column.table and each.identity.schema == column.schema
    }
