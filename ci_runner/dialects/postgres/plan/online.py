"""The online form of a change: statements that let readers and writers go on, in parts.

Only what happens to a table that was there before has one: nobody waits for a table that is new.
What PostgreSQL can only do under a strong lock stays as it is, and its hazards say so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World
from ci_runner.dialects.postgres.plan import building, joining, offline, partitioned
from ci_runner.dialects.postgres.plan.forms import (
    Form,
    failures,
    free_constraint,
    unproven,
    validations,
)
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.plan.writing import statements
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    SchemaObject,
    Table,
    Unique,
    home,
)
from ci_runner.schema.tables import Exclusion

_SET_NOT_NULL = " SET NOT NULL"
_DROP_NOT_NULL = " DROP NOT NULL"
_VALIDATES = " VALIDATE CONSTRAINT "


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
    if verb in {"detach", "tie"} and identity in work.world.parted:
        return _moved(node, short, work)
    return Form(short)


def has_replacement(old: SchemaObject, work: Work) -> bool:
    """Whether it can stay until another one, under the same name, is complete."""
    new = work.creates.get(old.identity)
    if isinstance(new, Index | PrimaryKey | Unique):
        if _is_of_partitions(new, work):
            return _is_old(new, work) and partitioned.can_be_built(new, work)
        return _is_old(new, work) and (isinstance(new, Index) or building.can_be_built(new))
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
    match each:
        case Index() | PrimaryKey() | Unique():
            return Form(short) if made_again else _built(each, short, work)
        case ForeignKey(valid=True) if _is_of_partitions(each, work):
            return partitioned.proven(each, short, work)
        case Check(valid=True) | ForeignKey(valid=True):
            return unproven(each, work.world)
        case Column():
            return Form(offline.added(each, short))
        case Exclusion():
            return Form(offline.excluded(short))
        case _:
            return Form(short)


def _built(each: partitioned.Built, short: Statements, work: Work) -> Form:
    if _is_of_partitions(each, work):
        return partitioned.built(each, short, work)
    if isinstance(each, Index):
        return building.index(each, short, work)
    return building.key(each, short, work)


def _dropped(old: SchemaObject, short: Statements, work: Work, *, waits: bool) -> Form:
    match old:
        case Index() if _is_of_partitions(old, work):
            return Form(finish=short) if waits else Form(short)
        case Index() if waits:
            return Form()
        case Index() if old.identity not in work.creates:
            return Form(removals=building.removed(old, short))
        case _:
            return Form(finish=short) if waits else Form(short)


def _moved(node: Node, short: Statements, work: Work) -> Form:
    """A partition that leaves its parent, or a table that becomes a partition."""
    verb, identity = node
    old, new = work.world.old.get(identity), work.world.new.get(identity)
    if not isinstance(old, Table) or not isinstance(new, Table):
        return Form(short)
    if verb == "detach":
        return joining.leaves(old, new, short, work.world)
    return joining.joins(old, new, short, work.world)


def _altered(
    old: SchemaObject, new: SchemaObject, short: Statements, work: Work, kept: Collection[Node]
) -> Form:
    if isinstance(old, Column) and isinstance(new, Column):
        short = offline.retyped(new, short)
        if any(_holds(work.drops[identity], old) for _, identity in kept):
            waits = tuple(one for one in short if one.sql.endswith(_DROP_NOT_NULL))
            return Form(tuple(one for one in short if one not in waits), finish=waits)
        return _without_null(new, short, work.world)
    if isinstance(new, Index):
        return partitioned.completed(short, work.world)
    if isinstance(new, Check | ForeignKey):
        validates = tuple(one for one in short if _VALIDATES in one.sql)
        rest = tuple(one for one in short if one not in validates)
        return Form(
            rest,
            validations=tuple(
                said for one in validates for said in validations((one,), undo=one.undo)
            ),
        )
    return Form(short)


def _holds(key: SchemaObject, column: SchemaObject) -> bool:
    """Whether it is the primary key that keeps the column from being NULL for as long as it is."""
    return (
        isinstance(key, PrimaryKey)
        and home(key) == home(column)
        and column.identity.name in key.columns
    )


def _without_null(column: Column, short: Statements, world: World) -> Form:
    """SET NOT NULL believes a validated check instead of reading the table, from version 12 on."""
    place = next((at for at, one in enumerate(short) if one.sql.endswith(_SET_NOT_NULL)), None)
    if place is None:
        return Form(short)
    before, set_, after = short[:place], short[place], short[place + 1 :]
    proven = replace(set_, hazards=(offline.MOMENT,), undo=_allowing(column, set_, world))
    rule = f"{quote(column.name)} IS NOT NULL"
    if _is_proven(column, f"CHECK (({rule}))", world):
        return Form((*before, proven, *after))
    table = Identity("table", column.schema, column.table)
    name = quote(free_constraint(table, column.name, "__set_not_null", world))
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
        validations=validations(
            (
                step(
                    f"{at} VALIDATE CONSTRAINT {name}",
                    f"Prove that {column.identity} holds no NULL",
                    "",
                    failures(set_),
                ),
            )
        ),
        finish=(
            proven,
            step(drop, f"Drop the check that proved it of {column.identity}", add),
            *after,
        ),
    )


def _allowing(column: Column, set_: PlannedStatement, world: World) -> str | None:
    """The way back; partitions keep what a key of their own has asked, from version 18 on."""
    place = Identity("table", column.schema, column.table)
    if set_.undo is None or not partitioned.is_partitioned(place, world):
        return set_.undo
    parts = (world.old.get(each) for each in world.lineage.descendants(column.identity))
    loose = [each for each in parts if isinstance(each, Column) and not each.not_null]
    return ";\n".join(
        [
            set_.undo,
            *(
                f"ALTER TABLE {qualified(each.schema, each.table)}"
                f" ALTER COLUMN {quote(each.name)} DROP NOT NULL"
                for each in loose
            ),
        ]
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
