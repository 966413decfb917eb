"""What of a schema statements can change, by their texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ci_runner.dialects.mysql.parse.statement import parse
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    Data,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropObject,
    DropTable,
    LockTable,
    Operation,
    Other,
    RenameColumn,
    RenameTable,
    Repeated,
    SetNotNull,
    Transaction,
)

# FLUSH is not among them: it can set the server's counts back.
_HARMLESS = frozenset(
    """( ANALYZE CHECK CHECKSUM COMMIT DEALLOCATE DESC DESCRIBE DO EXPLAIN GET HANDLER HELP
    KILL LOAD LOCK PREPARE RELEASE ROLLBACK SAVEPOINT SELECT SET SHOW SIGNAL TABLE UNLOCK USE VALUES
    XA""".split()
)
# Clauses that say the name of a second table.
_OF_TWO = frozenset({"CONVERT", "EXCHANGE"})


Word = tuple[Literal["view", "key"], str]  # how something rests on a name, in lower case


@dataclass(slots=True)
class Touched:
    """The names of what may be another thing now; relations are tables, views and sequences.

    Of the `felt` ones others may read otherwise too, by how they rest on it: as a view of what is
    gone or has come, or as a key to what has another name. `triggers` are dropped ones, named
    without their table.
    """

    relations: set[str] = field(default_factory=set)
    felt: set[Word] = field(default_factory=set)
    routines: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    triggers: set[str] = field(default_factory=set)
    commands: int = 0


def touched(statements: Iterable[str]) -> Touched | None:
    """What all of them can change, and by how many commands; None where a text does not say it."""
    found = Touched()
    for sql in statements:
        changes = [each for each in parse(sql) if not _is_harmless(each)]
        found.commands += bool(changes)
        if not all(_takes(found, each) for each in changes):
            return None
    # A name that is none to us: one in double quotes, under ANSI_QUOTES.
    unread = {""} & (found.relations | found.routines | found.events | found.triggers)
    return None if unread else found


def _is_harmless(operation: Operation) -> bool:
    match operation:
        case Transaction() | LockTable() | Repeated():
            return True
        case Data(verb=verb):
            return verb != "TRUNCATE"
        case Other(what):
            return what in _HARMLESS
        case _:
            return False


def _takes(found: Touched, operation: Operation) -> bool:
    """Whether it could be taken to what was `found`."""
    match operation:
        case AlterTable(action=action) if action.split(" ")[0] in _OF_TWO:
            return False
        case (
            AddConstraint(table=table)
            | AlterColumnType(table=table)
            | AlterTable(table=table)
            | CreateIndex(table=table)
            | DropConstraint(table=table)
            | SetNotNull(table=table)
        ):
            found.relations.add(table.name)
        case Data(table=table) | DropIndex(table=table) if table:
            found.relations.add(table.name)
        case AddColumn(table=table) | DropColumn(table=table) | CreateView(view=table):
            _viewed(found, table.name)
        case CreateTable(table=table) | DropTable(table=table) | RenameColumn(table=table):
            _renamed(found, table.name)
        case RenameTable(table=table, to=to):
            _renamed(found, table.name)
            _renamed(found, to)
        case CreateObject(kind="trigger", table=table) if table:
            found.relations.add(table.name)
        case CreateObject(kind=kind, name=name) | DropObject(kind=kind, name=name):
            return _takes_object(found, kind, name.name)
        case _:
            return False
    return True


def _viewed(found: Touched, name: str) -> None:
    found.relations.add(name)
    found.felt.add(("view", name.lower()))


def _renamed(found: Touched, name: str) -> None:
    _viewed(found, name)
    found.felt.add(("key", name.lower()))


def _takes_object(found: Touched, kind: str, name: str) -> bool:
    match kind:
        case "view" | "sequence":
            _viewed(found, name)
        case "function" | "procedure":
            found.routines.add(name)
            found.felt.add(("view", name.lower()))
        case "event":
            found.events.add(name)
        case "trigger":
            found.triggers.add(name)
        case _:
            return False
    return True
