"""What rows would stop a statement of MySQL or MariaDB, read from its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from ci_runner.dialects.mysql.parse.made import said
from ci_runner.dialects.mysql.parse.made_lines import spelled
from ci_runner.dialects.mysql.parse.statement import parse
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize
from ci_runner.dialects.mysql.plan.narrowing import unfitting
from ci_runner.dialects.mysql.quote import quote
from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.dialects.obstacles import (
    Obstacle,
    breaking,
    failing,
    key_of,
    nulls,
    orphans,
    repeated,
)
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    Operation,
    RenameColumn,
    SetNotNull,
    Target,
)
from ci_runner.dialects.token_lists import closing, split
from ci_runner.frozen import frozen
from ci_runner.schema.changes import Create
from ci_runner.schema.model import Column, ForeignKey, Index, PrimaryKey, Schema

# A key as the catalogue shows it: a column, maybe with a prefix, or an expression.
_KEY = re.compile(r"`(?P<name>(?:[^`]|``)*)`(?:\((?P<prefix>\d+)\))?")


def obstacles(sql: str, schema: Schema) -> tuple[Obstacle, ...]:
    """`schema` is that before the statement: it has what columns are, and keys of parents."""
    what = alteration(sql)
    if what is None:
        return ()
    operations = parse(sql)
    changed = _Changed(
        what.table,
        frozenset(each.column.lower() for each in operations if isinstance(each, AddColumn)),
        {each.to.lower(): each.column for each in operations if isinstance(each, RenameColumn)},
    )
    queries = (
        *_of_columns(operations, changed, schema),
        *_of_keys(sql, operations, changed, schema),
        *_of_checks(sql, changed),
    )
    return tuple(Obstacle(what.table, each) for each in dict.fromkeys(queries) if each)


@frozen
class _Changed:
    """The table as rows have it now: without `fresh` columns, under the names that `was` gives."""

    table: Target
    fresh: frozenset[str] = frozenset()
    was: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return _name(self.table)

    def column(self, name: str) -> str:
        return self.was.get(name.lower(), name)

    def has(self, *names: str) -> bool:
        """Whether all of these columns were there before; "" is none."""
        return bool(names) and not any(not each or each.lower() in self.fresh for each in names)


def _name(table: Target) -> str:
    return ".".join(quote(each) for each in (table.schema, table.name) if each)


def _of_columns(
    operations: Sequence[Operation], changed: _Changed, schema: Schema
) -> Iterator[str]:
    table = schema.table("", changed.table.name)
    known: dict[str, Column] = {each.name.lower(): each for each in table.columns} if table else {}
    for each in operations:
        match each:
            case SetNotNull(column=new) if changed.has(new):
                yield nulls(changed.name, (quote(changed.column(new)),))
            case AlterColumnType(column=new, type=type_):
                old = known.get(changed.column(new).lower())
                if old is not None:
                    condition = unfitting(quote(old.name), old.type, spelled(type_))
                    yield failing(changed.name, condition)
            case _:
                pass


def _of_keys(
    sql: str, operations: Sequence[Operation], changed: _Changed, schema: Schema
) -> Iterator[str]:
    parents = {
        each.columns: each.references for each in operations if isinstance(each, AddConstraint)
    }
    for change in said(sql):
        match change:
            case Create(new=PrimaryKey(columns=columns)) if changed.has(*columns):
                keys = tuple(quote(changed.column(each)) for each in columns)
                yield nulls(changed.name, keys)
                yield repeated(changed.name, keys)
            case Create(new=Index(unique=True, keys=written)):
                keys = tuple(_key(each, changed) for each in written)
                yield repeated(changed.name, keys) if all(keys) else ""
            case Create(new=ForeignKey(columns=columns) as key) if changed.has(*columns):
                parent = parents.get(columns)
                if parent is not None:
                    theirs = key.referenced_columns or key_of(schema, parent.identity("table", ""))
                    ours = [quote(changed.column(each)) for each in columns]
                    yield orphans(
                        changed.name, ours, _name(parent), [quote(each) for each in theirs]
                    )
            case _:
                pass


def _key(written: str, changed: _Changed) -> str:
    """What must not be repeated; "" for expressions, which may be of columns to come."""
    found = _KEY.match(written)
    if found is None:
        return ""
    name = found["name"].replace("``", "`")
    if not changed.has(name):
        return ""
    column = quote(changed.column(name))
    return f"LEFT({column}, {found['prefix']})" if found["prefix"] else column


def _of_checks(sql: str, changed: _Changed) -> Iterator[str]:
    """Those that are added to the table. Of one behind MODIFY, MariaDB asks no row."""
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    names = {*changed.fresh, *changed.was}
    for part in split(tokens):
        words = [token.word for token in part]
        if "ADD" not in words or "CHECK" not in words[words.index("ADD") :][:4]:
            continue
        opening = words.index("CHECK") + 1
        end = closing(part, opening)
        is_kept = words[end + 1 : end + 3] != ["NOT", "ENFORCED"]
        if is_kept and not any(each.name.lower() in names for each in part[opening + 1 : end]):
            yield breaking(changed.name, _text(sql, part[opening], part[end]))


def _text(sql: str, opening: Token, end: Token) -> str:
    return sql[opening.end : end.end - 1].strip()
