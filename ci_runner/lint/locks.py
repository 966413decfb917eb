"""Which locks statements take on tables that running clients know, and until when.

The dev database tells where a statement was run, its text where it was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    AttachPartition,
    Cluster,
    CreateIndex,
    CreateObject,
    CreateTable,
    Data,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    LockTable,
    Refresh,
    Reindex,
    RenameColumn,
    RenameTable,
    SetNotNull,
    Target,
    Transaction,
    Vacuum,
    ValidateConstraint,
)
from ci_runner.frozen import frozen
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Review
from ci_runner.migrations.history import Step
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Identity

# The manual's order of strength: Explicit Locking, table 13.2.
STRENGTH = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"
# sql-altertable.html: all other forms take ACCESS EXCLUSIVE.
_LIGHT_ACTIONS = {
    "AT_SetStatistics": "SHARE UPDATE EXCLUSIVE",
    "AT_SetOptions": "SHARE UPDATE EXCLUSIVE",
    "AT_ResetOptions": "SHARE UPDATE EXCLUSIVE",
    "AT_SetRelOptions": "SHARE UPDATE EXCLUSIVE",
    "AT_ResetRelOptions": "SHARE UPDATE EXCLUSIVE",
    "CLUSTER ON": "SHARE UPDATE EXCLUSIVE",
    "AT_DropCluster": "SHARE UPDATE EXCLUSIVE",
}


@frozen
class Held:
    """One statement and the locks that it takes. `ends` is whether nothing is held behind it."""

    step: Step
    takes: Mapping[Identity, str]
    ends: bool


_held = quickly(Held)


def at_least(mode: str, other: str) -> bool:
    return STRENGTH.index(mode) >= STRENGTH.index(other)


def held(review: Review) -> Iterator[Held]:
    """Every statement in order."""
    ending = set(map(id, review.doing(Transaction)))
    for step, touches in review.statements():
        takes = _seen(review, step) if ran(step) else _told(touches)
        yield _held(step, takes, id(step) in ending)


def piled(
    review: Review, wanted: Callable[[Identity, str], bool]
) -> Iterator[tuple[Held, Mapping[Identity, str]]]:
    """Every statement, and the `wanted` locks that its transaction held before it.

    They pile up until it ends: the map is good until the next statement.
    """
    pile: dict[Identity, str] = {}
    path = ""
    for each in review.once(held):
        if not each.step.transactional or each.step.statement.path != path:
            pile.clear()
        path = each.step.statement.path
        yield each, pile
        for table, mode in each.takes.items():
            if wanted(table, mode):
                pile[table] = max(mode, pile.get(table, mode), key=STRENGTH.index)
        if each.ends:
            pile.clear()


def exclusive(_: Identity, mode: str) -> bool:
    """For `piled`: what keeps everybody from a table."""
    return mode == ACCESS_EXCLUSIVE


def _seen(review: Review, step: Step) -> dict[Identity, str]:
    found: dict[Identity, str] = {}
    known = review.base.by_identity
    for lock in step.observed.locks:
        if lock.relation.kind in {"table", "materialized view"} and lock.relation in known:
            mode = found.get(lock.relation, lock.mode)
            found[lock.relation] = max(mode, lock.mode, key=STRENGTH.index)
    return found


def _told(touches: tuple[Touch[Effect], ...]) -> dict[Identity, str]:
    found: dict[Identity, str] = {}
    for touch in touches:
        mode = of(touch.operation)
        if touch.known and mode and touch.table.kind == "table":
            found[touch.table] = max(mode, found.get(touch.table, mode), key=STRENGTH.index)
    return found


def of(operation: Effect) -> str:  # noqa: PLR0911 - one return per lock
    """The lock that an operation takes on its table; "" where it takes none worth a word."""
    match operation:
        case (
            AddConstraint(kind="foreign key") | CreateObject(kind="trigger" | "constraint trigger")
        ):
            return "SHARE ROW EXCLUSIVE"
        case AlterTable(action=action):
            trigger = "TRIGGER" in action
            usual = "SHARE ROW EXCLUSIVE" if trigger else ACCESS_EXCLUSIVE
            return _LIGHT_ACTIONS.get(action, usual)
        case ValidateConstraint() | AttachPartition() | Vacuum(full=False):
            return "SHARE UPDATE EXCLUSIVE"
        case CreateIndex(concurrently=concurrently) | DetachPartition(concurrently=concurrently):
            stronger = "SHARE" if isinstance(operation, CreateIndex) else ACCESS_EXCLUSIVE
            return "SHARE UPDATE EXCLUSIVE" if concurrently else stronger
        case DropIndex(concurrently=True) | Reindex(concurrently=True):
            return "SHARE UPDATE EXCLUSIVE"
        case Reindex():
            return "SHARE"
        case Refresh(concurrently=True):
            return "EXCLUSIVE"
        case LockTable(mode=mode):
            return mode if mode in STRENGTH else "ROW SHARE"
        case Data(verb=verb):
            return ACCESS_EXCLUSIVE if verb == "TRUNCATE" else "ROW EXCLUSIVE"
        case _:
            return ACCESS_EXCLUSIVE if isinstance(operation, _STRONGEST) else ""


_STRONGEST = (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    Cluster,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Refresh,
    RenameColumn,
    RenameTable,
    SetNotNull,
    Vacuum,
)


def parents(review: Review, touches: tuple[Touch[Effect], ...]) -> list[Identity]:
    """Known tables that a new table's foreign keys refer to."""
    made = {touch.operation.table for touch in touches if isinstance(touch.operation, CreateTable)}
    found: list[Identity] = []
    for touch in touches:
        added = touch.operation
        if isinstance(added, AddConstraint) and added.references and added.table in made:
            identity = known_table(review, added.references)
            if identity is not None and added.references != added.table:
                found.append(identity)
    return list(dict.fromkeys(found))


def known_table(review: Review, name: Target) -> Identity | None:
    """The table of that name if running clients know it."""
    for schema in (name.schema,) if name.schema else (review.default_schema,):
        identity = Identity("table", schema, name.name)
        fresh = identity in review.made
        if identity in review.base.by_identity or not (review.base_known or fresh):
            return identity
    return None
