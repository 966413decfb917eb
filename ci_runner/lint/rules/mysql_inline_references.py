"""REFERENCES behind a column, of which MySQL before 9.0 takes no notice."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.mysql import is_mysql
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Create
from ci_runner.schema.model import ForeignKey


def _check(review: Review) -> Iterator[Hit]:
    for step in review.doing(AddConstraint):
        columns = [
            name
            for each in step.operations
            if isinstance(each, AddConstraint) and each.references and each.inline
            for name in each.columns
        ]
        if not columns or _heeded(review, step):
            continue
        ignored = is_mysql(review) or ran(step)
        yield Hit(
            f"the REFERENCES of {', '.join(columns)}"
            f" {'makes' if ignored else 'makes on MySQL before 9.0'} no foreign key",
            step,
            severity=None if ignored else Severity.NOTE,
        )


def _heeded(review: Review, step: Step) -> bool:
    """Whether production makes the key: as said, else as the dev database was seen doing it."""
    if review.version:
        return not is_mysql(review) or not review.before(9)
    changes = step.observed.changes
    return ran(step) and any(
        isinstance(each, Create) and isinstance(each.new, ForeignKey) for each in changes
    )


RULE = Rule(
    id="mysql-inline-references",
    title="REFERENCES that is ignored",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "MySQL before 9.0 reads REFERENCES behind a column and makes nothing of it: no key, no"
        " index, no error. MariaDB from 10.5 on and MySQL from 9.0 on make the key."
    ),
    instead="FOREIGN KEY (column) REFERENCES parent (id), as a line of its own.",
    check=_check,
    aliases=("MY102",),
)
