"""What a MySQL query says that it hardly means, read from its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.parse.conditions import always, constant, where
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb

_WITH_QUERIES = frozenset("SELECT INSERT REPLACE UPDATE DELETE CREATE ALTER WITH EXPLAIN".split())
_PROGRAMS = frozenset({"PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"})
# Rows that are written out say nothing of queries, and there may be millions.
# What limits a query, or asks of all rows on purpose.
_CHOOSES = frozenset("WHERE LIMIT DUAL COUNT SUM MIN MAX AVG".split())
_HEAD = 20_000


def remarks(sql: str) -> Iterator[str]:
    """A sentence for each kind of remark; nothing of statements without a query."""
    first = verb(sql)
    if first not in _WITH_QUERIES:
        return
    tokens = tokenize(sql[:_HEAD])
    words = [token.word for token in tokens]
    if first in {"CREATE", "ALTER"} and ("VIEW" not in words[:12] or _PROGRAMS & set(words[:12])):
        return
    if first in {"INSERT", "REPLACE"} and _names_no_column(words):
        yield "INSERT without columns breaks when the table gets another one"
    yield from _selected(words)
    yield from _compared(tokens, words)
    yield from _chosen(first, tokens, words)


def _chosen(first: str, tokens: Sequence[Token], words: Sequence[str]) -> Iterator[str]:
    """Which rows a statement takes: all, none, or those that happen to come first."""
    starts = [at for at, word in enumerate(words) if word == "WHERE"]
    conditions = [where(tokens, at) or () for at in starts]
    if first == "SELECT" and "FROM" in words and not _CHOOSES & set(words):
        yield "a query without WHERE reads every row"
    if any(always(each) or constant(each) for each in conditions):
        yield "a WHERE that chooses nothing: it is the same for every row"
    if first in {"UPDATE", "DELETE"} or (first in {"INSERT", "REPLACE"} and "SELECT" in words):
        ordered = "ORDER" in words
        if "LIMIT" in words and not ordered:
            yield "LIMIT without ORDER BY takes whatever rows come first, on a replica others"
        elif ordered and "LIMIT" not in words and first in {"UPDATE", "DELETE"}:
            yield "ORDER BY without LIMIT sorts rows that are all changed anyway"


def _names_no_column(words: Sequence[str]) -> bool:
    """INSERT INTO t VALUES, or SELECT, right behind the table; SET names its columns."""
    end = next((at for at, word in enumerate(words) if word in {"VALUES", "VALUE", "SELECT"}), 0)
    return bool(end) and "SET" not in words[:end] and "(" not in words[:end]


def _selected(words: Sequence[str]) -> Iterator[str]:
    """`*` as a result; count(*) and EXISTS (SELECT *) name no columns."""
    for at, word in enumerate(words):
        starred = words[at + 1 : at + 2] == ["*"] or words[at + 2 : at + 4] == [".", "*"]
        if word == "SELECT" and starred and words[at - 2 : at] != ["EXISTS", "("]:
            yield "SELECT * changes with the table"
            return


def _compared(tokens: Sequence[Token], words: Sequence[str]) -> Iterator[str]:
    found: dict[str, None] = {}
    inside_where = False
    for at, word in enumerate(words[:-1]):
        behind = words[at + 1]
        inside_where = inside_where or word in {"WHERE", "ON", "HAVING"}
        if word in {"=", "!"} and behind == "NULL" and inside_where:
            found["= NULL is never true: IS NULL"] = None
        if word == "LIKE" and tokens[at + 1].text[:2] in {"'%", '"%', "'_", '"_'}:
            found["LIKE with a wildcard in front reads every row"] = None
        if word == "NOT" and words[at + 1 : at + 4] == ["IN", "(", "SELECT"]:
            found["NOT IN is never true where the query gives a NULL: NOT EXISTS"] = None
        if words[at : at + 4] == ["ORDER", "BY", "RAND", "("]:
            found["ORDER BY rand() sorts every row"] = None
    yield from found
