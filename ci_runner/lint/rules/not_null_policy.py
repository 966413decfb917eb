"""A column that may be NULL and hardly should, or that lacks a default."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.arrivals import ArrivedColumn
from ci_runner.lint.designs import in_the_end, primary_keys, told_of
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Column, Identity, Index, Table


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    keys = {(table, name) for table, key in primary_keys(review).items() for name in key.columns}
    end = in_the_end(review)

    def nullable(each: ArrivedColumn) -> bool:
        at = Identity("column", each.table.schema, each.column.name, each.table.name)
        last = end.get(at) if end else None
        column = last if isinstance(last, Column) else each.column
        return each.old is None and not column.not_null and (each.table, column.name) not in keys

    def is_flag(each: ArrivedColumn) -> bool:
        return each.column.type.lower() in {"boolean", "bool", "tinyint(1)"}

    yield from told_of(
        review, lambda each: is_flag(each) and nullable(each), "there is a third answer, NULL"
    )
    if flag(options, "not-null"):
        yield from told_of(review, lambda each: nullable(each) and not is_flag(each), "may be NULL")
    if flag(options, "indexed"):
        yield from _indexed(review)
    if flag(options, "default"):
        yield from told_of(
            review,
            lambda each: (
                not (
                    _had_none(each.old)
                    or each.column.default
                    or each.column.generated_kind
                    or each.column.identity_kind
                    or (each.table, each.column.name) in keys
                )
            ),
            "no default",
        )


def _had_none(old: Column | None) -> bool:
    """Whether it had no default before. A text says nothing of that, and gives no type either."""
    return old is not None and bool(old.type) and old.default is None


def _indexed(review: Review) -> Iterator[Hit]:
    end = in_the_end(review)
    for each in review.arrivals:
        if isinstance(each.new, Index) and each.created and each.old is None:
            table = end.get(each.table) if end else None
            if not isinstance(table, Table):
                continue
            for key in each.new.keys:
                column = table.column(key.strip("`"))
                if column is not None and not column.not_null:
                    yield Hit(f"index {each.new.name}: {column.name} may be NULL", each.step)


RULE = Rule(
    id="not-null-policy",
    title="Column that may be NULL",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="A boolean that may be NULL has three values, and WHERE NOT column leaves one of them out."
    " Which other columns may be NULL is for the team to say.",
    instead="NOT NULL, with a DEFAULT where rows are there already.",
    check=_check,
    aliases=("require-not-null", "TP017", "COLUMN_NO_NULL", "COLUMN_REQUIRE_DEFAULT"),
    options=(
        RuleOption("not-null", "flag", "whether every column is to be NOT NULL"),
        RuleOption("indexed", "flag", "whether the columns of an index are to be NOT NULL"),
        RuleOption("default", "flag", "whether every column but keys is to have a default"),
    ),
    group="design",
)
