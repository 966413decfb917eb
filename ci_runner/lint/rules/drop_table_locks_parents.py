"""A dropped table locks the tables that it refers to."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(DropTable):
        schema, own = touch.step.before, (touch.table.schema, touch.table.name)
        parents = sorted(
            {
                each.references.qualified
                for each in schema.of_type(ForeignKey)
                if (each.schema, each.table) == own and each.references != touch.table
            }
        )
        if parents:
            names = ", ".join(parents)
            yield Hit(f"drops table {touch.operation.table} and locks {names} for it", touch.step)


RULE = Rule(
    id="drop-table-locks-parents",
    title="Dropped table locks its parents",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Nobody can read or write the tables that its foreign keys refer to until the"
        " transaction ends."
    ),
    instead="Drop each foreign key in a transaction of its own first.",
    check=_check,
    aliases=("drop_table_multiple_foreign_keys",),
)
