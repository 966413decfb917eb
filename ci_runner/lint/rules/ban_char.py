"""A column of type char(n)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_CHAR = re.compile(r'character\(|bpchar$|"char"\(|char(acter)? *(\(\d+\))?$', re.IGNORECASE)

# One of 16 bytes is a UUID, which is never shorter.
_BINARY = re.compile(r"binary *\((?!16\))\d+\)$", re.IGNORECASE)


def _check(review: Review) -> Iterator[Hit]:
    yield from of_type(
        review,
        lambda kind: _CHAR.match(kind) is not None,
        "padded with blanks, which comparisons then leave out",
    )
    if review.dialect == "mysql":
        yield from of_type(
            review,
            lambda kind: _BINARY.match(kind) is not None,
            "padded with zero bytes, which stay part of the value",
        )


RULE = Rule(
    id="ban-char",
    title="Column of type char(n)",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="Values are padded with blanks to the full length, which costs space and surprises clients;"
    " it is not faster than text.",
    instead="Use text, with CHECK (length(column) <= n) where the length matters; on MySQL"
    " varchar(n).",
    check=_check,
    aliases=(
        "ban-char-field",
        "banCharField",
        "TP004",
        "CharTypeCheck",
        "PGM103",
        "char-column-banned",
        "COLUMN_MAXIMUM_CHARACTER_LENGTH",
    ),
    group="design",
)
