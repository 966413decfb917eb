"""A column is added with a default that differs from row to row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.dialects.postgres.volatile import VOLATILE
from ci_runner.lint.objects import ran
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.routines import Function

# pg_get_functiondef writes how volatile a function is behind its language, unless it is volatile.
_STEADY = re.compile(r"^ .*\b(?:IMMUTABLE|STABLE)\b", re.MULTILINE)
_BODY = re.compile(r"\n(?:AS |BEGIN|RETURN)")


def _check(review: Review) -> Iterator[Hit]:
    for touch, seen in rewriting(review, AddColumn):
        added = touch.operation
        if added.default_calls and not added.serial:
            yield Hit(
                f"adds column {added.column} to {added.table} with a volatile default, which"
                " rewrites the table",
                touch.step,
                evidence=seen,
            )
    yield from _unseen(review)


def _unseen(review: Review) -> Iterator[Hit]:
    """A function that nobody saw is volatile unless somebody said otherwise: sql-createfunction."""
    kept = {each.lower() for each in texts(review.options.get(RULE.id, {}), "non-volatile")}
    for touch in review.on_known(AddColumn):
        added = touch.operation
        if ran(touch.step) or added.serial or VOLATILE.intersection(added.default_calls):
            continue
        for name in added.own_calls:
            if name not in kept and not _steady(touch.step, name):
                yield Hit(
                    f"adds column {added.column} to {added.table} with a default by {name}, which"
                    " rewrites the table if that is volatile, as functions are by default",
                    touch.step,
                )


def _steady(step: Step, name: str) -> bool:
    """Whether the function is there and is said to be stable or immutable."""
    schema, _, bare = name.rpartition(".")
    return any(
        (each.schema, each.name) == (schema, bare)
        and _STEADY.search(_BODY.split(each.definition, maxsplit=1)[0])
        for each in step.before.of_type(Function)
    )


RULE = Rule(
    id="volatile-default",
    title="Volatile default",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table is written again while nobody can read or write it.",
    instead="Add the column without the default, set the default, then fill old rows in batches.",
    check=_check,
    aliases=("PG302", "adding-field-with-default", "E10"),
    waits=True,
    options=(
        RuleOption(
            "non-volatile", "texts", "functions, with their schema, that are known not to be"
        ),
    ),
)
