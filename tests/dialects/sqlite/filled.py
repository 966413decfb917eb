"""Fill the tables of a SQLite database, and ask what its tables and columns are."""

from __future__ import annotations

import random
import re
import sqlite3
from itertools import count
from typing import Any

from tests.dialects.sqlite.oracle import q

ROWS = 4
Database = sqlite3.Connection


def tables(database: Database) -> list[str]:
    rows = database.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return sorted(row[0] for row in rows)


def columns(database: Database, table: str) -> dict[str, tuple[Any, ...]]:
    """By name in lower case: type, not null, default, hidden, place in the key."""
    rows = database.execute(f"PRAGMA table_xinfo({q(table)})")
    return {row[1].lower(): (row[2], row[3], row[4], row[6], row[5]) for row in rows}


def fill(database: Database) -> None:
    """A few rows in every table, as far as chance finds values that its rules allow."""
    dice, numbers = random.Random(7), count(1)
    database.execute("PRAGMA foreign_keys = ON")
    for _ in range(3):
        for table in tables(database):
            for _ in range(40):
                if database.execute(f"SELECT count(*) FROM {q(table)}").fetchone()[0] >= ROWS:
                    break
                try:
                    insert(database, table, dice, next(numbers))
                except sqlite3.Error:
                    continue
    for table in tables(database):
        if autoincrements(database, table):
            try:
                key = rowid_name(database, table)
                database.execute(
                    f"DELETE FROM {q(table)} WHERE {key} = (SELECT max({key}) FROM {q(table)})"
                )
            except sqlite3.Error:
                continue
    database.execute("PRAGMA foreign_keys = OFF")


def insert(database: Database, table: str, dice: random.Random, number: int) -> None:
    parents = {
        row[3].lower(): (row[2], row[4])
        for row in database.execute(f"PRAGMA foreign_key_list({q(table)})")
    }
    names, values = [], []
    for name, (declared, _, default, hidden, _) in columns(database, table).items():
        if hidden or (default is not None and dice.random() < 0.3):
            continue
        names.append(q(name))
        values.append(value(declared, dice, number))
        if name in parents:
            parent, target = parents[name]
            source = q(target) if target else rowid_name(database, parent)
            found = database.execute(f"SELECT {source} FROM {q(parent)} ORDER BY 1").fetchall()
            values[-1] = dice.choice(found)[0] if found and dice.random() < 0.8 else None
    marks = ", ".join("?" * len(values))
    database.execute(f"INSERT INTO {q(table)} ({', '.join(names)}) VALUES ({marks})", values)


def value(declared: str, dice: random.Random, number: int) -> object:
    if dice.random() < 0.15:
        return None
    kind = declared.upper()
    if "INT" in kind or "BOOL" in kind:
        return dice.choice([number, number, 0, 1])
    if "BLOB" in kind:
        return b"%d" % number
    if "REAL" in kind or "NUM" in kind or "FLOA" in kind or "DOUB" in kind:
        return number + 0.5
    return dice.choice([f"text {number}", f"{number}", "{}", f"a{number}"])


def rowless(database: Database, table: str) -> bool:
    rows = database.execute(
        "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND lower(name) = lower(?)",
        (table,),
    )
    return bool(rows.fetchone()[0])


def rowid_name(database: Database, table: str) -> str:
    """The column that is the rowid, else a name of it that no column has taken."""
    known = columns(database, table)
    alias = [name for name in known if becomes_rowid(database, table, name)]
    free = [word for word in ("rowid", "_rowid_", "oid") if word not in known]
    return next(iter([*map(q, alias), *free]), "NULL")


def becomes_rowid(database: Database, table: str, column: str) -> bool:
    """INTEGER PRIMARY KEY is the rowid; by a quirk, INTEGER PRIMARY KEY DESC is not."""
    keys = [(name, each[0]) for name, each in columns(database, table).items() if each[4]]
    if [name for name, _ in keys] != [column] or rowless(database, table):
        return False
    descends = re.search(r"\bprimary key desc\b", text_of(database, table), re.IGNORECASE)
    return keys[0][1].upper() == "INTEGER" and not descends


def autoincrements(database: Database, table: str) -> bool:
    return bool(re.search(r"\bautoincrement\b", text_of(database, table), re.IGNORECASE))


def text_of(database: Database, table: str) -> str:
    row = database.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)", (table,)
    ).fetchone()
    return str(row[0]) if row else ""
