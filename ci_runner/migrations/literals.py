"""The literals of a statement: what they hold, and the statement without them."""

from __future__ import annotations

import re

GONE = "'…'"
_SHORT = 3
_LITERAL = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<name>"(?:[^"]|"")*(?:"|\Z))
    |(?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
    |(?P<text>(?:\b(?:[xXbBnN]|[uU]&))?'(?:[^']|'')*(?:'|\Z))
    |(?P<dollar>(?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?:(?P=tag)|\Z))
    |(?P<number>(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))""",
    re.VERBOSE | re.DOTALL,
)


def without_literals(sql: str) -> str:
    """`sql` without any literal or comment, whatever it does."""
    return _LITERAL.sub(_gone, sql)


def texts(sql: str) -> frozenset[str]:
    """What stands between the quotes of `sql`, as it is written there."""
    return frozenset(
        found["text"].partition("'")[2].removesuffix("'")
        for found in _LITERAL.finditer(sql)
        if found["text"]
    )


def discreet(words: str, sql: str) -> str:
    """Our own `words` on a sensitive statement, without what its literals hold.

    Of one or two characters only those in quotes go: they would be found in any sentence.
    """
    held = {each for found in _LITERAL.finditer(sql) for each in _held(found)}
    for each in sorted(held, key=len, reverse=True):
        if len(each) >= _SHORT:
            words = words.replace(each, "…")
    return words


def _held(found: re.Match[str]) -> tuple[str, ...]:
    """What one literal holds, as it is written and as it is meant; backslashes stay."""
    if found["comment"] or found["name"]:
        return ()
    if found["dollar"]:
        return (found[0].removeprefix(found["tag"]).removesuffix(found["tag"]),)
    if found["number"]:
        return (found[0],)
    inner = found[0].partition("'")[2].removesuffix("'")
    return inner, inner.replace("''", "'")


def _gone(found: re.Match[str]) -> str:
    if found["comment"]:
        return ""
    return found[0] if found["name"] else GONE
