"""Follow tables through the new files: which of them running clients know, and under what name.

A table that the change itself creates is nobody's yet. One that it renames keeps its rows, and a
new one that takes over a known name (SQLite's rebuild, a swap) counts as the known one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

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
    DropObject,
    DropTable,
    LockTable,
    Refresh,
    Reindex,
    RenameColumn,
    RenameObject,
    RenameTable,
    SearchPath,
    SetNotNull,
    Target,
    Vacuum,
    ValidateConstraint,
)
from ci_runner.frozen import frozen
from ci_runner.lint.effects import Effect, Rewrite, effects
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity, Index, Schema, Table
from ci_runner.schema.views import MaterializedView
from ci_runner.schema.virtual import VirtualTable

E_co = TypeVar("E_co", bound=Effect, covariant=True)

# errcodes-appendix.html: undefined_table, invalid_schema_name; then MySQL's unknown database,
# access to another database and to a table of it, unknown table of a DROP, no such table.
_NO_SUCH_TABLE = frozenset({"42P01", "3F000", "1044", "1049", "1051", "1142", "1146"})
_UPON = (
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
    DropObject,
    DropTable,
    LockTable,
    Refresh,
    RenameColumn,
    RenameObject,
    RenameTable,
    SetNotNull,
    Vacuum,
    ValidateConstraint,
    Rewrite,
)


# What may give a table another name, or make another one the table of a name.
_MOVING = frozenset(
    {
        AlterTable,
        CreateIndex,
        CreateObject,
        CreateTable,
        DropTable,
        RenameTable,
        SearchPath,
    }
)


@frozen
class Touch(Generic[E_co]):
    """One operation of one statement on one table.

    `table` is its full name at that time, NOWHERE for operations on none; `known` tells whether
    running clients know it, under whatever name.
    """

    step: Step
    operation: E_co
    table: Identity
    known: bool


NOWHERE = Identity("", "", "")


def tables(schema: Schema) -> frozenset[Identity]:
    """Whatever can be the table of an operation, partitions and foreign tables included."""
    return frozenset(
        Identity("table", each.schema, each.name)
        for each in (
            *(table.identity for table in schema.of_type(Table)),
            *(view.identity for view in schema.of_type(MaterializedView)),
            *(table.identity for table in schema.of_type(VirtualTable)),
        )
    )


def follow(
    steps: Sequence[Step], base: Schema, default_schema: str, *, base_known: bool
) -> tuple[Touch[Effect], ...]:
    """Every operation in order. `base_known` False: whatever the files do not create is known."""
    return tuple(_Follower(base, default_schema, base_known=base_known).touches(steps))


def watched(step: Step, table: Identity) -> bool:
    """Whether the dev database could show what a statement did to `table`."""
    return step.executed and step.failure is None and table in step.before.by_identity


def _did_nothing(operation: Effect, step: Step, table: Identity, *, folded: bool) -> bool:
    """IF [NOT] EXISTS that found it so already. `folded` is whether names know no case."""
    if not watched(step, table):
        return False
    match operation:
        case AddColumn(column=column) | AddConstraint(inline=True, columns=(column, *_)):
            return _has(step, table, column, folded=folded)
        case DropColumn(column=column):
            return not _has(step, table, column, folded=folded)
        case CreateIndex(if_not_exists=True):
            return not step.observed.changes
        case _:
            return False


def _has(step: Step, table: Identity, column: str, *, folded: bool) -> bool:
    if not folded:
        return Identity("column", table.schema, column, table.name) in step.before.by_identity
    found = step.before.get(table)
    names = found.columns if isinstance(found, Table) else ()
    return any(each.name.lower() == column.lower() for each in names)


class _Follower:
    """`now` holds what the files changed about a name; `left` are known names that came free."""

    def __init__(self, base: Schema, default_schema: str, *, base_known: bool) -> None:
        self.base = base
        self.base_known = base_known
        self.default = default_schema
        self.path: tuple[str, ...] = (default_schema,)
        self.known = tables(base)
        self.folded = {str(each).lower(): each for each in self.known}
        self.now: dict[Identity, bool] = {}
        self.left: set[Identity] = set()
        self.shadows: set[Identity] = set()
        self.made: set[Identity] = set()

    def touches(self, steps: Sequence[Step]) -> Iterator[Touch[Effect]]:
        for step in steps:
            done = effects(step)
            created = {each.table for each in done if isinstance(each, CreateTable)}
            for operation in done:
                table = self._table(operation, step)
                # IF NOT EXISTS or a failure: the constraints of a CREATE TABLE are never added.
                within = isinstance(operation, AddConstraint) and operation.table in created
                idle = within or _did_nothing(operation, step, table, folded=not self.default)
                known = not idle and self._touches_known(operation, table, step)
                yield Touch(step, operation, table, known)
                if type(operation) in _MOVING:
                    self._apply(operation, table)

    def _touches_known(self, operation: Effect, table: Identity, step: Step) -> bool:
        if isinstance(operation, DropIndex | Reindex):
            return table != NOWHERE and (table.kind != "table" or self._is_known(table))
        return table != NOWHERE and (self._is_known(table) or self._is_missed(table, step))

    def _is_missed(self, table: Identity, step: Step) -> bool:
        """Whether a statement fails for want of a table that no file makes.

        It may be one that was made by hand, so the text is judged as if clients knew it.
        """
        wanting = step.failure is not None and step.failure.code in _NO_SUCH_TABLE
        return wanting and table not in self.now and table not in step.before.by_identity

    def _is_known(self, table: Identity) -> bool:
        return self.now.get(table, table in self.known or not self.base_known)

    def _table(self, operation: Effect, step: Step) -> Identity:
        if isinstance(operation, (*_UPON, DropIndex)) and operation.table is not None:
            return self._named(operation.table, step, "table")
        if isinstance(operation, Reindex) and operation.kind == "table":
            return self._named(operation.name, step, "table")
        if isinstance(operation, DropIndex) or (
            isinstance(operation, Reindex) and operation.kind == "index"
        ):
            named = operation.index if isinstance(operation, DropIndex) else operation.name
            index = self._named(named, step, "index")
            found = self.base.get(index)
            if isinstance(found, Index):
                return Identity("table", found.schema, found.table)
            return NOWHERE if self.base_known or index in self.made else index
        return NOWHERE

    def _named(self, target: Target, step: Step, kind: str) -> Identity:
        """`target` with its schema: the first of the search path that holds it, else the first."""
        if not self.default:
            bare = Identity(kind, "", target.name)
            return self.folded.get(str(bare).lower(), bare)
        if target.schema:
            return Identity(kind, target.schema, target.name)
        here = [Identity(kind, schema, target.name) for schema in self.path]
        holds = (each for each in here if each in self.now or each in step.before.by_identity)
        return next(holds, next((each for each in here if each in self.known), here[0]))

    def _apply(self, operation: Effect, table: Identity) -> None:
        match operation:
            case SearchPath(schemas):
                named = tuple(each for each in schemas if each and each != "$user")
                self.path = named or (self.default,)
            case CreateTable(temporary=True):
                self.shadows.add(table)
                self.now[table] = False
            case CreateObject(kind="materialized view", name=view) if not self.base_known:
                self.now[Identity("table", view.schema or self.path[0], view.name)] = False
            case CreateTable():
                if not (self.base_known and self._is_known(table)):
                    self.now[table] = False
            case DropTable() if table in self.shadows:
                self.shadows.remove(table)
                del self.now[table]
            case DropTable():
                self._free(table)
            case RenameTable(to=to):
                self._move(table, Identity("table", table.schema, to))
            case AlterTable(action="SET SCHEMA", value=to):
                self._move(table, Identity("table", to, table.name))
            case CreateIndex(name=name):
                self.made.add(Identity("index", table.schema, name))
            case _:
                pass

    def _move(self, table: Identity, new: Identity) -> None:
        new = new if self.default else self.folded.get(str(new).lower(), new)
        known = self._is_known(table)
        self._free(table)
        self.now[new] = known or new in self.left

    def _free(self, table: Identity) -> None:
        if self._is_known(table):
            self.left.add(table)
        self.now[table] = False
