"""A serial column where an identity column is the standard's way."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import is_serial, told_of
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    return told_of(
        review,
        lambda each: each.old is None and is_serial(each.column),
        "the sequence of a serial has rights and an owner of its own",
    )


RULE = Rule(
    id="prefer-identity",
    title="serial where identity would do",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="The sequence behind a serial needs its own GRANT, is copied by LIKE ... INCLUDING DEFAULTS"
    " and so shared by two tables, and any client may write the column by mistake.",
    instead="GENERATED ALWAYS AS IDENTITY, or BY DEFAULT where clients give the value.",
    check=_check,
    aliases=(
        "preferIdentity",
        "TP007",
        "CreateTableSerialCheck",
        "PGM105",
        "identity-over-serial-preferred",
    ),
    group="design",
)
