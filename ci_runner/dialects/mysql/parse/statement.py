"""What one MySQL statement says that it does, read from its tokens.

Each clause of an ALTER TABLE is read by itself: a clause that no parser knows yet hides no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.parse.clauses import clause, target
from ci_runner.dialects.mysql.parse.conditions import always, where
from ci_runner.dialects.mysql.parse.made import said
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize
from ci_runner.dialects.operations import (
    AddConstraint,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    Data,
    DropIndex,
    DropObject,
    DropTable,
    LockTable,
    Operation,
    Other,
    RenameTable,
    Repeated,
    Target,
    Transaction,
    Unparsed,
)
from ci_runner.dialects.token_lists import closing, outside, split
from ci_runner.schema.changes import Create
from ci_runner.schema.model import ForeignKey, Index, PrimaryKey, Table

_DATA = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "TRUNCATE", "LOAD"})
_TRANSACTION = {
    "BEGIN": Transaction("begin"),
    "START": Transaction("begin"),
    "COMMIT": Transaction("commit"),
    "ROLLBACK": Transaction("rollback"),
}
# dev.mysql.com, SQL Statements, and mariadb.com/kb; those that no case reads.
_KNOWN = frozenset(
    """ALTER ANALYZE BACKUP BINLOG CACHE CHANGE CHECK CHECKSUM CLONE COMMIT DEALLOCATE DELIMITER
    DESC DESCRIBE DO END EXPLAIN FLUSH FOR GET GRANT HANDLER HELP IF IMPORT INSTALL KILL LOAD
    LOCK OPTIMIZE PREPARE PURGE RELEASE RENAME REPAIR RESET RESIGNAL RESTART RETURN REVOKE ROLLBACK
    SAVEPOINT SELECT SET SHOW SHUTDOWN SIGNAL START STOP TABLE UNINSTALL UNLOCK USE VALUES WITH XA
    BEGIN CREATE DROP (""".split()
)
_SHOWN = 20
_PROGRAMS = ("PROCEDURE", "FUNCTION", "EVENT", "SEQUENCE")
_BEFORE_TABLE = frozenset(
    """INTO FROM TABLE LOW_PRIORITY DELAYED HIGH_PRIORITY IGNORE QUICK ONLINE""".split()
)


def parse(sql: str) -> tuple[Operation, ...]:
    """The operations of one statement; what can't be read is named. Never raises."""
    tokens = tuple(token for token in tokenize(sql) if token.word != ";")
    try:
        if not tokens:
            return ()
        words = [token.word for token in tokens]
        return (*_read(tokens, words), *_repeated(sql, tokens, words))
    except (IndexError, ValueError):  # ValueError: a word that has to come does not
        return (Unparsed("the statement ends too early"),)


def _read(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    match words[0]:
        case verb if verb in _TRANSACTION and "TO" not in words and "NOT" not in words:
            yield _TRANSACTION[verb]
        case verb if verb in _DATA or (verb == "WITH" and _behind_with(tokens)):
            begins = _behind_with(tokens)
            yield _data(tokens[begins:], words[begins:])
        case "ALTER" if "TABLE" in words[:4]:
            yield from _alter(tokens, words)
        case "CREATE":
            yield from _create(tokens, words)
        case "DROP":
            yield from _drop(tokens, words)
        case "LOCK" if words[1] in {"TABLE", "TABLES"}:
            for part in split(tokens[2:]):
                yield LockTable(target(part, 0)[0], part[-1].word)
        case "RENAME" if words[1] in {"TABLE", "TABLES"}:
            for part in split(tokens[2:]):
                table, at = target(part, 0)
                yield RenameTable(table, target(part, at + 1)[0].name)
        case "CALL" | "EXECUTE":
            yield Unparsed("what it runs is not in its text")
        case verb if verb in _KNOWN:
            yield Other(verb)
        case _:
            yield Unparsed(f"no statement begins with {tokens[0].text[:_SHOWN]}")


def _repeated(sql: str, tokens: Sequence[Token], words: list[str]) -> Iterator[Repeated]:
    """Columns that one table, key or list of columns names twice: names know no case."""
    for names, where_ in _lists(sql, tokens, words):
        count = Counter(name.lower() for name in names)
        yield from (Repeated(name.strip("`"), where_) for name, times in count.items() if times > 1)


def _lists(
    sql: str, tokens: Sequence[Token], words: list[str]
) -> Iterator[tuple[Sequence[str], str]]:
    verb = words[0]
    if verb in {"INSERT", "REPLACE", "UPDATE"}:
        names = _written(tokens, words, _table_of(tokens, words)[1])
        yield names, "the list of columns" if verb != "UPDATE" else "the assignments"
        return
    for change in said(sql) if verb in {"CREATE", "ALTER"} else ():
        match change:
            case Create(new=Table(columns=columns)):
                yield [each.name for each in columns], "the table"
            case Create(new=Index(keys=keys)):
                yield keys, "the index"
            case Create(new=PrimaryKey(columns=keys) | ForeignKey(columns=keys)):
                yield keys, "the key"
            case _:
                pass


def _behind_with(tokens: Sequence[Token]) -> int:
    """Where the UPDATE or DELETE behind the queries that WITH names begins; 0 without one."""
    if tokens[0].word != "WITH":
        return 0
    verbs = (t for t in outside(tokens) if t.word in {"UPDATE", "DELETE", "SELECT", "INSERT"})
    first = next(verbs, None)
    if first is None or first.word not in {"UPDATE", "DELETE"}:
        return 0
    return next(at for at, token in enumerate(tokens) if token is first)


def _data(tokens: Sequence[Token], words: list[str]) -> Data:
    if words[0] == "LOAD":
        return Data("load")
    table, behind = _table_of(tokens, words)
    if words[0] == "TRUNCATE":
        return Data("TRUNCATE", table, everywhere=True)
    written = _written(tokens, words, behind)
    everywhere = words[0] in {"UPDATE", "DELETE"} and _always(tokens)
    return Data(
        words[0].lower(),
        table,
        everywhere,
        columns=written,
        fills=_filled(tokens, words, written, everywhere=everywhere)
        if words[0] == "UPDATE"
        else (),
    )


def _table_of(tokens: Sequence[Token], words: Sequence[str]) -> tuple[Target, int]:
    """The table that is written to, and the position behind its name."""
    at = 1
    while words[at] in _BEFORE_TABLE:
        at += 1
    table, behind = target(tokens, at)
    return (_aliased(tokens, behind, table) if words[0] == "DELETE" else table), behind


def _aliased(tokens: Sequence[Token], start: int, name: Target) -> Target:
    """The table that a DELETE of several calls `name`; `name` itself where it is no alias."""
    name = name if name.name else Target("", name.schema)  # `o.*`
    for at in range(start, len(tokens) - 2):
        if tokens[at].word in {"FROM", "USING", "JOIN", ","} and tokens[at + 1].name:
            table, end = target(tokens, at + 1)
            end += [each.word for each in tokens[end : end + 1]] == ["AS"]
            if not name.schema and [each.name for each in tokens[end : end + 1]] == [name.name]:
                return table
    return name


def _filled(
    tokens: Sequence[Token], words: Sequence[str], written: tuple[str, ...], *, everywhere: bool
) -> tuple[str, ...]:
    """The columns that an UPDATE gives a value wherever they are NULL."""
    if everywhere:
        return written
    where = tokens[words.index("WHERE") + 1 :] if "WHERE" in words else ()
    match [token.word for token in where]:
        case [_, "IS", "NULL"]:
            return tuple(each for each in written if each == where[0].name)
        case [_, ".", _, "IS", "NULL"]:
            return tuple(each for each in written if each == where[2].name)
        case _:
            return ()


def _always(tokens: Sequence[Token]) -> bool:
    """Whether nothing chooses among the rows: no join, and a WHERE that is missing or true."""
    if {"JOIN", "USING", "LIMIT"} & {token.word for token in outside(tokens)}:
        return False
    condition = where(tokens)
    return condition is None or always(condition)


def _written(tokens: Sequence[Token], words: Sequence[str], at: int) -> tuple[str, ...]:
    """The columns that INSERT lists or UPDATE sets."""
    if words[0] in {"INSERT", "REPLACE"} and words[at : at + 1] == ["("]:
        parts = split(tokens[at + 1 : closing(tokens, at)])
        return tuple(part[0].name for part in parts if part)
    if words[0] == "UPDATE" and "SET" in words[at:]:
        start = words.index("SET", at) + 1
        end = words.index("WHERE", start) if "WHERE" in words[start:] else len(words)
        return tuple(_set(part) for part in split(tokens[start:end]) if part)
    return ()


def _set(part: Sequence[Token]) -> str:
    """The column of `t.a = 1`, without the table before it."""
    at = 2 if len(part) > 2 and part[1].word == "." else 0
    return part[at].name


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
    elif "TRIGGER" in head:
        yield _create_trigger(tokens, words)
    elif kind := next((each for each in _PROGRAMS if each in head), ""):
        at = words.index(kind) + 1
        at += 3 if words[at] == "IF" else 0
        name = target(tokens, at)[0].name
        yield CreateObject(kind.lower(), Target("", name), replace="REPLACE" in words[:3])
    else:
        yield Other(" ".join(words[:2]))


def _create_trigger(tokens: Sequence[Token], words: list[str]) -> CreateObject:
    at = words.index("TRIGGER") + 1
    at += 3 if words[at] == "IF" else 0
    name, at = target(tokens, at)
    return CreateObject("trigger", name, table=target(tokens, words.index("ON", at) + 1)[0])


def _create_table(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = words.index("TABLE") + 1
    absent = words[at] == "IF"
    at += 3 if absent else 0
    table, at = target(tokens, at)
    yield CreateTable(table, temporary="TEMPORARY" in words[:4], if_not_exists=absent)
    if words[at : at + 1] != ["("]:
        return
    for line in split(tokens[at + 1 : closing(tokens, at)]):
        said = [token.word for token in line]
        if "REFERENCES" in said:
            parent, _ = target(line, said.index("REFERENCES") + 1)
            inline = said[0] not in {"FOREIGN", "CONSTRAINT"}
            own = (line[0].name,) if inline else ()
            yield AddConstraint(table, "foreign key", columns=own, references=parent, inline=inline)


def _create_index(tokens: Sequence[Token], words: list[str]) -> CreateIndex:
    at = words.index("INDEX") + 1
    exists = words[at] == "IF"
    at += 3 if exists else 0
    table, behind = target(tokens, words.index("ON", at) + 1 if "ON" in words[at:] else len(words))
    inside = tokens[behind + 1 : closing(tokens, behind)]
    parts = [part for part in split(inside) if part]
    return CreateIndex(
        table,
        tokens[at].name,
        unique="UNIQUE" in words[:4],
        if_not_exists=exists,
        columns=tuple(part[0].name for part in parts),
        whole=all(len(part) == 1 for part in parts),
    )


def _drop(tokens: Sequence[Token], words: list[str]) -> Iterator[Operation]:
    at = 2 if words[1] != "TEMPORARY" else 3
    kind = words[at - 1]
    at += 2 if words[at] == "IF" else 0
    if kind in {"TABLE", "TABLES"}:
        for part in split(tokens[at:]):
            yield DropTable(target(part, 0)[0], cascade="CASCADE" in words)
    elif kind == "INDEX":
        index, behind = target(tokens, at)
        yield DropIndex(index, table=target(tokens, words.index("ON", behind) + 1)[0])
    elif kind in {"DATABASE", "SCHEMA"}:
        yield DropObject("database", Target("", tokens[at].name))
    elif kind in {"VIEW", "TRIGGER", *_PROGRAMS}:
        for part in split(tokens[at:]):
            yield DropObject(kind.lower(), Target("", target(part, 0)[0].name))
    else:
        yield Other(f"DROP {kind}")
