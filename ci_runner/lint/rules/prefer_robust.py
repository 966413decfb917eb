"""A statement outside of a transaction that can't be run twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.robust import lacking, may_be_repeated
from ci_runner.dialects.postgres.parse.robust import alone, dropped, missing
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    always = flag(review.options.get(RULE.id, {}), "always")
    if review.dialect == "mysql":
        yield from _on_mysql(review, always=always)
    length = Counter(step.statement.path for step in review.steps)
    gone: set[str] = set()
    file = ""
    for each in review.written:
        step, path = each.step, each.step.statement.path
        if path != file:
            file, gone = path, set()
        apart = alone(each.kind, each.node)
        # A file of one statement is done or not done; but a failed CONCURRENTLY leaves its index.
        if always or apart or (not step.transactional and length[path] > 1):
            lacks = dict.fromkeys(missing(each.kind, each.node, gone))
            if lacks:
                said = " and ".join(f"{what} lacks {word}" for what, word in lacks)
                yield Hit(f"{said}: after a failure the file can't be run again", step)
        gone |= set(dropped(each.kind, each.node))


def _on_mysql(review: Review, *, always: bool) -> Iterator[Hit]:
    """Asked of files that can be run again but for this statement, and of all by who wants it.

    `mysql-implicit-commit` tells the others, once for a file.
    """
    robust = {step.statement.path for step in review.steps if may_be_repeated(step.statement.text)}
    for step in review.steps:
        lacks = lacking(step.statement.text)
        if lacks and (always or step.statement.path in robust):
            yield Hit(f"lacks {lacks}: after a failure the file can't be run again", step)


RULE = Rule(
    id="prefer-robust",
    title="Statement that can't be run twice, outside of a transaction",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="What runs outside of a transaction is not undone when a later statement fails: the next"
    " attempt stops at the first thing that is there already.",
    instead="IF NOT EXISTS, IF EXISTS or OR REPLACE; or run the file in a transaction.",
    check=_check,
    of_writing=True,
    aliases=(
        "prefer-robust-stmts",
        "preferRobustStmts",
        "require-if-exists",
        "IdempotencyAlterCheck",
        "IdempotencyCreateCheck",
        "IdempotencyDropCheck",
        "IdempotencyIndexCheck",
        "PGM401",
        "PGM402",
        "GN007",
        "GN008",
        "GN029",
        "GN030",
    ),
    options=(RuleOption("always", "flag", "asked inside of transactions too, and of MySQL"),),
)
