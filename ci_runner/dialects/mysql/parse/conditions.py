"""Whether a condition chooses among rows at all, as far as its tokens tell."""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.mysql.parse.tokens import Token
from ci_runner.dialects.token_lists import closing

ENDS = frozenset({"ORDER", "LIMIT", "GROUP", "HAVING", "RETURNING", "UNION", "FOR", "ON"})
_CONSTANTS = frozenset({"string", "number"})


def where(tokens: Sequence[Token], start: int = 0) -> Sequence[Token] | None:
    """The condition behind the first WHERE from `start` on that no parenthesis holds; None without.

    It ends where the next clause begins, or the parenthesis that it stands in.
    """
    depth, begun = 0, -1
    for at in range(start, len(tokens)):
        word = tokens[at].word
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and begun >= 0 and word in ENDS):
            return tokens[begun:at] if begun >= 0 else None
        if depth == 0 and begun < 0 and word == "WHERE":
            begun = at + 1
    return tokens[begun:] if begun >= 0 else None


def always(condition: Sequence[Token]) -> bool:
    """Whether it is true of every row: `1`, `TRUE`, `1 = 1`, `a = a`, any of these behind OR."""
    for words, every in ((("OR", "|"), False), (("AND", "&"), True)):
        parts = _split(condition, words)
        if len(parts) > 1:
            return all(map(always, parts)) if every else any(map(always, parts))
    bare = _bare(condition)
    return always(bare) if bare != condition else _plainly(condition)


def _plainly(condition: Sequence[Token]) -> bool:
    match [token.text.lower() for token in condition]:
        case ["true"] | ["not", "false" | "0"]:
            return True
        case [number] if condition[0].kind == "number":
            return float(number) != 0
        case [left, "=", right]:
            return left == right != "null"
        case [left, "<" | "!", ">" | "=", right]:
            kinds = {condition[0].kind, condition[-1].kind}
            return len(kinds) == 1 and kinds <= _CONSTANTS and left != right
        case _:
            return False


def constant(condition: Sequence[Token]) -> bool:
    """Whether it names no column: true of every row or of none, which nobody has to ask."""
    words = {"TRUE", "FALSE", "NOT", "AND", "OR", "IN", "LIKE", "NULL", "IS", "BETWEEN", ""}
    names = any(
        token.kind == "name" or (token.kind == "word" and token.word not in words)
        for token in condition
    )
    return bool(condition) and not names


def _split(tokens: Sequence[Token], words: tuple[str, str]) -> list[Sequence[Token]]:
    """The parts between one word, or the sign for it twice, outside of parentheses."""
    word, sign = words
    parts: list[Sequence[Token]] = []
    depth = start = 0
    for at, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        doubled = token.word == sign and at > start and tokens[at - 1].word == sign
        if depth == 0 and (token.word == word or doubled):
            parts.append(tokens[start : at - doubled])
            start = at + 1
    return [*parts, tokens[start:]]


def _bare(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without the parentheses that hold all of it."""
    if len(tokens) > 2 and tokens[0].word == "(" and closing(tokens, 0) == len(tokens) - 1:
        return tokens[1:-1]
    return tokens
