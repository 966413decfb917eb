"""A foreign key that passes a deletion or an update on to its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import RenameTable
from ci_runner.lint.designs import of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey

_CASCADE = re.compile(r"ON (UPDATE|DELETE) CASCADE", re.IGNORECASE)


def _check(review: Review) -> Iterator[Hit]:
    for each in review.arriving(ForeignKey):
        renames = any(isinstance(done, RenameTable) for done in each.step.operations)
        if isinstance(each.new, ForeignKey) and each.old is None and not renames:
            events = sorted({event.upper() for event in _CASCADE.findall(each.new.definition)})
            if events:
                verb = " and ".join({"DELETE": "deletes", "UPDATE": "updates"}[e] for e in events)
                yield Hit(
                    f"{of_table(review, each.table)}: a statement on {each.new.references.name}"
                    f" {verb} rows here as well, however many",
                    each.step,
                )


RULE = Rule(
    id="fk-cascade",
    title="Foreign key with CASCADE",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="One DELETE of one row may delete millions of others, in one transaction, without saying so"
    " and, where the column has no index, by reading the table for each row.",
    instead="ON DELETE RESTRICT, and delete in batches what belongs to the row.",
    check=_check,
    aliases=("STATEMENT_DISALLOW_ON_DEL_CASCADE", "CT001", "CT002"),
    group="design",
)
