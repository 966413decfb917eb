"""Single words of SQL as PostgreSQL's lexer knows them: keywords, and names that it cuts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ci_runner.dialects.postgres.parse.tree import LONGEST, Node, library

# NAMEDATALEN - 1 of every server that is built as usual.
LONGEST_NAME = 63
_PLAIN_NAME = "IDENT"
# sql-keywords-appendix.html: current_timestamp; none has a digit.
_LONGEST_KEYWORD = 17
# What may be too long a name: the lexer, which knows, takes longer.
_LONG = re.compile(r'(?<![\w$])[\w$]{64}|"(?:[^"]|""){62}', re.ASCII)


@lru_cache(maxsize=4096)
def _kinds(name: str) -> tuple[str, ...]:
    return tuple(kind for kind, _ in _tokens(name))


def is_reserved(name: str) -> bool:
    """Whether the word can't be a column's or table's name without quotes."""
    if len(name) > _LONGEST_KEYWORD or not name.replace("_", "").isalpha():
        return False
    kinds = _kinds(name.lower())
    return len(kinds) == 1 and kinds[0] in {"RESERVED_KEYWORD", "TYPE_FUNC_NAME_KEYWORD"}


def cut_names(sql: str) -> tuple[str, ...]:
    """The names in `sql` that the server cuts to 63 bytes."""
    if sql.isascii() and not _LONG.search(sql):
        return ()
    encoded = [text for kind, text in _tokens(sql) if kind == _PLAIN_NAME]
    names = (_unquoted(each) for each in encoded if len(each) > LONGEST_NAME)
    return tuple(dict.fromkeys(name for name in names if len(name.encode()) > LONGEST_NAME))


def _unquoted(token: bytes) -> str:
    text = token.decode("utf-8", errors="replace")
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def _tokens(sql: str) -> Iterator[tuple[str, bytes]]:
    """(kind, text) of each token; nothing for what can't be read."""
    if "\0" in sql or len(sql) > LONGEST:
        return
    postgast = library()
    try:
        scanned: Node = postgast.scan(sql)
    except (postgast.PgQueryError, UnicodeEncodeError):
        return
    text = sql.encode()
    for token in scanned.tokens:
        kinds = token.DESCRIPTOR.fields_by_name
        keyword = kinds["keyword_kind"].enum_type.values_by_number[token.keyword_kind].name
        # Characters that are no SQL, such as {, have a number and no name.
        plain = kinds["token"].enum_type.values_by_number.get(token.token)
        kind = keyword if keyword != "NO_KEYWORD" else plain.name if plain else ""
        yield kind, text[token.start : token.end]
