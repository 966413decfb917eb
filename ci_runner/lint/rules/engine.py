"""A table of another engine than InnoDB."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_table
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Table


def _check(review: Review) -> Iterator[Hit]:
    named = texts(review.options.get(RULE.id, {}), "allowed") or ("InnoDB",)
    allowed = {each.lower() for each in named}
    for each in review.arriving(Table):
        if isinstance(each.new, Table):
            was = _engine(each.old) if isinstance(each.old, Table) else ""
            engine = _engine(each.new)
            if engine not in {"", was} and engine.lower() not in allowed:
                yield Hit(f"{of_table(review, each.table)} is stored by {engine}", each.step)


def _engine(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("ENGINE=")), ""
    )


RULE = Rule(
    id="engine",
    title="Engine without transactions",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "MyISAM and its like know no transactions, lock the whole table for each write, "
        "ignore foreign keys and lose rows in a crash."
    ),
    instead="Leave ENGINE out, or say InnoDB.",
    check=_check,
    aliases=(
        "ENGINE_MYSQL_USE_INNODB",
        "allow_engine",
        "TBL.002",
        "SQLE00057",
    ),
    group="design",
    options=(RuleOption("allowed", "texts", "the engines that this team uses; usually InnoDB"),),
)
