"""Rows of a table that running clients know are changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ci_runner.dialects.operations import Data
from ci_runner.lint.follow import Touch
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """What a rule on WHERE or TRUNCATE says is not said again, nor the same of each of a run."""
    changing = (
        touch
        for touch in review.on_known(Data)
        if touch.operation.verb.upper() != "TRUNCATE" and not touch.operation.everywhere
    )
    for (verb, table, _), run in groupby(changing, key=_what):
        together = tuple(run)
        several = f", in {len(together)} statements" if len(together) > 1 else ""
        yield Hit(f"{_VERBS[verb]} rows of {table}{several}", together[0].step)


def _what(touch: Touch[Data]) -> tuple[str, str, str]:
    data = touch.operation
    return data.verb.upper(), str(data.table), touch.step.statement.path


_VERBS = {
    "INSERT": "adds",
    "REPLACE": "replaces",
    "COPY": "adds",
    "UPDATE": "updates",
    "DELETE": "deletes",
    "MERGE": "merges",
}

RULE = Rule(
    id="dml-on-existing",
    title="Rows changed in a migration",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why=(
        "Rows stay locked until the end of the transaction, for as long as the whole"
        " migration takes."
    ),
    instead="Move rows in a migration of its own, in batches that commit.",
    check=_check,
    aliases=(
        "PGM301",
        "PGM302",
        "PGM303",
    ),
)
