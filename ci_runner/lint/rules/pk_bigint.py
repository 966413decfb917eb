"""A key that runs out at 2^31 or 2^15."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.lint.arrivals import ArrivedColumn
from ci_runner.lint.designs import is_serial, of_table, primary_keys, told_of
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey, Identity

_KEYLIKE = re.compile(r"(.*_)?ids?$", re.IGNORECASE)
# dev.mysql.com, Integer Types: the largest number, signed and unsigned.
_MYSQL = (
    ("int", 2**31 - 1, 2**32 - 1),
    ("mediumint", 2**23 - 1, 2**24 - 1),
    ("smallint", 2**15 - 1, 2**16 - 1),
    ("tinyint", 2**7 - 1, 2**8 - 1),
)
_LENGTH = re.compile(r"\(.*?\)")


def _check(review: Review) -> Iterator[Hit]:
    keys = primary_keys(review)
    referring = {
        (each.table, name)
        for each in review.arriving(ForeignKey)
        if isinstance(each.new, ForeignKey)
        for name in each.new.columns
    }
    own = {(table, name) for table, key in keys.items() for name in key.columns}

    def is_key(each: ArrivedColumn) -> bool:
        column, at = each.column, (each.table, each.column.name)
        counted = is_serial(column) or bool(column.identity_kind)
        named = _KEYLIKE.match(column.name) is not None
        return at in own or counted or (named and at not in referring)

    for name, signed, unsigned in _MYSQL if review.dialect == "mysql" else ():
        for words, limit in ((name, signed), (f"{name} unsigned", unsigned)):
            yield from told_of(
                review,
                lambda each, words=words: _plainly(each.column.type) == words and is_key(each),  # type: ignore[misc]
                f"the numbers end at {limit:,}",
            )
    yield from told_of(
        review,
        lambda each: each.column.type.removesuffix("[]") == "integer" and is_key(each),
        "the numbers end at 2,147,483,647",
    )
    yield from told_of(
        review,
        lambda each: (
            review.dialect == "postgres" and each.column.type.removesuffix("[]") == "smallint"
        ),
        "the numbers end at 32,767",
    )
    yield from _not_allowed(review, own)


def _plainly(kind: str) -> str:
    """The type without its width: `int unsigned` of `int(10) unsigned`."""
    return _LENGTH.sub("", kind).lower().removesuffix(" zerofill")


def _not_allowed(review: Review, keys: set[tuple[Identity, str]]) -> Iterator[Hit]:
    allowed = {each.lower() for each in texts(review.options.get(RULE.id, {}), "types")}
    for each in review.columns if allowed else ():
        bare = _LENGTH.sub("", each.column.type).lower()
        if (each.table, each.column.name) in keys and bare not in allowed:
            table = of_table(review, each.table)
            yield Hit(
                f"{table}: {each.column.name} {each.column.type} is no type for a primary key here",
                each.step,
            )


RULE = Rule(
    id="pk-bigint",
    title="Key that is too small",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="When the numbers are used up every INSERT fails, and the way out rewrites the table and"
    " every one that refers to it. Padding often eats the 4 bytes that integer saves.",
    instead="bigint; integer is fine for the key of a small lookup table.",
    check=_check,
    aliases=(
        "prefer-bigint-over-int",
        "prefer-bigint-over-smallint",
        "prefer-bigint-primary-key",
        "preferBigInt",
        "preferBigintOverInt",
        "preferBigintOverSmallint",
        "TP009",
        "TP010",
        "ShortIntegerPrimaryKeyCheck",
        "PGM107",
        "bigint-over-int-preferred",
        "short_primary_key_type",
        "INDEX_PK_TYPE_LIMIT",
        "INDEX_PRIMARY_KEY_TYPE_ALLOWLIST",
    ),
    options=(RuleOption("types", "texts", "the types that a primary key may have"),),
    group="design",
)
