"""What stands on tables: keys, indexes, checks, foreign keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.mysql.quote import literal, names, quote, unqualified
from ci_runner.dialects.mysql.rows import Place, Row, number, optional, pairs, text
from ci_runner.schema.model import (
    Check,
    ForeignKey,
    Identity,
    Index,
    IndexSettings,
    PrimaryKey,
)

# One row for each key; the ends differ by flavour.
_INDEXES = """
SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, COLLATION, SUB_PART, INDEX_TYPE,
  INDEX_COMMENT, {visible}, {expression}
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
MARIA_INDEXES = _INDEXES.format(visible="IF(IGNORED = 'YES', 'NO', 'YES')", expression="NULL")
MYSQL_INDEXES = _INDEXES.format(visible="IS_VISIBLE", expression="EXPRESSION")

MARIA_CHECKS = """
SELECT TABLE_NAME, CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE, 'YES'
FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()
ORDER BY TABLE_NAME, CONSTRAINT_NAME
"""
MYSQL_CHECKS = """
SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, 'Table', c.CHECK_CLAUSE, t.ENFORCED
FROM information_schema.TABLE_CONSTRAINTS t
JOIN information_schema.CHECK_CONSTRAINTS c
  ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
WHERE t.TABLE_SCHEMA = DATABASE() AND t.CONSTRAINT_TYPE = 'CHECK'
ORDER BY t.TABLE_NAME, t.CONSTRAINT_NAME
"""
FOREIGN_KEYS = """
SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA,
  k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE
FROM information_schema.KEY_COLUMN_USAGE k
JOIN information_schema.REFERENTIAL_CONSTRAINTS r
  ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
  AND r.TABLE_NAME = k.TABLE_NAME
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION
"""
_SPECIAL = frozenset({"FULLTEXT", "SPATIAL"})


def indexes(rows: Iterable[Row]) -> Iterator[PrimaryKey | Index]:
    for (table, name), keys in pairs(rows).items():
        not_unique, _, _, _, method, comment, visible, _ = keys[0]
        written = tuple(_key(each, text(method)) for each in keys)
        columns = tuple(text(each[1]) for each in keys)
        using = "" if text(method) in {"BTREE", *_SPECIAL} else f" USING {text(method)}"
        kind = _kind(text(method), number(not_unique))
        if name == "PRIMARY":
            definition = f"PRIMARY KEY ({', '.join(written)}){using}"
            said = optional(comment) or None
            yield PrimaryKey("", table, name, columns, definition, said)
            continue
        yield Index(
            "",
            table,
            name,
            not number(not_unique),
            text(method).lower(),
            written,
            (),
            None,
            f"{kind} {quote(name)} ({', '.join(written)}){using}",
            comment=optional(comment) or None,
            settings=IndexSettings(() if text(visible) == "YES" else ("INVISIBLE",)),
            of_table=True,
        )


def _key(row: Row, method: str) -> str:
    _, column, direction, prefix, _, _, _, expression = row
    if expression is not None:
        written = "(" + text(expression).replace("\\'", "'") + ")"
    else:
        written = quote(text(column))
    if prefix is not None and method != "SPATIAL":
        written += f"({number(prefix)})"
    return f"{written} DESC" if text(direction) == "D" else written


def _kind(method: str, not_unique: int) -> str:
    if method in _SPECIAL:
        return f"{method} KEY"
    return "KEY" if not_unique else "UNIQUE KEY"


def index_sql(index: PrimaryKey | Index, *, maria: bool) -> str:
    """As CREATE and ALTER TABLE ... ADD take it."""
    words = [index.definition]
    if index.comment:
        words.append(f"COMMENT {literal(index.comment)}")
    if "INVISIBLE" in index.settings.parameters:
        words.append("IGNORED" if maria else "INVISIBLE")
    return " ".join(words)


def checks(rows: Iterable[Row], place: Place) -> Iterator[Check | tuple[str, str, str]]:
    """Checks of tables, and (table, column, words) of those that are part of a column."""
    for table, name, level, clause, enforced in rows:
        # MySQL's catalogue escapes the quotes of expressions.
        expression = text(clause) if place.maria else text(clause).replace("\\'", "'")
        rule = f"CHECK ({unqualified(expression, place.database)})"
        if text(level) == "Column":
            yield text(table), text(name), rule
        else:
            rule += "" if text(enforced) == "YES" else " NOT ENFORCED"
            yield Check("", text(table), text(name), rule)


def foreign_keys(rows: Iterable[Row], place: Place) -> Iterator[ForeignKey]:
    for (table, name), keys in pairs(rows).items():
        _, schema, parent, _, on_update, on_delete = keys[0]
        ours = tuple(text(each[0]) for each in keys)
        theirs = tuple(text(each[3]) for each in keys)
        elsewhere = "" if text(schema) == place.database else text(schema)
        target = f"{quote(elsewhere)}." if elsewhere else ""
        # What InnoDB does by itself, as each of the two calls it.
        usual = "RESTRICT" if place.maria else "NO ACTION"
        rules = "".join(
            f" ON {event} {text(rule)}"
            for event, rule in (("DELETE", on_delete), ("UPDATE", on_update))
            if text(rule) != usual
        )
        yield ForeignKey(
            "",
            table,
            name,
            ours,
            Identity("table", elsewhere, text(parent)),
            theirs,
            f"FOREIGN KEY ({names(ours)}) REFERENCES {target}{quote(text(parent))}"
            f" ({names(theirs)}){rules}",
        )


def constraint_sql(rule: Check | ForeignKey) -> str:
    return f"CONSTRAINT {quote(rule.name)} {rule.definition}"
