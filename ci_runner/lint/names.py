"""The names that the new files give: as they are written, or as the server shows them."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.names import given as given_on_mysql
from ci_runner.dialects.mysql.parse.names import plain
from ci_runner.dialects.names import Given
from ci_runner.dialects.postgres.parse.names import given
from ci_runner.lint.arrivals import Arrival
from ci_runner.lint.rule import Review
from ci_runner.migrations.history import Step
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Trigger,
    Unique,
    View,
)
from ci_runner.schema.tables import Exclusion


def named(review: Review) -> Iterator[tuple[Step, Given]]:
    """Every name that a statement gives; names that stay as they were are not among them.

    PostgreSQL's and MySQL's are read from the text, which tells them from those that the server
    makes up; SQLite makes up none that its catalogue shows.
    """
    if review.dialect == "mysql":
        for step in review.steps:
            for name in given_on_mysql(step.statement.text):
                yield step, _placed(name, step.before)
        return
    if review.dialect == "postgres":
        for each in review.written:
            for name in given(each.parsed):
                if name.name != name.old:
                    yield each.step, _placed(name, each.step.before) if name.old else name
        return
    for arrival in review.arrivals:
        for name in _shown(arrival):
            yield arrival.step, name


def _placed(name: Given, schema: Schema) -> Given:
    """A renamed index or constraint with what the catalogue knows of it: the text tells little."""
    if not name.old or name.kind not in {"index", "constraint"}:
        return name
    for each in schema.objects:
        match each:
            case Index(name=name.old, table=table, keys=keys, unique=unique) if (
                name.kind == "index" and not (each.of_table and table != name.table)
            ):
                kind = "unique index" if unique else "index"
                return name._replace(kind=kind, table=table, columns=plain(keys))
            case PrimaryKey(name=name.old) | Unique(name=name.old):
                return name._replace(
                    kind=each.identity.kind, table=each.table, columns=each.columns
                )
            case ForeignKey(name=name.old, table=name.table):
                return name._replace(
                    kind="foreign key",
                    columns=each.columns,
                    references=each.references.name,
                    referenced=each.referenced_columns,
                )
            case (
                Check(name=name.old, table=name.table) | Exclusion(name=name.old, table=name.table)
            ):
                return name._replace(kind=each.identity.kind)
            case _:
                pass
    return name


def _shown(arrival: Arrival) -> Iterator[Given]:
    new, old = arrival.new, arrival.old
    if old is not None and old.identity.name == new.identity.name and not isinstance(new, Table):
        return
    match new:
        case Table(name=name, columns=columns):
            known = {column.name for column in old.columns} if isinstance(old, Table) else set()
            if old is None or old.identity.name != arrival.table.name:
                yield Given("table", arrival.table.name)
            for column in columns if arrival.created else ():
                if column.name not in known:
                    yield Given("column", column.name, name)
        case Column(name=name, table=table):
            yield Given("column", name, table)
        case Index(name=name, table=table, keys=keys, unique=unique):
            yield Given("unique index" if unique else "index", name, table, keys)
        case View(name=name):
            yield Given("view", name)
        case Trigger(name=name, table=table):
            yield Given("trigger", name, table)
        case _:
            pass
