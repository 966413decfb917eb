"""A foreign key to columns that are no key."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.names import plain
from ci_runner.lint.fails import explained
from ci_runner.lint.mysql import is_mysql
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on
from ci_runner.schema.changes import Create
from ci_runner.schema.model import ForeignKey, Identity, PrimaryKey, Schema


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.failure is not None and explained(step) == "fk-parent":
            yield Hit(step.failure.message, step)
        elif review.dialect == "mysql" and ran(step):
            for change in step.observed.changes:
                match change:
                    case Create(new=ForeignKey() as key) if not _is_unique(step.after, key):
                        yield Hit(
                            f"{key.references.name} has no unique key of"
                            f" {', '.join(key.referenced_columns)}: InnoDB takes an index,"
                            " MySQL 8.4 refuses it",
                            step,
                            severity=Severity.WARNING if is_mysql(review) else Severity.NOTE,
                        )
                    case _:
                        pass


def _is_unique(schema: Schema, key: ForeignKey) -> bool:
    """Whether the parent has a key of just these columns; one in another database is not seen."""
    wanted = set(key.referenced_columns)
    own = any(wanted == set(each.columns) for each in _primary(schema, key))
    unique = (each for each in indexes_on(schema, key.references) if each.unique)
    elsewhere = key.references not in schema.by_identity
    return elsewhere or own or any(wanted == set(plain(each.keys)) for each in unique)


def _primary(schema: Schema, key: ForeignKey) -> Iterator[PrimaryKey]:
    found = schema.get(Identity("primary key", "", "PRIMARY", key.references.name))
    if isinstance(found, PrimaryKey):
        yield found


RULE = Rule(
    id="fk-parent",
    title="Foreign key to no key",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="The statement fails: the columns that it refers to have no unique or primary key, or on"
    " MySQL are not there at all.",
    instead="Make the referenced columns unique first, on PostgreSQL CONCURRENTLY.",
    check=_check,
    aliases=("SDLForeignKeyTableNotFound",),
)
