"""Find where an ordinary statement ends by one pattern: nearly all of a large file are ordinary.

It has no comment behind its first word, no string with backslashes, no command of psql, no
terminator between parentheses and no body in SQL. Whatever the pattern does not match is for
the splitter to read word by word, which finds the same end.
"""

from __future__ import annotations

import re
from functools import cache

from ci_runner.dialects.base import Syntax

LINE_COMMENT = re.compile(r"--[^\n]*")
_DEPTH = 6
# No alternative can match where another one did, so that what is given back is not read again: time
# is linear. Repeats of groups are not possessive, which Python 3.11.2 takes quadratic time for.
_INSIDE = (
    r"[^;'\"\\$()/-]++",
    r"(?<![eE])'[^']*+'",
    r"-(?!-)",
    r"/(?!\*)",
    r'"[^"]*+"',
)
# What was looked ahead at is not given back: a text in dollars ends at the first that fits.
_DOLLAR = r"(?<![\w$])(?=(?P<text>\$(?P<tag>(?:[^\W\d]\w*+)?)\$(?s:.*?)\$(?P=tag)\$))(?P=text)"


@cache
def ordinary(syntax: Syntax) -> re.Pattern[str] | None:
    """What matches blanks, line comments and one ordinary statement with its semicolon.

    The group `lead` is what stands before the statement, `routine` the first words of one that may
    have a body. None for engines whose triggers and programs do.
    """
    if syntax.mysql or syntax.trigger_bodies or syntax.identifier_quotes != ('"',):
        return None
    within = _repeated(*_INSIDE)
    for _ in range(_DEPTH):
        within = _repeated(*_INSIDE, rf"\({within}\)")
    dollars = (_DOLLAR,) if syntax.dollar_quotes else ()
    return re.compile(
        r"(?P<lead>(?:\s++|--[^\n]*+\n)*)"
        r"(?P<routine>(?i:CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b))?"
        rf"{_repeated(*_INSIDE, *dollars, rf'[(]{within}[)]')};"
    )


def _repeated(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})*"
