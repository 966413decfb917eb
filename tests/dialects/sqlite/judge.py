"""Apply a plan to filled tables and judge the result without the planner's help."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from typing import Any

from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import SqliteConnection
from ci_runner.migrations.plan import Plan, sql
from ci_runner.migrations.statements import split
from tests.dialects.sqlite.filled import (
    Database,
    autoincrements,
    becomes_rowid,
    columns,
    fill,
    rowid_name,
    rowless,
    tables,
)
from tests.dialects.sqlite.oracle import Shape, differences, q, shape

Contents = dict[str, tuple[list[str], str, list[tuple[Any, ...]]]]


def judge(old_sql: str, new_sql: str, tally: Counter[str], *, empty: bool = False) -> list[str]:
    """What is wrong with the plan between two schemas; `empty` when there must be none."""
    # Our own connections run their statements on a thread of their own.
    old, new, probe, start = (
        sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False) for _ in range(4)
    )
    try:
        for database, text in ((old, old_sql), (new, new_sql)):
            run(database, text, tally)
        for database, text in ((probe, new_sql), (start, old_sql)):
            run(database, text, Counter())
        return _judge(old, new, probe, shape(start), tally, empty=empty)
    finally:
        for database in (old, new, probe, start):
            database.close()


def _judge(
    old: Database, new: Database, probe: Database, start: Shape, tally: Counter[str], *, empty: bool
) -> list[str]:
    for table in tables(old):
        old.execute(f"DELETE FROM {q(table)}")
    fill(old)
    goal = DIALECT.inspect(SqliteConnection(new))
    plan = Plan(DIALECT.plan(DIALECT.inspect(SqliteConnection(old)), goal))
    if empty:
        tally["empty plans"] += not plan.statements
        return [f"not empty: {each.sql}" for each in plan.statements]
    tally["rebuilds"] += sum(
        each.summary.startswith("Create the new form") for each in plan.statements
    )
    tally["rows refused"] += drop_what_new_refuses(old, probe)
    if wrong := found_rows(old, plan):
        return wrong
    before, counters, stood = contents(old, new), sequence(old), tables(old)
    refused = apply(old, [each.text for each in split(sql(plan), "plan.sql", DIALECT.syntax)])
    if refused:
        return [refused]
    problems = differences(shape(old), shape(new))
    orphans = foreign_key_check(old)
    known = {row[:2] for row in referenced(start) & referenced(shape(old))}
    stay = {name.lower() for name in {*stood} & {*tables(old)}}
    broken = [r for r in orphans if (r[0], r[2].lower()) in known and r[2].lower() in stay]
    tally["rows that a foreign key's other parent lacks"] += len(orphans) - len(broken)
    problems += [f"foreign_key_check: {row}" for row in broken]
    problems += [row[0] for row in old.execute("PRAGMA integrity_check") if row[0] != "ok"]
    problems += kept(before, old, new, tally)
    now = sequence(old)
    problems += [
        f"counter of {name}: {value}, now {now.get(name)}"
        for name, value in counters.items()
        if autoincrements(new, name) and now.get(name) != value
    ]
    rest = DIALECT.plan(DIALECT.inspect(SqliteConnection(old)), goal)
    problems += [f"planned again: {each.sql}" for each in rest]
    return problems or undone(old, plan, start, before, tally)


def found_rows(database: Database, plan: Plan) -> list[str]:
    """What the queries for offending rows find where the new schema holds all that are left."""
    problems = []
    for hazard in (hazard for each in plan.statements for hazard in each.hazards):
        _, _, query = hazard.partition("find such rows: ")
        try:
            found = database.execute(query or "SELECT 1 WHERE 0").fetchall()
        except sqlite3.Error as refused:
            problems.append(f"{refused}: {query}")
        else:
            problems += [f"finds {found}: {query}"] * (bool(found) and hazard.startswith("Fails"))
    return problems


def undone(
    database: Database, plan: Plan, start: Shape, rows: Contents, tally: Counter[str]
) -> list[str]:
    """Where every statement has a way back, it leads back."""
    back = [each.undo for each in reversed(plan.statements) if each.undo is not None]
    if len(back) < len(plan.statements):
        return []
    tally["plans undone"] += 1
    refused = apply(
        database,
        [each.text for undo in back for each in split(undo, "undo.sql", DIALECT.syntax)],
    )
    if refused:
        return [f"undo: {refused}"]
    problems = differences(shape(database), start)
    for table, (names, rowid, were) in rows.items():
        key = rowid if rowid == "NULL" else rowid_name(database, table)
        listed = ", ".join([key, *map(q, names)])
        now = database.execute(f"SELECT {listed} FROM {q(table)}").fetchall()
        problems += [f"undo: rows of {table} are others"] * (Counter(were) != Counter(now))
    return problems


def apply(database: Database, statements: list[str]) -> str:
    """Run all in one transaction; SQLite's words on the one that it refuses, or ""."""
    database.execute("BEGIN")
    for statement in statements:
        try:
            database.execute(statement)
        except sqlite3.Error as refused:
            return f"{refused}: {statement}"
    database.execute("COMMIT")
    return ""


def run(database: Database, text: str, tally: Counter[str]) -> None:
    """Load a file. What moves data may need steps that its application takes in code: left out."""
    # The application of chain-stash calls this function of its own in migrations.
    database.create_function("durationToTinyInt", 1, lambda value: value)
    for statement in split(text, "schema.sql", DIALECT.syntax):
        try:
            database.execute(statement.text)
        except sqlite3.OperationalError:
            if not re.match(r"INSERT|UPDATE|DELETE", statement.text, re.IGNORECASE):
                raise
            tally["data statements of the cases left out"] += 1
    if database.in_transaction:
        database.execute("COMMIT")
    database.execute("PRAGMA foreign_keys = OFF")


def common(old: Database, new: Database, table: str) -> list[str]:
    """The columns that hold values in both."""
    mine, theirs = columns(old, table), columns(new, table)
    return [name for name in mine if name in theirs and not theirs[name][3]]


def same_tables(old: Database, new: Database) -> list[str]:
    known = {table.lower() for table in tables(new)}
    return [table for table in tables(old) if table.lower() in known]


def rowid_stays(old: Database, new: Database, table: str) -> bool:
    """The rowid is a value of its own in both, unless a column of the old table becomes it."""
    if rowless(old, table) or rowless(new, table):
        return False
    mine, theirs = columns(old, table), columns(new, table)
    alias = [name for name in theirs if becomes_rowid(new, table, name)]
    return not alias or alias[0] not in mine or becomes_rowid(old, table, alias[0])


def contents(old: Database, new: Database) -> Contents:
    """By table: the columns that hold values in both, the new rowid's name, and the rows."""
    found = {}
    for table in same_tables(old, new):
        names = common(old, new, table)
        if not names and (rowless(old, table) or rowless(new, table)):
            continue  # nothing to know a row by
        mine, theirs = (rowid_name(each, table) for each in (old, new))
        if "NULL" in {mine, theirs} or not rowid_stays(old, new, table):
            mine = theirs = "NULL"
        listed = ", ".join([mine, *map(q, names)])
        found[table] = (names, theirs, old.execute(f"SELECT {listed} FROM {q(table)}").fetchall())
    return found


def expected(new: Database, table: str, names: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    """`row` as the new columns' types keep it, and their defaults in place of a refused NULL."""
    kept = []
    strict = new.execute(
        "SELECT strict FROM pragma_table_list WHERE schema = 'main' AND lower(name) = lower(?)",
        (table,),
    ).fetchone()[0]
    for name, each in zip(names, row, strict=True):
        declared, not_null, default, *_ = columns(new, table)[name]
        suffix = " STRICT" if strict else ""
        type_ = q(declared) if declared and not strict else declared
        new.execute("DROP TABLE IF EXISTS temp.one")
        new.execute(f"CREATE TEMP TABLE one (v {type_}){suffix}")
        if each is None and not_null and default is not None:
            new.execute(f"INSERT INTO one SELECT ({default})")
        else:
            new.execute("INSERT INTO one VALUES (?)", (each,))
        kept.append(new.execute("SELECT v FROM one").fetchone()[0])
        new.execute("DROP TABLE one")
    return tuple(kept)


def drop_what_new_refuses(old: Database, probe: Database) -> int:
    """Take out of `old` the rows that the new schema can't hold; how many there were."""
    refused = 0
    for table in same_tables(old, probe):
        names = common(old, probe, table)
        if not names and rowless(old, table):
            continue
        listed = ", ".join(map(q, names))
        rowid = rowid_name(old, table)
        key = listed if rowless(old, table) or rowid == "NULL" else rowid
        width = len(key.split(", "))
        found = old.execute(f"SELECT {', '.join([key, *map(q, names)])} FROM {q(table)}").fetchall()
        probe.execute(f"DELETE FROM {q(table)}")
        for each_row in found:
            place, row = each_row[:width], each_row[width:]
            if not holds(probe, table, names, row):
                refused += 1
                condition = " AND ".join(f"{each} IS ?" for each in key.split(", "))
                old.execute(f"DELETE FROM {q(table)} WHERE {condition}", place)
    while orphans := [
        *foreign_key_check(old),
        *(row for table in same_tables(old, probe) for row in orphans_to_be(old, probe, table)),
    ]:
        for table, rowid, *_ in orphans:
            which = "true" if rowid is None else f"{rowid_name(old, table)} = {rowid}"
            old.execute(f"DELETE FROM {q(table)} WHERE {which}")
        refused += len(orphans)
    return refused


def holds(probe: Database, table: str, names: list[str], row: tuple[Any, ...]) -> bool:
    """Whether the new schema takes the row, as it is; `probe` then has it."""
    pairs = zip(names, row, strict=True)
    if any(value is None and becomes_rowid(probe, table, name) for name, value in pairs):
        return False
    listed, marks = ", ".join(map(q, names)), ", ".join("?" * len(names))
    rest = f"({listed}) VALUES ({marks})" if names else "DEFAULT VALUES"
    try:
        values = expected(probe, table, names, row)
        probe.execute(f"INSERT OR ABORT INTO {q(table)} {rest}", values)
    except sqlite3.Error:
        return False
    return True


def referenced(shape: Shape) -> Shape:
    """Table, parent, columns and the parent's columns of each foreign key.

    `REFERENCES t` without columns means another thing when the primary key of t is another one.
    """
    return {row[1:5] for row in shape if row[0] == "references"}


def foreign_key_check(database: Database) -> list[tuple[Any, ...]]:
    """The rows without a parent; a table whose foreign key can't work at all is left out."""
    found = []
    for table in tables(database):
        try:
            found += database.execute(f"PRAGMA foreign_key_check({q(table)})").fetchall()
        except sqlite3.OperationalError as refused:
            if "mismatch" not in str(refused):
                raise
    return found


def orphans_to_be(old: Database, probe: Database, table: str) -> list[tuple[Any, ...]]:
    """Rows that a foreign key of the new schema leaves without their parent."""
    if rowless(old, table):
        return []
    found: list[tuple[Any, ...]] = []
    for row in probe.execute(f"PRAGMA foreign_key_list({q(table)})").fetchall():
        parent, column, target = row[2], row[3].lower(), (row[4] or "").lower()
        if parent.lower() in map(str.lower, tables(old)) and column in columns(old, table):
            if target not in columns(old, parent):
                continue
            known = f"SELECT {q(target)} FROM {q(parent)} WHERE {q(target)} IS NOT NULL"
            query = (
                f"SELECT {rowid_name(old, table)} FROM {q(table)} "
                f"WHERE {q(column)} IS NOT NULL AND {q(column)} NOT IN ({known})"
            )
            found += [(table, each[0]) for each in old.execute(query)]
    return found


def kept(before: Contents, old: Database, new: Database, tally: Counter[str]) -> list[str]:
    problems = []
    for table, (names, rowid, rows) in before.items():
        listed = ", ".join([rowid, *map(q, names)])
        now = Counter(old.execute(f"SELECT {listed} FROM {q(table)}").fetchall())
        goal = Counter((row[0], *expected(new, table, names, row[1:])) for row in rows)
        tally["rows in tables that stay"] += len(rows)
        problems += [f"row lost of {table}: {row}" for row in goal - now]
        problems += [f"row appeared in {table}: {row}" for row in now - goal]
    return problems


def sequence(database: Database) -> dict[str, int]:
    if not database.execute(
        "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'"
    ).fetchone():
        return {}
    return dict(database.execute("SELECT lower(name), seq FROM sqlite_sequence").fetchall())
