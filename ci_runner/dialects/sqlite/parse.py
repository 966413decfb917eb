"""What one SQLite statement says that it does, read from its tokens.

SQLite's DDL is small enough to read directly, which keeps what a general parser gives up on.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ci_runner.dialects.operations import (
    AddColumn,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    Data,
    DropColumn,
    DropIndex,
    DropObject,
    DropTable,
    Operation,
    Other,
    RenameColumn,
    RenameTable,
    Setting,
    Target,
    Transaction,
    Unparsed,
)
from ci_runner.dialects.sqlite.tokens import Token, tokenize, write
from ci_runner.dialects.token_lists import closing, outside, split

_WRITES = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE"})
_TRANSACTION = {"BEGIN": "begin", "COMMIT": "commit", "END": "commit", "ROLLBACK": "rollback"}


def parse(sql: str) -> tuple[Operation, ...]:
    """The operation of one statement. Never raises."""
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    try:
        return (_read(tokens),) if tokens else ()
    except IndexError:
        return (Unparsed("the statement ends too early"),)


def _read(tokens: Sequence[Token]) -> Operation:  # noqa: PLR0911  one return per kind
    words = [token.word for token in tokens]
    first = words[0]
    if first == "BEGIN" or (first in _TRANSACTION and "TO" not in words):
        verb = {"BEGIN": "begin", "ROLLBACK": "rollback"}.get(first, "commit")
        match verb:
            case "begin":
                return Transaction("begin")
            case "rollback":
                return Transaction("rollback")
            case _:
                return Transaction("commit")
    if first == "WITH":
        return _with(tokens)
    if first in _WRITES:
        return _data(tokens, words)
    if first == "ALTER" and words[1] == "TABLE":
        return _alter(tokens)
    if first == "DROP":
        target, _ = name_at(tokens, 4 if words[2] == "IF" else 2)
        if words[1] == "TABLE":
            return DropTable(target)
        return DropIndex(target) if words[1] == "INDEX" else DropObject(words[1].lower(), target)
    if first == "CREATE":
        return _create(tokens, words)
    if first == "PRAGMA" and len(words) > 2 and words[2] in {"=", "("}:
        return Setting(tokens[1].name.lower(), tokens[3].name.lower())
    return Other(first.lower()) if first else Unparsed("no statement starts like this")


def name_at(tokens: Sequence[Token], at: int) -> tuple[Target, int]:
    """The possibly qualified name at `at`, and the position behind it."""
    if at + 2 < len(tokens) and tokens[at + 1].word == ".":
        return Target(tokens[at].name, tokens[at + 2].name), at + 3
    return Target("", tokens[at].name), at + 1


def _with(tokens: Sequence[Token]) -> Operation:
    """What stands behind the queries that WITH names."""
    begins = next((t for t in outside(tokens) if t.word in {*_WRITES, "SELECT", "VALUES"}), None)
    if begins is None or begins.word not in _WRITES:
        return Other("select" if begins else "with")
    at = next(at for at, token in enumerate(tokens) if token is begins)
    return _data(tokens[at:], [token.word for token in tokens[at:]])


def _data(tokens: Sequence[Token], words: Sequence[str]) -> Operation:
    at = 1
    while words[at] in {"OR", "ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK", "INTO", "FROM"}:
        at += 1
    target, end = name_at(tokens, at)
    columns: tuple[str, ...] = ()
    if words[0] in {"INSERT", "REPLACE"} and words[end : end + 1] == ["("]:
        parts = split(tokens[end + 1 : closing(tokens, end)])
        columns = tuple(part[0].name for part in parts if part)
    everywhere = words[0] in {"UPDATE", "DELETE"} and _always(tokens)
    return Data(words[0].lower(), target, everywhere, columns=columns)


def _always(tokens: Sequence[Token]) -> bool:
    """Whether a WHERE is missing, true, or compares something with itself.

    The tables of UPDATE ... FROM choose no rows without one.
    """
    outer = outside(tokens)
    if {"JOIN", "LIMIT"} & {token.word for token in outer}:
        return False
    where = next((token for token in outer if token.word == "WHERE"), None)
    if where is None:
        return True
    behind = next(at for at, token in enumerate(tokens) if token is where) + 1
    match [token.text.lower() for token in tokens[behind:]]:
        case ["1"] | ["true"] | ["not", "0" | "false"]:
            return True
        case [left, "=" | "==", right]:
            return left == right != "null"
        case _:
            return False


def _create(tokens: Sequence[Token], words: Sequence[str]) -> Operation:
    temporary = words[1] in {"TEMP", "TEMPORARY"}
    at = 2 if temporary else 1
    unique = words[at] == "UNIQUE"
    at += unique
    kind = words[at]
    at += 1
    absent = words[at : at + 3] == ["IF", "NOT", "EXISTS"]
    target, end = name_at(tokens, at + 3 * absent)
    if kind == "TABLE":
        return CreateTable(target, temporary, absent)
    if kind == "VIEW":
        return CreateView(target)
    if kind != "INDEX":
        return CreateObject(kind.lower(), target)
    table = tokens[end + 1].name
    parts = split(tokens[end + 3 : closing(tokens, end + 2)])
    columns = tuple(part[0].name for part in parts if part and _is_column(part))
    return CreateIndex(
        Target(target.schema, table),
        target.name,
        unique=unique,
        if_not_exists=absent,
        columns=columns,
        whole=all(len(part) == 1 and _is_column(part) for part in parts) and "WHERE" not in words,
    )


def _is_column(part: Sequence[Token]) -> bool:
    rest = [token.word for token in part[1:]]
    return part[0].is_name and (not rest or rest[0] in {"ASC", "DESC", "COLLATE"})


def _alter(tokens: Sequence[Token]) -> Operation:
    table, at = name_at(tokens, 2)
    words = [token.word for token in tokens[at:]]
    at += 1
    if words[:2] == ["RENAME", "TO"]:
        return RenameTable(table, tokens[at + 1].name)
    at += words[1] == "COLUMN"
    match words[0]:
        case "RENAME":
            return RenameColumn(table, tokens[at].name, tokens[at + 2].name)
        case "DROP":
            return DropColumn(table, tokens[at].name)
        case "ADD":
            return added(table, tokens[at].name, tokens[at + 1 :])
        case _:
            return Unparsed("not an ALTER TABLE that SQLite knows")


def added(table: Target, column: str, rest: Sequence[Token]) -> AddColumn:
    """A column by what is written behind its name."""
    words = [token.word for token in rest]
    starts = {"CONSTRAINT", "PRIMARY", "NOT", "UNIQUE", "CHECK", "DEFAULT", "COLLATE",
              "REFERENCES", "GENERATED", "AS", "NULL"}  # fmt: skip
    end = next((at for at, word in enumerate(words) if word in starts), len(words))
    default: Sequence[Token] = ()
    if "DEFAULT" in words:
        at = words.index("DEFAULT") + 1
        stop = closing(rest, at) if words[at] == "(" else at + (words[at] in {"+", "-"})
        default = rest[at : stop + 1]
    calls = [
        token.name.lower()
        for token, behind in pairwise(default)
        if token.kind == "word" and behind.word == "("
    ]
    generated = "AS" in words
    return AddColumn(
        table,
        column,
        write(rest[:end], ()).upper(),
        not_null=any(pair == ("NOT", "NULL") for pair in pairwise(words)),
        default=write(default, ()) if default else None,
        default_calls=tuple(calls),
        generated=("stored" if "STORED" in words else "virtual") if generated else "",
        primary_key="PRIMARY" in words,
        unique="UNIQUE" in words,
    )
