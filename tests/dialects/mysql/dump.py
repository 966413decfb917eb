"""The oracle: what SHOW CREATE prints of everything in a database, read without our inspection.

Left out, because it is no schema or the server does not keep it: AUTO_INCREMENT=n, the order of
keys and constraints, the database's own name and its account, and when an event was made. Of
programs the server keeps the author's spelling before the body, so that their heads are read from
information_schema; bodies are not, for it spoils the strings in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ci_runner.dialects.base import Connection

Entry = tuple[str, str]
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")
# MySQL remembers whether a column was told the collation that it has anyway.
_OWN_CHARSET = re.compile(r" CHARACTER SET \w+(?= COLLATE )")
_OWN_DEFAULT = re.compile(r" CHARACTER SET (\w+)\b(?! COLLATE)")
# What an index is anyway; the catalogue does not say whether it was written.
_USING = {True: re.compile(r" USING HASH"), False: re.compile(r" USING BTREE")}
# MySQL adds them to an INTERSECT, two more each time that it is made.
_ADDED = re.compile(r"(\([^()]+ is not null\))(?: and \1)+")
_STARTS = re.compile(r" STARTS '[^']*'")
_SHOWN = {
    "BASE TABLE": ("TABLE", 1),
    "SYSTEM VERSIONED": ("TABLE", 1),
    "VIEW": ("VIEW", 1),
    "SEQUENCE": ("SEQUENCE", 1),
}


_TRIGGERS = """SELECT trigger_name, action_statement, event_object_table, action_timing,
  event_manipulation, action_order, sql_mode, definer FROM information_schema.triggers
  WHERE trigger_schema = database()"""
_ROUTINES = """SELECT r.routine_name, r.routine_type, r.routine_definition, r.is_deterministic,
  r.sql_data_access, r.security_type, r.sql_mode, r.routine_comment, r.definer,
  (SELECT group_concat(ifnull(p.parameter_mode, ''), ' ', ifnull(p.parameter_name, ''), ' ',
     p.dtd_identifier, ' ', ifnull(p.collation_name, '') ORDER BY p.ordinal_position)
   FROM information_schema.parameters p
   WHERE p.specific_schema = database() AND p.specific_name = r.routine_name
     AND p.routine_type = r.routine_type)
  FROM information_schema.routines r WHERE r.routine_schema = database()"""


def dumped(connection: Connection, *, ordered: bool = False) -> dict[Entry, str]:
    """By kind and name, the text that would make it; columns in order only where that is asked."""
    ((database, account),) = connection.query("SELECT database(), current_user()")
    user, _, host = str(account).rpartition("@")
    own = re.compile(
        rf"`{database}`\.|{re.escape(str(account))}|{re.escape(f'DEFINER=`{user}`@`{host}` ')}"
    )
    return {
        entry: own.sub("", text)
        for entry, text in _entries(connection, str(database), ordered=ordered)
    }


def _entries(
    connection: Connection, database: str, *, ordered: bool
) -> Iterator[tuple[Entry, str]]:
    usual = {
        str(charset): str(collation)
        for charset, collation in connection.query(
            "SELECT character_set_name, default_collate_name FROM information_schema.character_sets"
        )
    }
    for name, kind, collation in connection.query(
        f"SELECT table_name, table_type, table_collation FROM information_schema.tables"
        f" WHERE table_schema = '{database}'"
    ):
        word, at = _SHOWN[str(kind)]
        written = _shown(connection, word, str(name), at)
        yield (
            (word, str(name)),
            _table(_plain(written, collation, usual), ordered=ordered)
            if word == "TABLE"
            else written,
        )
    for name, told, *rest in connection.query(_TRIGGERS):
        written = _from(str(told), _shown(connection, "TRIGGER", str(name), 2))
        yield ("TRIGGER", str(name)), "\n".join([written, *map(str, rest)])
    for name, kind, told, *rest in connection.query(_ROUTINES):
        written = _from(str(told), _shown(connection, str(kind), str(name), 2))
        yield (str(kind), str(name)), "\n".join([written, *map(str, rest)])
    for (name,) in connection.query(
        f"SELECT event_name FROM information_schema.events WHERE event_schema = '{database}'"
    ):
        written = _shown(connection, "EVENT", str(name), 3)
        yield ("EVENT", str(name)), _STARTS.sub("", written)


def _shown(connection: Connection, word: str, name: str, at: int) -> str:
    quoted = name.replace("`", "``")
    # A default of bytes may be no text, which sessions of migrations can't read.
    (((*row,),),) = connection.query_all([f"SHOW CREATE {word} `{quoted}`"])
    written = row[at]
    assert isinstance(written, bytes)
    text = written.decode("utf-8", "backslashreplace")
    return _ADDED.sub(r"\1", text) if word == "VIEW" else text


def _from(told: str, created: str) -> str:
    """The end of a statement from where it begins as `told` does, up to the first string there."""
    start = re.split("['\"`]", told)[0]
    return created[created.index(start) :] if len(start) > 1 else created


def _plain(written: str, collation: object, usual: Mapping[str, str]) -> str:
    """Without the collation of columns where it is the table's, said or not; else with it.

    `usual` are the collations of character sets that are named alone.
    """
    columns, end, options = written.partition("\n) ")
    columns = _OWN_DEFAULT.sub(lambda found: f" COLLATE {usual[found[1]]}", columns)
    columns = re.sub(rf" COLLATE {collation}(?!\w)", "", _OWN_CHARSET.sub("", columns))
    return f"{columns}{end}{options}"


def _table(written: str, *, ordered: bool) -> str:
    """Columns, then everything else sorted."""
    using = _USING["ENGINE=MEMORY" in written]
    head, *lines = using.sub("", _COUNTER.sub("", written)).split("\n")
    end = next(at for at, line in enumerate(lines) if line.startswith(")"))
    inside = [line.removesuffix(",") for line in lines[:end]]
    columns = [line for line in inside if line.startswith("  `")]
    rules = sorted(set(inside) - set(columns))
    return "\n".join([head, *(columns if ordered else sorted(columns)), *rules, *lines[end:]])


def difference(one: Mapping[Entry, str], other: Mapping[Entry, str]) -> list[Entry]:
    names = sorted(one.keys() | other.keys())
    return [name for name in names if one.get(name) != other.get(name)]
