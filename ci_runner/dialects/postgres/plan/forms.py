"""The parts of a change that lets readers and writers go on, and what all of its kinds share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from zlib import crc32

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World, relation
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.frozen import frozen
from ci_runner.schema.model import Check, ForeignKey, Identity

_LONGEST_NAME = 63
# What runs outside of a transaction shows nobody its locks: postgresql.org, explicit-locking.
BESIDE_WRITERS = "SHARE UPDATE EXCLUSIVE"


@frozen
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


def failures(statement: PlannedStatement) -> tuple[str, ...]:
    """Those of its hazards that are about rows, and hold in every form."""
    return tuple(each for each in statement.hazards if each.startswith("fails "))


def validations(statements: Statements, *, undo: str | None = "") -> Statements:
    """`undo` is more than nothing where the constraint stood there unproven."""
    return tuple(
        replace(
            each,
            apart=True,
            undo=undo,
            hazards=("reads the table while others read and write", *failures(each)),
        )
        for each in statements
    )


def unproven(each: Check | ForeignKey, world: World) -> Form:
    """Added for new rows at once; the old ones are checked while everybody works."""
    added = replace(each, definition=f"{each.definition} NOT VALID", valid=False)
    kind = kind_of(each)
    return Form(kind.create(added), validations=validations(kind.alter(added, each, world) or ()))


def free_relation(schema: str, name: str, work: Work) -> str:
    """The name itself where no relation has it, else one that none has before and after."""
    if relation(schema, name) not in work.names_before:
        return name
    taken = work.names_before | work.names_after
    return _free(name, "__new", lambda each: relation(schema, each) in taken)


def free_constraint(table: Identity, stem: str, end: str, world: World) -> str:
    """A name that nothing on the table has, before and after."""
    taken = {
        each.identity.name
        for side in (world.old, world.new)
        for each in (*side.objects, *(copy.object for copy in side.copies))
        if (each.identity.schema, each.identity.parent) == (table.schema, table.name)
    }
    return _free(stem, end, taken.__contains__)


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
