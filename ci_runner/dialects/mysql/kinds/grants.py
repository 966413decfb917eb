"""Grants on one database, its tables, columns and routines: read, compared, given and taken.

Accounts and roles belong to the server and are none of a database's schema. Who reads no rights of
others, as the account of a dev database doesn't, sees none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement, StatementFailed
from ci_runner.dialects.mysql.quote import quote
from ci_runner.dialects.mysql.read.rows import Row, optional, text
from ci_runner.dialects.mysql.watch.present import Present
from ci_runner.schema.access import Grant, Right, Rights
from ci_runner.schema.model import Identity, Schema

_TABLES = """
SELECT TABLE_NAME, GRANTEE, NULL, PRIVILEGE_TYPE, IS_GRANTABLE
FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()
UNION ALL
SELECT TABLE_NAME, GRANTEE, COLUMN_NAME, PRIVILEGE_TYPE, IS_GRANTABLE
FROM information_schema.COLUMN_PRIVILEGES WHERE TABLE_SCHEMA = DATABASE()
ORDER BY 1, 2, 3, 4
"""
# By the name itself, or by a pattern that fits no other. Who migrates has what that asks for.
_DATABASE = """
SELECT GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE FROM information_schema.SCHEMA_PRIVILEGES
WHERE TABLE_SCHEMA IN
  (DATABASE(), REPLACE(REPLACE(DATABASE(), '_', CHAR(92, 95)), '%', CHAR(92, 37)))
  AND GRANTEE <> CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')
ORDER BY 1, 2
"""
# No view of information_schema tells them.
_ROUTINES = """
SELECT ROUTINE_NAME, CONCAT('''', USER, '''@''', HOST, ''''), ROUTINE_TYPE, PROC_PRIV
FROM mysql.procs_priv WHERE DB = DATABASE() ORDER BY 1, 2, 3
"""
DATABASE = Identity("database", "", "")
_ROUTINE_KINDS = frozenset({"FUNCTION", "PROCEDURE"})
_DENIED = "1142"  # ER_TABLEACCESS_DENIED_ERROR
_OPTION = "GRANT OPTION"
_NOTHING = "USAGE"  # the row of an account that has rights on columns alone, or only passes on


def grants(connection: Connection, there: Present) -> Iterator[Grant]:
    """Those on objects that are `there`: rights outlive their table."""
    yield from _of_database(connection)
    yield from _of_tables(connection, there.relations)
    yield from _of_routines(connection, there.routines)


def _of_database(connection: Connection) -> Iterator[Grant]:
    found: dict[str, set[Right]] = defaultdict(set)
    for grantee, privilege, grantable in connection.query(_DATABASE):
        rights = found[_account(text(grantee))]
        if text(privilege) != _NOTHING:
            rights.add(Right("", text(privilege).upper()))
        if text(grantable) == "YES":
            rights.add(Right("", _OPTION))
    for grantee, rights in found.items():
        if rights:
            yield Grant(DATABASE, "", grantee, tuple(sorted(rights)), "*")


def _of_tables(connection: Connection, known: Mapping[str, Identity]) -> Iterator[Grant]:
    found: dict[tuple[str, str], set[Right]] = defaultdict(set)
    for table, grantee, column, privilege, grantable in connection.query(_TABLES):
        rights = found[text(table), _account(text(grantee))]
        if text(privilege) != _NOTHING:
            rights.add(Right(optional(column) or "", text(privilege).upper()))
        if column is None and text(grantable) == "YES":
            rights.add(Right("", _OPTION))
    for (table, grantee), rights in found.items():
        if table in known and rights:
            yield Grant(known[table], "TABLE", grantee, tuple(sorted(rights)), table)


def _of_routines(
    connection: Connection, known: Mapping[tuple[str, str], Identity]
) -> Iterator[Grant]:
    try:
        rows: list[Row] = connection.query(_ROUTINES)
    except StatementFailed as refused:
        if refused.failure.code == _DENIED:
            return
        raise
    for name, grantee, kind, given in rows:
        words = (each.upper() for each in text(given).split(",") if each)
        rights = tuple(sorted(Right("", _OPTION if each == "GRANT" else each) for each in words))
        on = known.get((text(kind).lower(), text(name)))
        if on is not None and rights:
            yield Grant(on, text(kind), _account(text(grantee)), rights, text(name))


def _account(grantee: str) -> str:
    """As GRANT takes it: a role of MariaDB has no host."""
    user, _, host = grantee[1:-1].rpartition("'@'")
    return f"{quote(user)}@{quote(host)}" if host else quote(user)


def are_compared(new: Schema, leave: frozenset[str]) -> bool:
    """A goal that says nothing of rights leaves them to whoever runs the server."""
    return "grant" not in leave and any(new.of_type(Grant))


def taken(old: Schema, new: Schema) -> Iterator[PlannedStatement]:
    """REVOKE, before anything changes: it wants to know each column that it names."""
    theirs = {each.identity: each for each in new.of_type(Grant)}
    for each in old.of_type(Grant):
        kept = theirs[each.identity].rights if each.identity in theirs else ()
        yield from _statement(each, _without(each.rights, kept), "REVOKE", "GRANT")


def given(
    old: Schema, wanted: Iterable[Grant], remade: Container[Identity]
) -> Iterator[PlannedStatement]:
    """GRANT, behind all else. What is made again, the `remade`, has lost its rights."""
    mine = {each.identity: each for each in old.of_type(Grant) if each.on not in remade}
    for each in wanted:
        had = mine[each.identity].rights if each.identity in mine else ()
        yield from _statement(each, _without(each.rights, had), "GRANT", "REVOKE")


def lost(old: Schema, new: Schema, remade: Container[Identity]) -> list[Grant]:
    """What is granted on routines that are made again, which take it along."""
    return [
        each
        for each in old.of_type(Grant)
        if each.on in remade and each.what in _ROUTINE_KINDS and new.get(each.on) is not None
    ]


def with_rights(drop: PlannedStatement, old: Schema) -> PlannedStatement:
    """The DROP of a routine, whose way back gives the rights back that go with it."""
    back = [
        _sql(each, each.rights, "GRANT")
        for each in old.of_type(Grant)
        if each.on == drop.object and each.what in _ROUTINE_KINDS
    ]
    return replace(drop, undo=";\n".join((str(drop.undo), *back))) if back else drop


def _without(rights: Rights, others: Rights) -> Rights:
    return tuple(each for each in rights if each not in others)


def _statement(grant: Grant, rights: Rights, verb: str, back: str) -> Iterator[PlannedStatement]:
    if not rights:
        return
    taking = verb == "REVOKE"
    preposition = "from" if taking else "to"
    yield PlannedStatement(
        _sql(grant, rights, verb),
        f"{verb.capitalize()} {_listed(rights)} on {_place(grant)} {preposition} {grant.grantee}",
        grant.identity,
        undo=_sql(grant, rights, back),
        hazards=(f"{grant.grantee} can't use it any more.",) if taking else (),
    )


def _place(grant: Grant) -> str:
    return "the database" if grant.on == DATABASE else f"{grant.on.kind} {grant.signature}"


def _sql(grant: Grant, rights: Rights, verb: str) -> str:
    place = "*" if grant.on == DATABASE else f"{grant.what} {quote(grant.signature)}"
    if verb == "REVOKE":
        return f"REVOKE {_listed(rights)} ON {place} FROM {grant.grantee}"
    option = " WITH GRANT OPTION" if Right("", _OPTION) in rights else ""
    listed = _listed(tuple(each for each in rights if each.privilege != _OPTION)) or _NOTHING
    return f"GRANT {listed} ON {place} TO {grant.grantee}{option}"


def _listed(rights: Rights) -> str:
    """`SELECT, UPDATE (a, b)`."""
    columns: dict[str, list[str]] = defaultdict(list)
    for each in rights:
        columns[each.privilege] += [quote(each.column)] if each.column else []
    whole = {each.privilege for each in rights if not each.column}
    words = [*(each for each in columns if each in whole)]
    words += [f"{each} ({', '.join(names)})" for each, names in columns.items() if names]
    return ", ".join(words)
