"""IF NOT EXISTS finds something of that name, which is not what the statement says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.plan.types import spelled
from ci_runner.dialects.operations import AddColumn, CreateIndex, CreateTable
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.written import told
from ci_runner.schema.changes import Change, Create
from ci_runner.schema.model import Column, Identity, Index, Table

_Shape = list[tuple[str, str, bool]]


def _check(review: Review) -> Iterator[Hit]:
    """A file that is tried again makes the same: what is there as it is written misleads nobody."""
    said = told(review.dialect, review.written, review.default_schema)
    made: set[Identity] = set()
    for touch in review.among(CreateTable, CreateIndex, AddColumn):
        create = touch.operation
        if isinstance(create, CreateTable):
            there = touch.table in touch.step.before.by_identity or touch.table in made
            skipped = create.if_not_exists and there and touch.step.failure is None
            if skipped and not _is_alike(touch, said(touch.step)):
                yield Hit(
                    f"{create.table} is there already: the statement does nothing", touch.step
                )
            made.add(touch.table)
        elif ran(touch.step) and (other := _other(touch, said(touch.step))):
            yield Hit(f"{other}: nothing is made", touch.step)


def _is_alike(touch: Touch[Effect], said: Sequence[Change]) -> bool:
    """Whether the table has the columns that the text tells of, as far as it tells."""
    there = touch.step.before.table(touch.table.schema, touch.table.name)
    tables = [each.new for each in said if isinstance(each, Create)]
    new = next((each for each in tables if isinstance(each, Table)), None)
    return there is not None and new is not None and _shape(there) == _shape(new)


def _shape(table: Table) -> _Shape:
    return [(each.name, spelled(each.type), each.not_null) for each in table.columns]


def _other(touch: Touch[Effect], said: Sequence[Change]) -> str:
    """What is there in the place of a column or index, "" for the same and for what is not read."""
    match touch.operation:
        case AddColumn(column=name):
            key = Identity("column", touch.table.schema, name, touch.table.name)
            there = touch.step.before.get(key)
            columns = (each.new for each in said if isinstance(each, Create))
            wanted = next((c for c in columns if isinstance(c, Column) and c.name == name), None)
            if not isinstance(there, Column) or wanted is None:
                return ""
            if spelled(there.type) != spelled(wanted.type):
                return f"column {name} of {touch.table.name} is there already, as {there.type}"
        case CreateIndex(name=name, if_not_exists=True) as index if name:
            for there in touch.step.before.of_type(Index):
                if there.name == name and _is_another(there, index, touch.table):
                    return f"{_told(there)} is there already"
        case _:
            pass
    return ""


def _is_another(there: Index, wanted: CreateIndex, table: Identity) -> bool:
    """By table, uniqueness and columns; one of expressions is given the doubt."""
    if there.schema != table.schema:
        return False
    columns = [each.strip('"`').lower() for each in there.keys]
    plain = all(each.isidentifier() for each in columns)
    return (
        there.table.lower() != table.name.lower()
        or there.unique != wanted.unique
        or (plain and columns != [each.lower() for each in wanted.columns])
    )


def _told(index: Index) -> str:
    unique = "unique index" if index.unique else "index"
    return f"{unique} {index.name} on {index.table} ({', '.join(index.keys)})"


RULE = Rule(
    id="misleading-if-not-exists",
    title="IF NOT EXISTS that does nothing",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="What is there looks different: the statement is skipped, and nobody is told.",
    instead="ALTER what is there, or remove the statement.",
    check=_check,
    aliases=("PGM403",),
)
