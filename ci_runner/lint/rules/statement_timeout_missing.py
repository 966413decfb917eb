"""A blocking statement may take as long as it likes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.tokens import verb
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.waiting import first_in_file, unlimited, waitings, wants_limits

# MySQL's stops queries only, MariaDB's every statement.
_LIMIT = re.compile(r"SET\s(?:[^;]*\W)?(?:max_execution_time|max_statement_time)\b", re.IGNORECASE)

_WAIT = re.compile(r"SET\s(?:[^;]*\W)?(?:innodb_)?lock_wait_timeout\b", re.IGNORECASE)


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    unbounded = first_in_file(
        review.once(waitings),
        lambda one: unlimited(one.inforce, "statement_timeout") and wants_limits(review, one),
    )
    for each in unbounded:
        yield Hit(f"may block {each.what} for as long as it takes", each.step)
    if review.dialect == "mysql":
        yield from _queries(review, always=flag(options, "always"))


def _queries(review: Review, *, always: bool) -> Iterator[Hit]:
    """The first query of each file that no limit of MySQL or MariaDB stops, where one is set for
    the time that it waits.
    """
    settled: set[str] = set()
    limits: set[str] = set()
    for step in review.steps:
        path, sql = step.statement.path, step.statement.text
        limits |= {path} if _WAIT.match(sql) else set()
        asks = verb(sql) in {"SELECT", "WITH"}
        if _LIMIT.match(sql):
            settled.add(path)
        elif asks and path not in settled and (always or path in limits):
            settled.add(path)
            yield Hit("may read for as long as it takes", step)


RULE = Rule(
    id="statement-timeout-missing",
    title="Blocking statement without statement_timeout",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="What took a second on the dev database may take an hour in production, with everybody"
    " waiting. Said once for a file, in a project only where it sets another limit.",
    instead="SET LOCAL statement_timeout = '5s' at the head of the file, or set it for the role"
    " that migrates. On MySQL max_execution_time stops queries, on MariaDB max_statement_time all.",
    check=_check,
    aliases=(
        "require-statement-timeout",
        "require-timeout-settings",
        "requireStatementTimeout",
        "STATEMENT_MAX_EXECUTION_TIME",
    ),
    waits=True,
    options=(RuleOption("always", "flag", "whether all queries of MySQL are asked"),),
)
