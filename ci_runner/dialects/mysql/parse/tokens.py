"""Words, names and signs of a MySQL statement, comments left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.drafts import quickly

_TOKEN = re.compile(
    r"""(?P<space>\s+|--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*(?!M?!)(?:[^*]|\*(?!/))*\*/|/\*M?!\d*|\*/)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<name>`(?:[^`]|``)*`)
    |(?P<number>\d+(?:\.\d+)?(?![\w$]))
    |(?P<word>@{0,2}[\w$]+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)

_BARE = frozenset({"word", "sign"})


@frozen
class Token:
    """`kind` is string, name (quoted), number, word or sign; `end` is where it ends in its text.

    `word` is the text in upper case where it is a bare word or a sign, else "": it is asked for
    several times of each token.
    """

    kind: str
    text: str
    end: int = field(default=0, compare=False)
    word: str = field(default="", compare=False)

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


_token = quickly(Token)


def verb(sql: str) -> str:
    """The first word in upper case, however long the rest is; "" where there is none."""
    for found in _TOKEN.finditer(sql):
        if found.lastgroup != "space":
            return _word(found)
    return ""


def tokenize(sql: str) -> tuple[Token, ...]:
    """What `/*! */` hides from other engines is read as MySQL reads it."""
    return tuple(
        [
            _token(found.lastgroup or "sign", found[0], found.end(), _word(found))
            for found in _TOKEN.finditer(sql)
            if found.lastgroup != "space"
        ]
    )


def _word(found: re.Match[str]) -> str:
    return found[0].upper() if found.lastgroup in _BARE else ""


def written(tokens: Sequence[Token]) -> str:
    """One spelling: a space between words, none around parentheses, dots and commas."""
    text = last = ""
    for token in tokens:
        glued = not text or token.text in {",", ")", ".", "("} or last in {"(", "."}
        text += token.text if glued else f" {token.text}"
        last = token.text
    return text
