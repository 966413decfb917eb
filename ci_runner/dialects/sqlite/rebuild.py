"""Write CREATE TABLE, and the rebuild for changes that ALTER TABLE can't make.

The procedure is that of sqlite.org/lang_altertable.html, section 7. The new table is filled under
another name, the old one dropped, the new one renamed: other tables' references to the old name
are never rewritten, because the table that is renamed is one that nothing references.
"""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.tokens import quote, tokenize
from ci_runner.schema.model import (
    Check,
    Column,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)


def constraints(schema: Schema, table: str) -> tuple[Constraint, ...]:
    """The constraints of one table, by identity."""
    return tuple(
        each
        for each in schema.objects
        if isinstance(each, PrimaryKey | Unique | Check | ForeignKey) and each.table == table
    )


def create_table(schema: Schema, table: Table, name: str) -> str:
    """CREATE TABLE for `table`, under `name`."""
    inline = "AUTOINCREMENT" in table.options
    lines = []
    for column in table.columns:
        line = column_sql(column, table.options)
        if inline:
            line += _autoincrement(schema, column)
        lines.append(line)
    lines += [
        each.definition
        for each in constraints(schema, table.name)
        if not (inline and isinstance(each, PrimaryKey))
    ]
    suffix = ", ".join(word for word in table.options if word in {"STRICT", "WITHOUT ROWID"})
    body = ",\n".join(f"  {line}" for line in lines)
    return f"CREATE TABLE {quote(name)} (\n{body}\n)" + (f" {suffix}" if suffix else "")


def _autoincrement(schema: Schema, column: Column) -> str:
    # AUTOINCREMENT is only allowed on a column's own PRIMARY KEY: sqlite.org/autoinc.html
    for each in constraints(schema, column.table):
        if isinstance(each, PrimaryKey) and each.columns[0].lower() == column.name.lower():
            label, _, conflict = each.definition.partition("PRIMARY KEY")
            label = f"{label.strip()} " if label.strip() else ""
            return f" {label}PRIMARY KEY{conflict.partition(')')[2]} AUTOINCREMENT"
    return ""


def column_sql(column: Column, options: tuple[str, ...] = ()) -> str:
    """One column as CREATE TABLE and ADD COLUMN take it."""
    parts = [quote(column.name)]
    if column.type:
        parts.append(column.type)
    if column.not_null:
        prefix = f"{column.name.lower()}: "
        words = (option for option in options if option.startswith(prefix))
        parts.append(next(words, f"{prefix}NOT NULL").removeprefix(prefix))
    if column.default is not None:
        parts.append(
            f"DEFAULT {column.default if is_plain(column.default) else f'({column.default})'}"
        )
    if column.collation:
        parts.append(f"COLLATE {quote(column.collation)}")
    if column.generated_kind:
        parts.append(f"AS ({column.generated}) {column.generated_kind.upper()}")
    return " ".join(parts)


def is_plain(default: str) -> bool:
    """Whether DEFAULT takes it without parentheses: a literal, signed or not, or one word."""
    tokens = tokenize(default)
    signed = len(tokens) == 2 and tokens[0].word in {"+", "-"} and tokens[1].kind == "number"
    return len(tokens) == 1 or signed


def rebuild(old_schema: Schema, new_schema: Schema, table: Table) -> Iterator[PlannedStatement]:
    """Replace a table by its new form, keeping the rows of the columns that both have."""
    old = old_schema.table("", table.name)
    if old is None:
        return
    identity, name = table.identity, f"_schema_ci_new_{table.name}"
    before = {column.name.lower(): column for column in old.columns}
    common = [
        column
        for column in table.columns
        if column.name.lower() in before and not column.generated_kind
    ]
    hazards, values = [f"Copies every row of {table.name} while nobody else can write."], []
    for column in common:
        value = quote(column.name)
        was = before[column.name.lower()]
        if column.not_null and not was.not_null:
            hazards.append(
                f"Fails when {table.name}.{column.name} holds NULL; to find such rows: "
                f"SELECT * FROM {quote(table.name)} WHERE {value} IS NULL"
            )
            if column.default is not None:
                value = f"coalesce({value}, {column.default})"
        values.append(value)
    for column in table.columns:
        added = column.name.lower() not in before and not column.generated_kind
        if added and column.not_null and column.default is None:
            hazards.append(
                f"Fails when {table.name} has rows: {column.name} is NOT NULL without a default; "
                f"to find such rows: SELECT * FROM {quote(table.name)}"
            )
    hazards.append(
        "With foreign_keys = ON the drop of the old table runs ON DELETE actions of tables that "
        "reference it; set foreign_keys = OFF before the transaction."
    )
    kept = {column.name.lower() for column in table.columns}
    lost = [column.name for key, column in before.items() if key not in kept]
    yield PlannedStatement(
        create_table(new_schema, table, name),
        f"Create the new form of table {table.name}",
        identity,
    )
    if common:
        columns = ", ".join(quote(column.name) for column in common)
        yield PlannedStatement(
            f"INSERT INTO {quote(name)} ({columns}) SELECT {', '.join(values)} "
            f"FROM {quote(table.name)}",
            f"Copy the rows of table {table.name}",
            identity,
            hazards=tuple(hazards),
        )
    if "AUTOINCREMENT" in old.options and "AUTOINCREMENT" in table.options:
        yield from _keep_sequence(table, name)
    gone = f", with column {', '.join(lost)}" if lost else ""
    yield PlannedStatement(
        f"DROP TABLE {quote(table.name)}",
        f"Drop the old form of table {table.name}{gone}",
        identity,
        destructive=bool(lost) or not common,
    )
    yield PlannedStatement(
        f"ALTER TABLE {quote(name)} RENAME TO {quote(table.name)}",
        f"Put the new form of table {table.name} in its place",
        identity,
    )


def _keep_sequence(table: Table, name: str) -> Iterator[PlannedStatement]:
    ours, theirs = (text.replace("'", "''") for text in (name, table.name))
    summary = f"Keep the AUTOINCREMENT counter of table {table.name}"
    yield PlannedStatement(
        f"DELETE FROM sqlite_sequence WHERE name = '{ours}'", summary, table.identity
    )
    yield PlannedStatement(
        f"INSERT INTO sqlite_sequence (name, seq) "
        f"SELECT '{ours}', seq FROM sqlite_sequence WHERE name = '{theirs}'",
        summary,
        table.identity,
    )
