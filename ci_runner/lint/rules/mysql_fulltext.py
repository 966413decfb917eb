"""A FULLTEXT or SPATIAL index on a table in use."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Index


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"adds a FULLTEXT or SPATIAL index to {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )
    for arrival in review.arriving(Index):
        match arrival.new:
            case Index(method="fulltext", name=name) if arrival.table in review.made:
                yield Hit(
                    f"index {name}: from now on ALTER TABLE {arrival.table.name} makes writers wait"
                    " where it could have been instant",
                    arrival.step,
                    severity=Severity.NOTE,
                )
            case _:
                pass


RULE = Rule(
    id="mysql-fulltext",
    title="FULLTEXT or SPATIAL index",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "Nobody can write while it is built, and the first FULLTEXT index of a table "
        "writes the table again for a hidden column. Later columns are no longer added "
        "instantly."
    ),
    instead="Build it in a quiet hour, or in a search engine beside the database.",
    check=_check,
    waits=True,
)
