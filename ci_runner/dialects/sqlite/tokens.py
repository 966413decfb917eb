"""Cut SQLite's SQL into tokens, and write tokens in one canonical way."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from ci_runner.frozen import frozen

# The words that SQLite's parser never falls back to reading as a name (parse.y, %fallback).
RESERVED = frozenset(
    """add all alter and as autoincrement between case check collate commit constraint create
    default deferrable delete distinct drop else escape except exists foreign from group having
    in index insert intersect into is isnull join limit not notnull null on or order primary
    references returning select set table then to transaction union unique update using values
    when where nothing""".split()
)
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<blob>[xX]'[0-9a-fA-F]*')
    |(?P<string>'(?:[^']|'')*')
    |(?P<double>"(?:[^"]|"")*")
    |(?P<quoted>`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<sign>\|\||<<|>>|<=|>=|<>|!=|==|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
Kind = Literal["blob", "string", "double", "quoted", "number", "word", "sign"]


@frozen
class Token:
    """`text` is as written; `name` is what it says as an identifier."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """The upper-case word or sign; "" for anything quoted."""
        return self.text.upper() if self.kind in {"word", "sign"} else ""

    @property
    def name(self) -> str:
        if self.kind in {"double", "string"} or self.text.startswith("`"):
            mark = self.text[0]
            return self.text[1:-1].replace(mark * 2, mark)
        return self.text[1:-1] if self.kind == "quoted" else self.text

    @property
    def is_name(self) -> bool:
        return self.kind in {"word", "double", "quoted"}


def tokenize(sql: str) -> tuple[Token, ...]:
    """The tokens of `sql` without whitespace and comments."""
    return tuple(
        Token(found.lastgroup or "sign", found.group())
        for found in _TOKEN.finditer(sql)
        if found.lastgroup != "space"
    )


def trimmed(sql: str) -> str:
    """`sql` without the blanks, comments and semicolons behind its last token."""
    end = 0
    for found in _TOKEN.finditer(sql):
        if found.lastgroup != "space" and found.group() != ";":
            end = found.end()
    return sql[:end]


def quote(name: str) -> str:
    """`name` as an identifier, quoted only where SQLite asks for it."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def write(tokens: Sequence[Token], names: Collection[str]) -> str:
    """One spelling for all that mean the same: reserved words upper, quotes only where needed.

    A double-quoted word stays quoted unless it is one of `names` (lower case): SQLite reads an
    unknown one as a string (sqlite.org/quirks.html, section 8).
    """
    written = last = ""
    for token in tokens:
        text = token.text
        if token.kind == "quoted" or (token.kind == "double" and token.name.lower() in names):
            text = quote(token.name)
        elif token.kind == "word" and text.lower() in RESERVED:
            text = text.upper()
        glued = not written or text in {",", ")", ".", ";"} or last in {"(", "."}
        call = text == "(" and last.isidentifier() and last.lower() not in RESERVED
        written += text if glued or call else f" {text}"
        last = text
    return written


def mentions(tokens: Sequence[Token], names: Collection[str]) -> bool:
    """Whether any of `names` (lower case) occurs as an identifier."""
    return any(token.is_name and token.name.lower() in names for token in tokens)
