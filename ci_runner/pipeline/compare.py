"""Compare two schemas on agreed terms: select, rename, plan, ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ci_runner.dialects.base import Connection, Dialect
from ci_runner.frozen import frozen
from ci_runner.migrations.plan import Plan, make_plan
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.questions import Question, asked, questions
from ci_runner.pipeline.renames import dropped, renamed
from ci_runner.schema.model import Identity, Schema, Table
from ci_runner.schema.select import select

_SOME = 8
_LEFT = {
    "grant": "grants",
    "default privileges": "default privileges",
    "owner": "owners of objects",
    "column order": "the order of columns",
}


@frozen
class Compared:
    """The plan that leads from one schema to the other, and what it leaves open.

    `unmanaged` and `left_out` are of both sides: what no version of this plan looks at, and what
    the user did not want to be looked at; `kinds_left` are kinds of rights that options leave out
    and that differ; `idle` are patterns that match nothing. `remark` says
    what the proof could not see, "" where it saw all.
    """

    plan: Plan = Plan(())
    questions: tuple[Question, ...] = ()
    unmanaged: tuple[Identity, ...] = ()
    left_out: tuple[Identity, ...] = ()
    idle: tuple[str, ...] = ()
    kinds_left: tuple[str, ...] = ()
    remark: str = ""


def compare(
    connection: Connection, dialect: Dialect, old: Schema, goal: Schema, terms: Terms
) -> Compared:
    """`connection` is to a database that has the schema `old`, and is left as it was.

    Raises UsageError for renames that fit neither side, InternalError where no plan can be made.
    """
    sides = select(old, goal, terms.selection, keep=dialect.rebuilds)
    answered = dropped(dialect, sides.old, terms.declared)
    change = renamed(connection, dialect, sides.old, sides.new, terms.declared)
    start = sides.old
    if change.statements:
        start = select(change.schema, goal, terms.selection, keep=dialect.rebuilds).old
    plan = make_plan(dialect, start, sides.new, terms.options)
    open_questions = questions(dialect, start, sides.new, answered)
    statements = asked(plan.statements, start, open_questions)
    unmanaged = tuple(sorted({*sides.old.unmanaged, *sides.new.unmanaged}))
    return Compared(
        Plan((*change.statements, *statements)),
        open_questions,
        unmanaged,
        sides.left_out,
        sides.idle,
        kinds_left(sides.old, sides.new, terms.options.leave),
    )


def kinds_left(reached: Schema, goal: Schema, leave: Collection[str]) -> tuple[str, ...]:
    """What options leave out of the comparison, where the sides differ in it."""
    return tuple(
        named for kind, named in _LEFT.items() if kind in leave and _differ(kind, reached, goal)
    )


def _differ(kind: str, reached: Schema, goal: Schema) -> bool:
    if kind == "column order":
        return reached.dialect == "mysql" and _are_moved(reached, goal)
    mine, theirs = (
        {each for each in side.objects if each.identity.kind == kind} for side in (reached, goal)
    )
    return mine != theirs


def _are_moved(reached: Schema, goal: Schema) -> bool:
    """Whether columns that both sides have stand in another order in one of the tables."""
    for table in goal.of_type(Table):
        before = reached.table(table.schema, table.name)
        mine = [column.name for column in before.columns] if before else []
        theirs = [column.name for column in table.columns]
        if [each for each in mine if each in theirs] != [each for each in theirs if each in mine]:
            return True
    return False


def left_out_said(left_out: Sequence[Identity], terms: Terms) -> str:
    """What was not compared by request, counted and some of it named; "" where nothing was."""
    if not left_out:
        return ""
    listed = ", ".join(str(each) for each in left_out[:_SOME])
    more = f" and {len(left_out) - _SOME} more" if len(left_out) > _SOME else ""
    noun = "object is" if len(left_out) == 1 else "objects are"
    return (
        f"{len(left_out)} {noun} not compared by request ({terms.selection.written}):"
        f" {listed}{more}"
    )
