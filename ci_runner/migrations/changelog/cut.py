"""Where Liquibase ends a statement: it reads words, quotes and comments, and no dollar quotes.

liquibase-core 4.29, StringUtil.processMultiLineSQL and isDelimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_SKIP = (
    r"(?P<skip>--[^\n]*|/\*.*?\*/"
    r"|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\")|"
)
_PIECE = r"(?P<blank>\s+)|(?P<word>[A-Za-z_$#][\w$@#]*)|(?P<sign>.)"
_WORD = re.compile(r"[A-Za-z_$#][\w$@#]*")
# Behind these BEGIN and END are no block's.
_TRANSACTION = frozenset({"transaction", "trans", "tran"})
_TALK = frozenset({"dialog", "conversation", "distributed"})
# A delimiter is a regular expression to Liquibase; these are read here, as what they literally say.
LITERAL = re.compile(r"(?:\\n)?[^\\\s|*+?()\[\]{}.^]+")


@cache
def _pieces(mark: str) -> re.Pattern[str]:
    """A mark that is a word is one only where nothing of a word is beside it."""
    own = f"(?P<mark>{re.escape(mark)})|" if mark and not _WORD.fullmatch(mark) else ""
    return re.compile(_SKIP + own + _PIECE, re.DOTALL | re.IGNORECASE)


def cuts(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    r"""Start and end of each thing that ends a statement; `delimiter` is "" for the usual ones.

    Those are a semicolon, and a line that begins with GO or a slash. One that begins with `\n`
    stands at the start of a line. None counts between BEGIN and END.
    """
    at_line = delimiter == "/" or delimiter.startswith("\\n")
    mark = delimiter.removeprefix("\\n")
    blocks, before, begun = 0, "" if delimiter.startswith("\\n") else "\n", ""
    for found in _pieces(mark).finditer(text):
        piece, kind = found[0].lower(), found.lastgroup
        if begun and kind != "blank":
            blocks += _opened(begun, piece, blocks)
            begun = ""
        if kind == "word" and piece in {"begin", "end"} and piece != mark.lower():
            begun = piece
        elif not blocks and _ends(kind, piece, mark, begins=before.endswith("\n"), at_line=at_line):
            yield found.span()
        before = found[0]


def _opened(word: str, following: str, blocks: int) -> int:
    if following in _TRANSACTION or (word == "begin" and following in _TALK):
        return 0
    return 1 if word == "begin" else -1 if blocks else 0


def _ends(kind: str | None, piece: str, mark: str, *, begins: bool, at_line: bool) -> bool:
    if mark:
        return piece == mark.lower() and kind != "skip" and (begins or not at_line)
    return piece == ";" or (begins and piece in {"go", "/"})
