"""What a SQLite database holds, read apart from the planner: PRAGMAs and the texts it keeps."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

Shape = set[tuple[object, ...]]


def q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def shape(database: sqlite3.Connection) -> Shape:
    """All that PRAGMAs and texts say of the schema, without order and without derived names.

    Virtual tables and their shadows are left out: the planner names them as not compared.
    """
    said: Shape = set()
    listed = database.execute(
        "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' "
        "AND type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    managed = {row[0] for row in listed}
    for name, kind, without_rowid, strict in listed:
        columns = columns_of(database, kind, name)
        said.add((kind, name, without_rowid, strict, len(columns)))
        for row in columns:
            kind_of = row[2].upper().removesuffix("GENERATED ALWAYS").replace(" ", "")
            default = None if row[4] is None else plain(row[4]).strip("'")
            if re.fullmatch("x'[0-9A-Fa-f]*'?", row[4] or ""):
                default = row[4].lower()
            default = None if default == "null" else default
            said.add(("column", name, row[1], kind_of, row[3], default, row[5], row[6]))
        if kind == "table":
            said |= keys(database, name)
    for kind, name, table, text in database.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ):
        if table not in managed:
            continue
        # A double-quoted word that names no column is a string.
        folded = text.replace("'", '"')
        if kind != "table":
            said.add((kind, name, table, plain(folded)))
            continue
        own = f"{table.lower()} . "
        said |= {("check", table, rule.replace(own, "")) for rule in groups(folded, "check")}
        said |= {("generated", table, rule) for rule in groups(folded, "as")}
        said.add(("autoincrement", table, "autoincrement" in plain(text)))
    return said


def columns_of(database: sqlite3.Connection, kind: str, name: str) -> list[tuple[Any, ...]]:
    """None of a view that can't be read."""
    try:
        return database.execute(f"PRAGMA table_xinfo({q(name)})").fetchall()
    except sqlite3.OperationalError:
        if kind != "view":
            raise
        return []


def keys(database: sqlite3.Connection, table: str) -> Shape:
    said: Shape = set()
    references: dict[int, list[tuple[Any, ...]]] = {}
    for row in database.execute(f"PRAGMA foreign_key_list({q(table)})"):
        references.setdefault(row[0], []).append(row)
    for rows in references.values():
        rows.sort(key=lambda row: row[1])
        _, _, parent, _, _, update, delete, _ = rows[0]
        targets = tuple(row[4].lower() for row in rows if row[4])
        if not targets:
            found = database.execute(f"PRAGMA table_info({q(parent)})").fetchall()
            key = sorted((row[5], row[1].lower()) for row in found if row[5])
            targets = tuple(name for _, name in key)
        sources = tuple(row[3].lower() for row in rows)
        said.add(("references", table, parent.lower(), sources, targets, update, delete))
    for _, name, unique, origin, partial in database.execute(f"PRAGMA index_list({q(table)})"):
        info = database.execute(f"PRAGMA index_xinfo({q(name)})").fetchall()
        parts = tuple((row[2], row[3], row[4].upper()) for row in info if row[5])
        said.add(("index", table, name if origin == "c" else "", unique, origin, partial, parts))
    return said


QUOTED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]"""


def pieces(text: str) -> list[str]:
    """Words, quoted things and signs, without comments and blanks; names bare, in lower case."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    found = re.findall(rf"{QUOTED}|\w+|==|!=|<>|\S", text)
    return [each if each[0] == "'" else bare(each).lower() for each in found]


def bare(name: str) -> str:
    if len(name) < 2 or name[0] not in '"`[':
        return name
    return name[1:-1].replace(name[0] * 2, name[0])


def plain(text: str) -> str:
    words = [{"==": "=", "!=": "<>"}.get(each, each) for each in pieces(text)]
    while words[:1] == ["("] and shut(words, 0) == len(words) - 1:
        words = words[1:-1]
    joined = " ".join(words).replace(" for each row", "")
    return re.sub(r" asc(?= [,)])", "", joined)


def groups(text: str, word: str) -> list[str]:
    """The parenthesised text behind each `word`."""
    words = pieces(text)
    starts = [at + 1 for at, each in enumerate(words[:-1]) if each == word and words[at + 1] == "("]
    return [plain(" ".join(words[start : shut(words, start) + 1])) for start in starts]


def shut(words: list[str], start: int) -> int:
    depth = 0
    for at in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        if depth == 0:
            return at
    return len(words) - 1


def differences(found: Shape, wanted: Shape) -> list[str]:
    too_many = [f"has but should not: {each}" for each in sorted(found - wanted, key=str)]
    return too_many + [f"lacks: {each}" for each in sorted(wanted - found, key=str)]
