"""Words, names and signs of a MySQL statement, comments left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field

from ci_runner.frozen import frozen

_TOKEN = re.compile(
    r"""(?P<space>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*(?!M?!)(?:[^*]|\*(?!/))*\*/|/\*M?!\d*|\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<name>`(?:[^`]|``)*`)
    |(?P<number>\d+(?:\.\d+)?(?![\w$]))
    |(?P<word>@{0,2}[\w$]+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


@frozen
class Token:
    """`kind` is string, name (quoted), number, word or sign; `end` is where it ends in its text."""

    kind: str
    text: str
    end: int = field(default=0, compare=False)

    @property
    def word(self) -> str:
        """In upper case where it is a bare word or a sign, else ""."""
        return self.text.upper() if self.kind in {"word", "sign"} else ""

    @property
    def name(self) -> str:
        """As an identifier, without quotes; "" for what can be none."""
        if self.kind == "name":
            return self.text[1:-1].replace("``", "`")
        return self.text if self.kind == "word" else ""

    @property
    def value(self) -> str:
        """What a string or a name stands for, without quotes; backslashes are left as they are."""
        mark = self.text[:1]
        if self.kind not in {"string", "name"}:
            return self.text
        return self.text[1:-1].replace(mark * 2, mark)


def verb(sql: str) -> str:
    """The first word in upper case, however long the rest is; "" where there is none."""
    for found in _TOKEN.finditer(sql):
        if found.lastgroup != "space":
            return Token(found.lastgroup or "sign", found[0]).word
    return ""


def tokenize(sql: str) -> tuple[Token, ...]:
    """What `/*! */` hides from other engines is read as MySQL reads it."""
    return tuple(
        Token(found.lastgroup or "sign", found[0], found.end())
        for found in _TOKEN.finditer(sql)
        if found.lastgroup != "space"
    )


def written(tokens: Sequence[Token]) -> str:
    """One spelling: a space between words, none around parentheses, dots and commas."""
    text = last = ""
    for token in tokens:
        glued = not text or token.text in {",", ")", ".", "("} or last in {"(", "."}
        text += token.text if glued else f" {token.text}"
        last = token.text
    return text
