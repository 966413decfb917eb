"""Find the least that the server asks for to change a table: the ladder of online DDL.

A statement that changes a table is run in the form that asks for the cheapest algorithm and the
weakest lock. The server refuses what it can't do so before it has done anything, and the next form
is tried: mariadb.com/kb, ALTER TABLE, ALGORITHM and LOCK; dev.mysql.com, Online DDL Operations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ci_runner.dialects.base import (
    Connection,
    Failure,
    OnlineDdl,
    Ran,
    StatementFailed,
    as_written,
)
from ci_runner.dialects.guard import STOPPED
from ci_runner.dialects.mysql.parse.clauses import target
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb
from ci_runner.dialects.mysql.quote import literal
from ci_runner.dialects.mysql.read.rows import text
from ci_runner.dialects.operations import Target
from ci_runner.frozen import frozen

MARIA = ("INSTANT", "NOCOPY", "INPLACE", "COPY")
MYSQL = ("INSTANT", "INPLACE", "COPY")
LOCKS = ("NONE", "SHARED", "EXCLUSIVE")
# ER_UNKNOWN_ALTER_ALGORITHM on a server that is older than the word, then
# ER_ALTER_OPERATION_NOT_SUPPORTED, and the same with a reason.
_UNKNOWN = "1800"
_REFUSED = frozenset({_UNKNOWN, "1845", "1846"})
_PARTITIONS = re.compile(r"\s*(?:PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)
_REASON = re.compile(r"Reason: (.+?)\. Try ")
# What the session says by itself is obeyed: then no form is tried.
_FREE = frozenset({"DEFAULT", "OFF", "0"})
_VALUES = {"ALGORITHM": {*MARIA, "DEFAULT"}, "LOCK": {*LOCKS, "DEFAULT"}}
_VERBS = frozenset({"ALTER", "CREATE", "DROP"})
_INDEX_WORDS = frozenset("OR REPLACE ONLINE OFFLINE UNIQUE FULLTEXT SPATIAL INDEX".split())


@frozen
class Alteration:
    """A statement that takes ALGORITHM and LOCK: on which table, and between which texts.

    `listed` is whether they are clauses of a list, with commas between them. `algorithm` and
    `lock` are those that it names itself, "" for none.
    """

    sql: str
    table: Target
    head: str
    tail: str
    listed: bool = True
    algorithm: str = ""
    lock: str = ""

    def asking(self, algorithm: str, lock: str) -> str:
        """The statement with the clauses that it does not have."""
        words = [] if self.algorithm or not algorithm else [f"ALGORITHM={algorithm}"]
        words += [] if self.lock or not lock else [f"LOCK={lock}"]
        if not words:
            return self.sql
        if not self.listed:
            return f"{self.head}\n{' '.join(words)}{self.tail}"
        comma = "" if not self.tail.strip() or self.partitions else ","
        return f"{self.head} {', '.join(words)}{comma}{self.tail}"

    @property
    def partitions(self) -> bool:
        """Whether it says how all of the table is partitioned, which stands behind the list."""
        return _PARTITIONS.match(self.tail) is not None


@lru_cache(maxsize=16_384)
def alteration(sql: str) -> Alteration | None:
    """ALTER TABLE, CREATE INDEX or DROP INDEX; None for every other statement."""
    if verb(sql) not in _VERBS:
        return None
    tokens = tokenize(sql)
    words = [token.word for token in tokens]
    try:
        match words[:1]:
            case ["ALTER"] if "TABLE" in words[1:4]:
                return _alter(sql, tokens, words)
            case ["CREATE"] if "INDEX" in words[1:6]:
                return _create_index(sql, tokens, words)
            case ["DROP"] if words[1:2] == ["INDEX"]:
                return _drop_index(sql, tokens, words)
    except (IndexError, ValueError):  # the statement ends too early, which the server will say
        return None
    return None


def _alter(sql: str, tokens: Sequence[Token], words: Sequence[str]) -> Alteration:
    at = words.index("TABLE") + 1
    at += 2 if words[at] == "IF" else 0
    table, at = target(tokens, at)
    if at < len(words) and words[at] in {"WAIT", "NOWAIT"}:
        at += 2 if words[at] == "WAIT" else 1
    end = tokens[at - 1].end
    return Alteration(sql, table, sql[:end], sql[end:], True, *_named(words, at))


def _create_index(sql: str, tokens: Sequence[Token], words: Sequence[str]) -> Alteration | None:
    at = words.index("INDEX")
    if not _INDEX_WORDS.issuperset(words[1 : at + 1]):
        return None
    table, behind = target(tokens, words.index("ON", at + 1) + 1)
    end = tokens[-1].end
    return Alteration(sql, table, sql[:end], sql[end:], False, *_named(words, behind))


def _drop_index(sql: str, tokens: Sequence[Token], words: Sequence[str]) -> Alteration:
    """As the ALTER TABLE that it stands for: MariaDB's DROP INDEX takes no ALGORITHM."""
    on = words.index("ON", 3)
    table, at = target(tokens, on + 1)
    index = sql[tokens[1].end : tokens[on - 1].end]
    head = f"ALTER TABLE{sql[tokens[on].end : tokens[at - 1].end]}"
    return Alteration(sql, table, head, f" DROP INDEX{index}", True, *_named(words, at))


def _named(words: Sequence[str], start: int) -> tuple[str, str]:
    """The algorithm and the lock that stand outside of parentheses."""
    found = dict.fromkeys(_VALUES, "")
    depth = 0
    for at in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        if depth == 0 and words[at] in found:
            behind = [each for each in words[at + 1 : at + 3] if each != "="]
            if behind and behind[0] in _VALUES[words[at]]:
                found[words[at]] = behind[0]
    return found["ALGORITHM"], found["LOCK"]


def run(connection: Connection, sql: str) -> Ran:
    """Run one statement in the least form that the server accepts. Raises StatementFailed.

    It runs as it stands where it changes no table, where the session names an algorithm, and where
    it fails for another reason than its form, so that the failure is that of the statement.
    """
    what = alteration(sql)
    if what is None:
        return as_written(connection, sql)
    flavour = _flavour(connection)
    if flavour is None:
        return as_written(connection, sql)
    was = _engine(connection, what) if "ENGINE" in sql.upper() else ""
    ran = _climb(connection, what, flavour)
    copies = what.partitions or (was and _engine(connection, what) != was)
    if ran.online and copies:
        # The server takes INSTANT for another engine or other partitions, and copies every row.
        return replace(ran, online=replace(ran.online, algorithm="COPY", form=""))
    return ran


def _flavour(connection: Connection) -> tuple[str, ...] | None:
    """The server's algorithms, cheapest first; None where the session wants one."""
    ((version, wanted),) = connection.query("SELECT VERSION(), @@SESSION.old_alter_table")
    if text(wanted).upper() not in _FREE:
        return None
    return MARIA if "mariadb" in text(version).lower() else MYSQL


def _climb(connection: Connection, what: Alteration, algorithms: tuple[str, ...]) -> Ran:
    reason = ""
    for algorithm in _wanted(what, algorithms):
        for lock in _locks(what.lock, algorithm, algorithms):
            form = what.asking(algorithm, lock)
            try:
                ran = as_written(connection, form)
            except StatementFailed as failed:
                if failed.failure.code not in _REFUSED:
                    return _plain(connection, what, failed)
                if _blames_algorithm(failed.failure):
                    reason = _reason(failed.failure) or reason
                    break
                continue
            table = what.table.identity("table", "")
            taken = lock or ("NONE" if algorithm == "INSTANT" else "")
            # A copy, or a lock that others wait for, is nothing to insist on.
            guard = what.asking(algorithm, lock if lock == "NONE" else "")
            named = "" if algorithm == "COPY" else guard
            return replace(ran, online=OnlineDdl(table, algorithm, taken, reason, named))
    return as_written(connection, what.sql)


def _plain(connection: Connection, what: Alteration, failed: StatementFailed) -> Ran:
    """What was stopped, or failed as it stands, has failed; another form is no better."""
    if what.algorithm and what.lock:
        raise failed
    if failed.failure.code == STOPPED:
        raise failed
    return as_written(connection, what.sql)


def _wanted(what: Alteration, algorithms: tuple[str, ...]) -> Iterator[str]:
    """MySQL takes no LOCK beside ALGORITHM=INSTANT: dev.mysql.com, ALTER TABLE Statement."""
    for each in algorithms:
        clashes = each == "INSTANT" and algorithms == MYSQL and what.lock
        if what.algorithm == each or not (what.algorithm or clashes):
            yield each


def _locks(named: str, algorithm: str, algorithms: tuple[str, ...]) -> tuple[str, ...]:
    if named:
        return (named,)
    return ("",) if algorithm == "INSTANT" and algorithms == MYSQL else LOCKS


def _blames_algorithm(failure: Failure) -> bool:
    return failure.code == _UNKNOWN or failure.message.startswith("ALGORITHM=")


def _reason(failure: Failure) -> str:
    found = _REASON.search(failure.message)
    return found[1] if found else ""


def _engine(connection: Connection, what: Alteration) -> str:
    place = literal(what.table.schema) if what.table.schema else "DATABASE()"
    rows = connection.query(
        "SELECT ENGINE FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {place} AND TABLE_NAME = {literal(what.table.name)}"
    )
    return text(rows[0][0]) if rows else ""
