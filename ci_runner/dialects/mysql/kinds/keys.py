"""What stands on tables: keys, indexes, checks, foreign keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ci_runner.dialects.mysql.quote import literal, names, quote, unescaped, unqualified
from ci_runner.dialects.mysql.read.rows import Place, Query, Row, number, optional, pairs, text
from ci_runner.dialects.mysql.read.shown import Shown, ShownKey
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
  INDEX_COMMENT, HIDDEN, WRITTEN
FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE(){only}
ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
# What hides an index from the optimizer is called by the word that each of the two has for it.
MARIA_INDEXES = Query(
    _INDEXES.replace("HIDDEN, WRITTEN", "IF(IGNORED = 'YES', 'IGNORED', ''), NULL"), "TABLE_NAME"
)
MYSQL_INDEXES = Query(
    _INDEXES.replace("HIDDEN, WRITTEN", "IF(IS_VISIBLE = 'NO', 'INVISIBLE', ''), EXPRESSION"),
    "TABLE_NAME",
)
_SHOWN_AGAIN = {"IGNORED": "NOT IGNORED", "INVISIBLE": "VISIBLE"}

MARIA_CHECKS = Query(
    """
SELECT TABLE_NAME, CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE, 'YES'
FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE(){only}
ORDER BY TABLE_NAME, CONSTRAINT_NAME
""",
    "TABLE_NAME",
)
MYSQL_CHECKS = Query(
    """
SELECT t.TABLE_NAME, t.CONSTRAINT_NAME, 'Table', c.CHECK_CLAUSE, t.ENFORCED
FROM information_schema.TABLE_CONSTRAINTS t
JOIN information_schema.CHECK_CONSTRAINTS c
  ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
WHERE t.TABLE_SCHEMA = DATABASE() AND t.CONSTRAINT_TYPE = 'CHECK'{only}
ORDER BY t.TABLE_NAME, t.CONSTRAINT_NAME
""",
    "t.TABLE_NAME",
)
FOREIGN_KEYS = Query(
    """
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,
  REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL{only}
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
""",
    "TABLE_NAME",
)
# Not joined to the query above: the server would fill both tables again and again.
FOREIGN_KEY_RULES = Query(
    """
SELECT TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE
FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE(){only}
""",
    "TABLE_NAME",
)
_SPECIAL = frozenset({"FULLTEXT", "SPATIAL"})


def indexes(
    rows: Iterable[Row], engines: Mapping[str, str], shown: Mapping[str, Shown]
) -> Iterator[PrimaryKey | Index]:
    """`engines` are those of the tables by name, as `shown` is. Sequences are none, whose keys
    MariaDB lists as well.
    """
    for (table, name), keys in pairs(rows).items():
        if table not in shown:
            continue
        line = shown[table].keys.get(name, ShownKey())
        not_unique, _, _, _, method, comment, hidden, _ = keys[0]
        written = tuple(_key(each, text(method)) for each in keys)
        if line.period:
            # The catalogue tells its two columns instead.
            written = (*written[:-2], f"{line.period} WITHOUT OVERLAPS")
        columns = tuple(text(each[1]) for each in keys)
        usual = "HASH" if engines.get(table) == "MEMORY" else "BTREE"
        behind = "" if text(method) in {usual, *_SPECIAL} else f" USING {text(method)}"
        behind += f" KEY_BLOCK_SIZE={line.block_size}" if line.block_size else ""
        behind += f" WITH PARSER {line.parser}" if line.parser else ""
        kind = _kind(text(method), number(not_unique))
        if name == "PRIMARY":
            definition = f"PRIMARY KEY ({', '.join(written)}){behind}"
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
            f"{kind} {quote(name)} ({', '.join(written)}){behind}",
            comment=optional(comment) or None,
            settings=IndexSettings((text(hidden),) if text(hidden) else ()),
            of_table=True,
        )


def _key(row: Row, method: str) -> str:
    _, column, direction, prefix, _, _, _, expression = row
    written = f"({unescaped(text(expression))})" if expression is not None else quote(text(column))
    if prefix is not None and method != "SPATIAL":
        written += f"({number(prefix)})"
    return f"{written} DESC" if text(direction) == "D" else written


def _kind(method: str, not_unique: int) -> str:
    if method in _SPECIAL:
        return f"{method} KEY"
    return "KEY" if not_unique else "UNIQUE KEY"


def index_sql(index: PrimaryKey | Index) -> str:
    """As CREATE and ALTER TABLE ... ADD take it."""
    words = [index.definition]
    if index.comment:
        words.append(f"COMMENT {literal(index.comment)}")
    return " ".join([*words, *index.settings.parameters])


def visibility_sql(before: PrimaryKey | Index, after: PrimaryKey | Index) -> str:
    """The clause that hides an index from the optimizer, or shows it again."""
    hidden = after.settings.parameters
    word = hidden[0] if hidden else _SHOWN_AGAIN[before.settings.parameters[0]]
    return f"ALTER INDEX {quote(after.name)} {word}"


def checks(
    rows: Iterable[Row], place: Place, shown: Mapping[str, Shown]
) -> Iterator[Check | tuple[str, str, str]]:
    """Checks of tables, and (table, column, words) of those that are part of a column.

    MariaDB lists periods of application time among them.
    """
    for table, name, level, clause, enforced in rows:
        if text(name) in shown[text(table)].periods:
            continue
        told = text(clause)
        expression = shown[text(table)].restored(told) if place.maria else unescaped(told)
        rule = f"CHECK ({unqualified(expression, place.database)})"
        if text(level) == "Column":
            yield text(table), text(name), rule
        else:
            rule += "" if text(enforced) == "YES" else " NOT ENFORCED"
            yield Check("", text(table), text(name), rule)


def foreign_keys(
    rows: Iterable[Row], rules_of: Iterable[Row], place: Place, tables: Iterable[str] = ()
) -> Iterator[ForeignKey]:
    """`tables` are the names as they are written: where they know no case, InnoDB has them in small
    letters beside a key.
    """
    written = {name.lower(): name for name in tables} if place.folds else {}
    rules_by_name = pairs(rules_of)
    for (table, name), keys in pairs(rows).items():
        _, schema, named, _ = keys[0]
        parent = written.get(text(named).lower(), text(named))
        ((on_delete, on_update),) = rules_by_name[table, name]
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
            Identity("table", elsewhere, parent),
            theirs,
            f"FOREIGN KEY ({names(ours)}) REFERENCES {target}{quote(parent)}"
            f" ({names(theirs)}){rules}",
        )


def constraint_sql(rule: Check | ForeignKey) -> str:
    return f"CONSTRAINT {quote(rule.name)} {rule.definition}"
