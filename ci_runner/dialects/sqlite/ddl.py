"""Turn the difference of two SQLite schemas into statements, in an order that works."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.rebuild import (
    column_sql,
    constraints,
    create_table,
    is_plain,
    rebuild,
)
from ci_runner.dialects.sqlite.tokens import mentions, quote, tokenize
from ci_runner.schema.diff import diff
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import (
    Column,
    Identity,
    Index,
    Schema,
    Table,
    Trigger,
    View,
)

Dependent = Index | View | Trigger


def create(schema: Schema) -> tuple[PlannedStatement, ...]:
    """Statements that make `schema` in an empty database."""
    return plan(Schema("sqlite"), schema)


def plan(old: Schema, new: Schema) -> tuple[PlannedStatement, ...]:
    """Statements, in order, that turn `old` into `new`; empty when they are equal."""
    if not diff(old, new):
        return ()
    before = {table.name: table for table in old.of_type(Table)}
    after = {table.name: table for table in new.of_type(Table)}
    gone = [table for name, table in before.items() if name not in after]
    changed: list[PlannedStatement] = []
    touched = {table.name.lower() for table in gone}
    replaced = {table.name for table in gone}
    for name in sorted(before.keys() & after.keys()):
        steps = tuple(_alter(old, new, before[name], after[name]))
        if steps:
            touched.add(name.lower())
        if any(step.sql.startswith("DROP TABLE") for step in steps):
            replaced.add(name)
        changed += steps
    again = _dropped(old, new, touched)
    kept = [each for each in _dependents(old) if each.identity not in again]
    have = {each.identity for each in kept if _home(each) not in replaced}
    statements = [_drop(each) for each in _dependents(old) if each.identity in again]
    statements += [_drop_table(table) for table in gone]
    statements += changed
    statements += [
        PlannedStatement(
            create_table(new, table, name),
            f"Create table {name}",
            table.identity,
            undo=f"DROP TABLE {quote(name)}",
        )
        for name, table in after.items()
        if name not in before
    ]
    statements += [_create(each) for each in _dependents(new)[::-1] if each.identity not in have]
    if changed or gone:
        first = PlannedStatement(
            "PRAGMA defer_foreign_keys = ON",
            "Check foreign keys only at the end of the transaction",
            statements[0].object,
        )
        statements.insert(0, first)
    return tuple(statements)


def _dependents(schema: Schema) -> list[Dependent]:
    """Triggers, views and indexes, dependents first: the order in which they can be dropped."""
    views = list(schema.of_type(View))
    by_identity = {view.identity: view for view in views}
    try:
        order = ordered(tuple(by_identity), schema.dependencies)
    except CycleError:
        # Names are all we have: a column called like a view may look like a cycle.
        order = tuple(by_identity)
    return [
        *schema.of_type(Trigger),
        *(by_identity[identity] for identity in reversed(order)),
        *schema.of_type(Index),
    ]


def _home(each: Dependent) -> str:
    return "" if isinstance(each, View) else each.table


def _dropped(old: Schema, new: Schema, touched: set[str]) -> set[Identity]:
    """What of `old` has to go first: gone, changed, or reading what is about to change."""
    names = set(touched)
    found: set[Identity] = set()
    dependents = _dependents(old)
    size = -1
    while size != len(found):
        size = len(found)
        for each in dependents:
            mine = each.identity in found
            changed = new.get(each.identity) != each
            reads = not isinstance(each, Index) and mentions(tokenize(each.definition), names)
            if not mine and (changed or reads):
                found.add(each.identity)
                if isinstance(each, View):
                    names.add(each.name.lower())
    return found


def _drop(each: Dependent) -> PlannedStatement:
    kind = each.identity.kind
    return PlannedStatement(
        f"DROP {kind.upper()} {quote(each.name)}",
        f"Drop {kind} {each.name}",
        each.identity,
        undo=each.definition,
    )


def _create(each: Dependent) -> PlannedStatement:
    kind = each.identity.kind
    unique = isinstance(each, Index) and each.unique
    hazard = f"Fails when rows of {_home(each)} are equal in {', '.join(_keys(each))}."
    return PlannedStatement(
        each.definition,
        f"Create {kind} {each.name}",
        each.identity,
        undo=f"DROP {kind.upper()} {quote(each.name)}",
        hazards=(hazard,) if unique else (),
    )


def _keys(each: Dependent) -> tuple[str, ...]:
    return each.keys if isinstance(each, Index) else ()


def _drop_table(table: Table) -> PlannedStatement:
    return PlannedStatement(
        f"DROP TABLE {quote(table.name)}",
        f"Drop table {table.name}",
        table.identity,
        destructive=True,
        hazards=(f"All rows of {table.name} are lost.",),
    )


def _alter(old: Schema, new: Schema, before: Table, after: Table) -> Iterator[PlannedStatement]:
    """ALTER TABLE where SQLite's can do it, else the rebuild; nothing when nothing changed."""
    mine = {column.name: column for column in before.columns}
    theirs = {column.name: column for column in after.columns}
    added = [column for name, column in theirs.items() if name not in mine]
    lost = [column for name, column in mine.items() if name not in theirs]
    same_rules = constraints(old, before.name) == constraints(new, after.name)
    same_columns = all(theirs[name] == mine[name] for name in mine.keys() & theirs.keys())
    reordered = [*(name for name in mine if name in theirs), *(each.name for each in added)]
    order_shows = reordered != list(theirs) and _order_shows(old, new, after.name)
    same = same_rules and same_columns and before.options == after.options and not order_shows
    if same and not added and not lost:
        return
    can_add = all(_can_add(column) for column in added)
    can_drop = all(_can_drop(old, new, column) for column in lost)
    if not (same and can_add and can_drop):
        yield from rebuild(old, new, after)
        return
    table = quote(after.name)
    for column in added:
        yield PlannedStatement(
            f"ALTER TABLE {table} ADD COLUMN {column_sql(column, after.options)}",
            f"Add column {column.name} to table {after.name}",
            column.identity,
            undo=f"ALTER TABLE {table} DROP COLUMN {quote(column.name)}",
        )
    for column in lost:
        yield PlannedStatement(
            f"ALTER TABLE {table} DROP COLUMN {quote(column.name)}",
            f"Drop column {column.name} of table {after.name}",
            column.identity,
            destructive=True,
            hazards=(f"The values of {after.name}.{column.name} are lost.",),
        )


def _order_shows(old: Schema, new: Schema, table: str) -> bool:
    """Whether a view that changes reads the table: SELECT * shows the order of its columns."""
    return any(
        old.get(view.identity) != view and mentions(tokenize(view.definition), {table.lower()})
        for view in new.of_type(View)
    )


def _can_add(column: Column) -> bool:
    """The limits of ADD COLUMN: sqlite.org/lang_altertable.html, section 5."""
    default = column.default
    if column.generated_kind:
        return column.generated_kind == "virtual" and not column.not_null
    if default is not None and (not is_plain(default) or default.upper().startswith("CURRENT_")):
        return False
    return not column.not_null or (default is not None and default.upper() != "NULL")


def _can_drop(old: Schema, new: Schema, column: Column) -> bool:
    """DROP COLUMN refuses what a key, a check, an index or a generated column still uses."""
    texts = [each.definition for each in constraints(old, column.table)]
    texts += [index.definition for index in new.of_type(Index) if index.table == column.table]
    table = old.table("", column.table)
    texts += [each.generated or "" for each in (table.columns if table else ())]
    return not any(mentions(tokenize(text), {column.name.lower()}) for text in texts)
