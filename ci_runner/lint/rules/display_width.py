"""An integer with a width for display."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.tokens import Token
from ci_runner.lint.mysql import definition
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# With the widths that a server prints where none was said, signed and unsigned.
_INTEGERS = {
    "TINYINT": {"1", "3", "4"},
    "SMALLINT": {"5", "6"},
    "MEDIUMINT": {"8", "9"},
    "INT": {"10", "11"},
    "INTEGER": {"10", "11"},
    "BIGINT": {"20"},
}


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        found = next(iter(_widths(definition(step, "INT(", "INT ("))), "")
        if found:
            yield Hit(f"{found} is as wide as every other: the number is for display", step)


def _widths(tokens: tuple[Token, ...]) -> Iterator[str]:
    """TINYINT(1) is how a boolean is written, and ZEROFILL does look at the width.

    What SHOW CREATE TABLE prints was mostly copied, and says nothing about a belief.
    """
    for at, token in enumerate(tokens[:-3]):
        width = tokens[at + 2].text
        spelled = token.word in _INTEGERS and tokens[at + 1].word == "("
        filled = "ZEROFILL" in (each.word for each in tokens[at + 4 : at + 6])
        if spelled and not filled and width not in _INTEGERS[token.word]:
            yield f"{token.text}({width})"


RULE = Rule(
    id="display-width",
    title="Display width of an integer",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=("It limits nothing: int(3) holds two thousand million. MySQL 8 no longer shows it."),
    instead="Leave it out, and choose the type by the numbers that it has to hold.",
    check=_check,
    aliases=(
        "COL.016",
        "SQLE00026",
    ),
    group="style",
)
