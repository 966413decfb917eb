"""Which values of a column would not fit its next type: a condition that finds them."""

from __future__ import annotations

from ci_runner.dialects.mysql.plan.types import bounds, digits, is_number, is_text, length, values
from ci_runner.dialects.mysql.quote import literal


def unfitting(column: str, old: str, new: str) -> str:
    """SQL that is true for what the server refuses to convert under a strict sql_mode.

    "" where every value fits, and where only the server knows what becomes of it: texts that are to
    be numbers or moments, other character sets. `column` is quoted; types are as the server prints
    them.
    """
    if is_number(old):
        return _of_number(column, old, new)
    if is_text(old) and is_text(new):
        return _of_text(column, old, new)
    if listed := values(new):
        known = {*values(old)} or None
        if known is None or not known <= {*listed}:
            return f"{column} NOT IN ({', '.join(literal(each) for each in listed)})"
    return ""


def _of_number(column: str, old: str, new: str) -> str:
    if limits := bounds(new):
        least, most = limits
        mine = bounds(old)
        if mine and least <= mine[0] and mine[1] <= most:
            return ""
        value = column if mine else f"ROUND({column})"
        return f"{value} NOT BETWEEN {least} AND {most}"
    if kept := digits(new):
        whole, fraction = kept
        return f"ABS(ROUND({column}, {fraction})) >= 1{'0' * (whole - fraction)}"
    return ""


def _of_text(column: str, old: str, new: str) -> str:
    """A VARCHAR counts characters, blanks at its end aside; a TEXT counts bytes."""
    most = length(new)
    if not most or (old.partition("(")[0] == new.partition("(")[0] and length(old) <= most):
        return ""
    if new.startswith(("char(", "varchar(")):
        return f"CHAR_LENGTH(TRIM(TRAILING ' ' FROM {column})) > {most}"
    return f"LENGTH({column}) > {most}"
