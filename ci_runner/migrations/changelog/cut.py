"""Where Liquibase ends a statement: it reads words, quotes and comments, and no dollar quotes.

liquibase-core 4.29, StringUtil.processMultiLineSQL and isDelimiter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_OPENS = r"(?P<line>--[^\n]*)|(?P<open>/\*|['\"])|"
_CLOSERS = {
    "/*": re.compile(r".*?\*/", re.DOTALL),
    "'": re.compile(r"[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*'", re.DOTALL),
    '"': re.compile(r'[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*"', re.DOTALL),
}
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
    return re.compile(_OPENS + own + _PIECE, re.DOTALL | re.IGNORECASE)


def cuts(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    r"""Start and end of each thing that ends a statement; `delimiter` is "" for the usual ones.

    Those are a semicolon, and a line that begins with GO or a slash. One that begins with `\n`
    stands at the start of a line. None counts between BEGIN and END.
    """
    at_line = delimiter == "/" or delimiter.startswith("\\n")
    mark = delimiter.removeprefix("\\n").lower()
    blocks, before, begun = 0, "" if delimiter.startswith("\\n") else "\n", ""
    for start, end, kind in _read(text, _pieces(mark)):
        piece = text[start:end].lower()
        if begun and kind != "blank":
            blocks += _opened(begun, piece, blocks)
            begun = ""
        if kind == "word" and piece in {"begin", "end"} and piece != mark:
            begun = piece
        elif not blocks and kind != "skip" and _ends(piece, mark, before, at_line=at_line):
            yield start, end
        before = piece


def _read(text: str, pieces: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of each piece; what is quoted or a comment is `skip`.

    What is never closed opens nothing, and is looked for once: time stays linear.
    """
    position = 0
    unclosed: set[str] = set()
    while found := pieces.match(text, position):
        kind, position = found.lastgroup or "", found.end()
        if kind == "open":
            mark = found[0]
            closed = None if mark in unclosed else _CLOSERS[mark].match(text, position)
            if closed is None:
                unclosed.add(mark)
            kind = "skip" if closed else "sign"
            position = closed.end() if closed else found.start() + 1
        yield found.start(), position, "skip" if kind == "line" else kind


def _opened(word: str, following: str, blocks: int) -> int:
    if following in _TRANSACTION or (word == "begin" and following in _TALK):
        return 0
    return 1 if word == "begin" else -1 if blocks else 0


def _ends(piece: str, mark: str, before: str, *, at_line: bool) -> bool:
    begins = before.endswith("\n")
    if mark:
        return piece == mark and (begins or not at_line)
    return piece == ";" or (begins and piece in {"go", "/"})
