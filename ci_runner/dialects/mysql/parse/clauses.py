"""The clauses of ALTER TABLE and the lines of CREATE TABLE as operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ci_runner.dialects.mysql.parse.tokens import Token, written
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterTable,
    CreateIndex,
    Data,
    DropColumn,
    DropConstraint,
    DropIndex,
    Operation,
    RenameColumn,
    RenameTable,
    SetNotNull,
    Target,
)
from ci_runner.dialects.token_lists import closing, split

_KEYS = frozenset({"INDEX", "KEY", "FULLTEXT", "SPATIAL", "UNIQUE", "PRIMARY", "FOREIGN", "CHECK"})
_ENDS_TYPE = frozenset(
    """NOT NULL DEFAULT AUTO_INCREMENT PRIMARY UNIQUE KEY COMMENT COLLATE CHARACTER CHARSET CHECK
    REFERENCES GENERATED AS VIRTUAL STORED PERSISTENT ON FIRST AFTER INVISIBLE VISIBLE CONSTRAINT
    COLUMN_FORMAT STORAGE SERIAL ENGINE_ATTRIBUTE SRID WITHOUT WITH COMPRESSED""".split()
)
_DROPS_NO_COLUMN = frozenset({"PARTITION", "SYSTEM", "PERIOD"})


def target(tokens: Sequence[Token], at: int) -> tuple[Target, int]:
    """`name` or `database.name` at `at`, and the position behind it. Raises IndexError."""
    if at + 2 < len(tokens) and tokens[at + 1].word == ".":
        return Target(tokens[at].name, tokens[at + 2].name), at + 3
    return Target("", tokens[at].name), at + 1


def clause(table: Target, tokens: Sequence[Token]) -> Iterator[Operation]:
    """What one clause of ALTER TABLE does. Raises IndexError where it ends too early."""
    words = [token.word for token in tokens]
    match words[0]:
        case "ADD":
            yield from _add(table, tokens, words)
        case "TRUNCATE" | "DROP" if words[1:2] == ["PARTITION"] and len(words) > 2:
            yield Data("TRUNCATE", table)
        case "DROP":
            yield _drop(table, tokens, words)
        case "MODIFY" | "CHANGE":
            yield from _change(table, tokens, words)
        case "RENAME" if words[1] == "COLUMN":
            yield RenameColumn(table, tokens[2].name, tokens[4].name)
        case "RENAME" if words[1] in {"INDEX", "KEY"}:
            yield AlterTable(table, "RENAME INDEX", tokens[2].name, tokens[4].name)
        case "ALTER":
            yield _alter_column(table, tokens, words)
        case "RENAME":
            new, _ = target(tokens, 2 if words[1] in {"TO", "AS", "="} else 1)
            yield RenameTable(table, new.name)
        case verb:
            yield AlterTable(table, verb)


def _behind(words: Sequence[str], at: int, *optional: str) -> int:
    """The position behind optional words and IF [NOT] EXISTS."""
    while at < len(words) and words[at] in optional:
        at += 1
    if words[at : at + 1] == ["IF"]:
        at += 3 if words[at + 1] == "NOT" else 2
    return at


def _add(table: Target, tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = 1
    label = ""
    if words[at] == "CONSTRAINT":
        at += 1
        if words[at] not in _KEYS:
            label, at = tokens[at].name, at + 1
    if words[at] in _KEYS:
        yield from key(table, tokens[at:], label, alone=True)
        return
    if words[at] in {"PARTITION", "SYSTEM", "PERIOD"}:
        yield AlterTable(table, f"ADD {words[at]}")
        return
    at = _behind(words, at, "COLUMN")
    if words[at] == "(":
        for each in split(tokens[at + 1 : closing(tokens, at)]):
            yield from column(table, each)
        return
    yield from column(table, tokens[at:])


def key(table: Target, tokens: Sequence[Token], label: str, *, alone: bool) -> Iterator[Operation]:
    """A key, index or check; `alone` where it comes to a table that is there already."""
    words = [token.word for token in tokens]
    first = words[0]
    opening = words.index("(") if "(" in words else len(words)
    inside = tokens[opening + 1 : closing(tokens, opening)] if opening < len(words) else ()
    columns = tuple(part[0].name for part in split(inside) if part and part[0].name)
    if first == "CHECK":
        yield AddConstraint(table, "check", label)
    elif first == "PRIMARY":
        yield AddConstraint(table, "primary key", label, columns)
    elif first == "FOREIGN":
        at = words.index("REFERENCES") if "REFERENCES" in words else len(words)
        parent = target(tokens, at + 1)[0] if at + 1 < len(tokens) else None
        yield AddConstraint(table, "foreign key", label, columns, references=parent)
    else:
        names = [t.name for t in tokens[1:opening] if t.word not in {"INDEX", "KEY"} and t.name]
        name = names[0] if names and names[0].upper() != "USING" else label
        if first == "UNIQUE":
            yield AddConstraint(table, "unique", name, columns)
        elif alone:
            yield CreateIndex(table, name, columns=columns)


def column(table: Target, tokens: Sequence[Token]) -> Iterator[Operation]:
    """A column that is added, and the constraints behind its definition."""
    words = [token.word for token in tokens]
    name = tokens[0].name
    default = _default(tokens, words)
    is_generated = "AS" in words
    stored = bool({"STORED", "PERSISTENT"} & set(words))
    yield AddColumn(
        table,
        name,
        _type(tokens),
        not_null=_says(words, "NOT", "NULL") or "PRIMARY" in words,
        default=default[0],
        default_calls=default[1],
        serial="AUTO_INCREMENT" in words or words[1:2] == ["SERIAL"],
        generated=("stored" if stored else "virtual") if is_generated else "",
        primary_key="PRIMARY" in words,
        unique="UNIQUE" in words,
    )
    if "CHECK" in words:
        yield AddConstraint(table, "check", columns=(name,), inline=True)
    if "REFERENCES" in words:
        parent, _ = target(tokens, words.index("REFERENCES") + 1)
        yield AddConstraint(table, "foreign key", "", (name,), references=parent, inline=True)


def _says(words: Sequence[str], first: str, second: str) -> bool:
    return (first, second) in pairwise(words)


def _type(tokens: Sequence[Token]) -> str:
    end = next(
        (at for at, token in enumerate(tokens) if at > 1 and token.word in _ENDS_TYPE), len(tokens)
    )
    lower = (replace(t, text=t.text.lower()) if t.kind == "word" else t for t in tokens[1:end])
    return written(tuple(lower))


def _default(tokens: Sequence[Token], words: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    if "DEFAULT" not in words:
        return None, ()
    at = words.index("DEFAULT") + 1
    end = closing(tokens, at) + 1 if words[at] == "(" else at + 1
    if words[end : end + 1] == ["("]:
        end = closing(tokens, end) + 1
    inside = tokens[at:end]
    calls = tuple(
        one.name.lower()
        for one, other in pairwise(inside)
        if one.kind == "word" and other.word == "("
    )
    text = written(inside)
    return (None if text.upper() == "NULL" else text), calls


def _drop(table: Target, tokens: Sequence[Token], words: list[str]) -> Operation:
    kind = words[1]
    if kind in {"INDEX", "KEY"}:
        return DropIndex(Target("", tokens[_behind(words, 2)].name), table=table)
    if kind in {"FOREIGN", "CONSTRAINT", "CHECK"}:
        return DropConstraint(table, tokens[_behind(words, 2, "KEY")].name)
    if kind == "PRIMARY" or (kind in _DROPS_NO_COLUMN and len(words) > 2):
        return AlterTable(table, f"DROP {'PRIMARY KEY' if kind == 'PRIMARY' else kind}")
    return DropColumn(table, tokens[_behind(words, 1, "COLUMN")].name)


def _alter_column(table: Target, tokens: Sequence[Token], words: list[str]) -> AlterTable:
    """ALTER [COLUMN] a SET DEFAULT ..., and what is said of indexes and constraints."""
    at = _behind(words, 1, "COLUMN")
    if words[at] in {"INDEX", "KEY", "CHECK", "CONSTRAINT"}:
        return AlterTable(table, f"ALTER {words[at]}", tokens[at + 1].name)
    said = " ".join(words[at + 1 : at + 3])
    return AlterTable(table, said, tokens[at].name)


def _change(table: Target, tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    """MODIFY and CHANGE say the whole column again, so that NOT NULL there may be there already."""
    at = _behind(words, 1, "COLUMN")
    name = new = tokens[at].name
    if words[0] == "CHANGE":
        at += 1
        new = tokens[at].name
        if new != name:
            yield RenameColumn(table, name, new)
    yield AlterColumnType(table, new, _type(tokens[at:]))
    if _says(words, "NOT", "NULL"):
        yield SetNotNull(table, new)
