"""Write CREATE TABLE, and the rebuild for changes that ALTER TABLE can't make.

The procedure is that of sqlite.org/lang_altertable.html, section 7. The new table is filled under
another name, the old one dropped, the new one renamed: other tables' references to the old name
are never rewritten, because the table that is renamed is one that nothing references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite import hazards
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.tokens import RESERVED, quote, tokenize
from ci_runner.schema.model import Column, Constraint, PrimaryKey, Table

_INLINE = {"AUTOINCREMENT", "INTEGER PRIMARY KEY DESC"}
_PLAIN_TYPE = re.compile(r"[A-Z_][A-Z0-9_]*(?: [A-Z_][A-Z0-9_]*)*(?:\([+-]?\d+(?:, [+-]?\d+)?\))?")


def create_table(catalogue: Catalogue, table: Table, name: str) -> str:
    """CREATE TABLE for `table`, under `name`."""
    rules = catalogue.constraints(table.name)
    inline = not _INLINE.isdisjoint(table.options)
    lines = []
    for column in table.columns:
        line = column_sql(column, table.options)
        if inline:
            line += _inline_key(rules, column, table.options)
        lines.append(line)
    lines += [each.definition for each in rules if not (inline and isinstance(each, PrimaryKey))]
    suffix = ", ".join(word for word in table.options if word in {"STRICT", "WITHOUT ROWID"})
    body = ",\n".join(f"  {line}" for line in lines)
    return f"CREATE TABLE {quote(name)} (\n{body}\n)" + (f" {suffix}" if suffix else "")


def _inline_key(rules: tuple[Constraint, ...], column: Column, options: tuple[str, ...]) -> str:
    # AUTOINCREMENT is only allowed on a column's own PRIMARY KEY: sqlite.org/autoinc.html
    for each in rules:
        if isinstance(each, PrimaryKey) and each.columns[0] == column.name:
            label, _, rest = each.definition.partition("PRIMARY KEY (")
            label = f"{label.strip()} " if label.strip() else ""
            order = " DESC" if "INTEGER PRIMARY KEY DESC" in options else ""
            counter = " AUTOINCREMENT" if "AUTOINCREMENT" in options else ""
            return f" {label}PRIMARY KEY{order}{rest.rpartition(')')[2]}{counter}"
    return ""


def column_sql(column: Column, options: tuple[str, ...] = ()) -> str:
    """One column as CREATE TABLE and ADD COLUMN take it."""
    parts = [quote(column.name)]
    if column.type:
        parts.append(_type_sql(column.type))
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


def _type_sql(declared: str) -> str:
    words = re.findall(r"[A-Z_0-9]+", declared)
    odd = RESERVED | {"generated", "always"}
    if _PLAIN_TYPE.fullmatch(declared) and not any(word.lower() in odd for word in words):
        return declared
    return '"' + declared.replace('"', '""') + '"'


def is_plain(default: str) -> bool:
    """Whether DEFAULT takes it without parentheses: a literal, signed or not, or one word."""
    tokens = tokenize(default)
    signed = len(tokens) == 2 and tokens[0].word in {"+", "-"} and tokens[1].kind == "number"
    return len(tokens) == 1 or signed


def rebuild(old: Catalogue, new: Catalogue, table: Table) -> Iterator[PlannedStatement]:
    """Replace a table by its new form, keeping the rows, their rowids and what both have."""
    before = old.tables[table.name.lower()]
    name = f"_schema_ci_new_{table.name}"
    while name.lower() in old.names or name.lower() in new.names:
        name += "_"
    identity, serves = table.identity, f"Rebuild table {table.name}"
    yield PlannedStatement(
        create_table(new, table, name),
        f"Create the new form of table {table.name}",
        identity,
        serves=serves,
    )
    copied = _copied(new, before, table)
    if copied:
        # A conflict clause of the new table could drop or replace rows without a word.
        silent = any("ON CONFLICT" in each.definition for each in new.constraints(table.name))
        verb = "INSERT OR ABORT" if silent or _conflicts(table) else "INSERT"
        columns, values = (", ".join(each) for each in zip(*copied, strict=True))
        yield PlannedStatement(
            f"{verb} INTO {quote(name)} ({columns}) SELECT {values} FROM {quote(before.name)}",
            f"Copy the rows of table {table.name}",
            identity,
            hazards=tuple(hazards.of_copy(old, new, before, table)),
            serves=serves,
        )
    if "AUTOINCREMENT" in before.options and "AUTOINCREMENT" in table.options:
        yield from _keep_sequence(before, table, name, serves)
    kept = {column.name.lower() for column in table.columns}
    lost = [
        column.name
        for column in before.columns
        if column.name.lower() not in kept and not column.generated_kind
    ]
    gone = f", with column {', '.join(lost)}" if lost else ""
    yield PlannedStatement(
        f"DROP TABLE {quote(before.name)}",
        f"Drop the old form of table {table.name}{gone}",
        identity,
        destructive=bool(lost) or not copied,
        serves=serves,
    )
    yield PlannedStatement(
        f"ALTER TABLE {quote(name)} RENAME TO {quote(table.name)}",
        f"Put the new form of table {table.name} in its place",
        identity,
        serves=serves,
    )


def _conflicts(table: Table) -> bool:
    return any("ON CONFLICT" in option for option in table.options)


def _copied(new: Catalogue, before: Table, table: Table) -> list[tuple[str, str]]:
    """What the new table's columns get, as (column, value); the rowid where it is no column."""
    was = {column.name.lower(): column for column in before.columns}
    pairs = []
    both = not any("WITHOUT ROWID" in each.options for each in (before, table))
    alias = new.rowid(table.name)
    source, target = _hidden_rowid(before), quote(alias) if alias else _hidden_rowid(table)
    if both and source and target and alias.lower() not in was:
        pairs.append((target, source))
    for column in table.columns:
        earlier = was.get(column.name.lower())
        if earlier is None or column.generated_kind:
            continue
        value = quote(earlier.name)
        if column.not_null and not earlier.not_null and column.default is not None:
            value = f"coalesce({value}, {column.default})"
        pairs.append((quote(column.name), value))
    return pairs


def _hidden_rowid(table: Table) -> str:
    """What the rowid is called where it is no column; "" where columns have taken all its names."""
    taken = {column.name.lower() for column in table.columns}
    return next((word for word in ("rowid", "_rowid_", "oid") if word not in taken), "")


def _keep_sequence(
    before: Table, table: Table, name: str, serves: str
) -> Iterator[PlannedStatement]:
    ours, theirs = (text.replace("'", "''") for text in (name, before.name))
    summary = f"Keep the AUTOINCREMENT counter of table {table.name}"
    yield PlannedStatement(
        f"DELETE FROM sqlite_sequence WHERE name = '{ours}'",
        summary,
        table.identity,
        serves=serves,
    )
    yield PlannedStatement(
        f"INSERT INTO sqlite_sequence (name, seq) "
        f"SELECT '{ours}', seq FROM sqlite_sequence WHERE name = '{theirs}'",
        summary,
        table.identity,
        serves=serves,
    )
