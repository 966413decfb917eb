"""What one MySQL statement says that it does, read from its tokens.

Each clause of an ALTER TABLE is read by itself: a clause that no parser knows yet hides no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.clauses import clause, target
from ci_runner.dialects.mysql.tokens import Token, tokenize
from ci_runner.dialects.operations import (
    AddConstraint,
    CreateIndex,
    CreateTable,
    CreateView,
    Data,
    DropIndex,
    DropSchema,
    DropTable,
    Operation,
    Other,
    RenameTable,
    Transaction,
    Unparsed,
)
from ci_runner.dialects.token_lists import closing, split

_DATA = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE", "LOAD"})
_BEFORE_TABLE = frozenset(
    """INTO FROM TABLE LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE QUICK ONLINE""".split()
)


def parse(sql: str) -> tuple[Operation, ...]:
    """The operations of one statement. Never raises."""
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    try:
        return tuple(_read(tokens)) if tokens else ()
    except IndexError:
        return (Unparsed("the statement ends too early"),)


def _read(tokens: Sequence[Token]) -> Iterator[Operation]:
    words = [token.word for token in tokens]
    match words[0]:
        case "BEGIN" if "NOT" not in words:
            yield Transaction("begin")
        case "START" if words[1] == "TRANSACTION":
            yield Transaction("begin")
        case "COMMIT":
            yield Transaction("commit")
        case "ROLLBACK" if "TO" not in words:
            yield Transaction("rollback")
        case verb if verb in _DATA:
            yield _data(tokens, words)
        case "ALTER" if "TABLE" in words[:4]:
            yield from _alter(tokens, words)
        case "CREATE":
            yield from _create(tokens, words)
        case "DROP":
            yield from _drop(tokens, words)
        case "RENAME" if words[1] in {"TABLE", "TABLES"}:
            for part in split(tokens[2:]):
                table, at = target(part, 0)
                yield RenameTable(table, target(part, at + 1)[0].name)
        case verb:
            yield Other(verb)


def _data(tokens: Sequence[Token], words: list[str]) -> Data:
    if words[0] == "LOAD":
        return Data("load")
    at = 1
    while words[at] in _BEFORE_TABLE:
        at += 1
    return Data(words[0].lower(), target(tokens, at)[0])


def _alter(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = words.index("TABLE") + 1
    if words[at] == "IF":
        at += 2
    table, at = target(tokens, at)
    if words[at : at + 1] and words[at] in {"WAIT", "NOWAIT"}:
        at += 2 if words[at] == "WAIT" else 1
    for part in split(tokens[at:]):
        if part:
            yield from clause(table, part)


def _create(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    head = words[: words.index("(")] if "(" in words else words
    if "TABLE" in head[:5]:
        yield from _create_table(tokens, words)
    elif "INDEX" in head[:5]:
        yield _create_index(tokens, words)
    elif "VIEW" in head and not {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"} & set(head):
        at = words.index("VIEW") + 1
        at += 3 if words[at] == "IF" else 0
        yield CreateView(target(tokens, at)[0], replace="REPLACE" in head)
    else:
        yield Other(" ".join(words[:2]))


def _create_table(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = words.index("TABLE") + 1
    at += 3 if words[at] == "IF" else 0
    table, at = target(tokens, at)
    yield CreateTable(table, temporary="TEMPORARY" in words[:4])
    if words[at : at + 1] != ["("]:
        return
    for line in split(tokens[at + 1 : closing(tokens, at)]):
        said = [token.word for token in line]
        if "REFERENCES" in said:
            parent, _ = target(line, said.index("REFERENCES") + 1)
            yield AddConstraint(table, "foreign key", references=parent)


def _create_index(tokens: Sequence[Token], words: list[str]) -> CreateIndex:
    at = words.index("INDEX") + 1
    exists = words[at] == "IF"
    at += 3 if exists else 0
    table, behind = target(tokens, words.index("ON", at) + 1 if "ON" in words[at:] else len(words))
    inside = tokens[behind + 1 : closing(tokens, behind)]
    columns = tuple(part[0].name for part in split(inside) if part)
    return CreateIndex(
        table, tokens[at].name, unique="UNIQUE" in words[:4], if_not_exists=exists, columns=columns
    )


def _drop(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = 2 if words[1] != "TEMPORARY" else 3
    kind = words[at - 1]
    at += 2 if words[at] == "IF" else 0
    if kind in {"TABLE", "TABLES"}:
        for part in split(tokens[at:]):
            yield DropTable(target(part, 0)[0], cascade="CASCADE" in words)
    elif kind == "INDEX":
        yield DropIndex(target(tokens, at)[0])
    elif kind in {"DATABASE", "SCHEMA"}:
        yield DropSchema(tokens[at].name, cascade=True)
    else:
        yield Other(f"DROP {kind}")
