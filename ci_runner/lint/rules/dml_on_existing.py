"""Rows of a table that running clients know are changed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """What a rule on WHERE or TRUNCATE says is not said again."""
    for touch in review.on_known(Data):
        data = touch.operation
        if data.verb.upper() != "TRUNCATE" and not data.everywhere:
            yield Hit(f"{_VERBS[data.verb.upper()]} rows of {data.table}", touch.step)


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
    dialects=(
        "postgres",
        "sqlite",
    ),
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
