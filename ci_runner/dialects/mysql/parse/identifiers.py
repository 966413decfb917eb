"""InnoDB's ids of tables: a rename keeps one, a table that is written again gets another."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.mysql.quote import literal
from ci_runner.dialects.mysql.read.rows import Place, text
from ci_runner.schema.model import Identity

_REFUSED = "1227"  # ER_SPECIFIC_ACCESS_DENIED_ERROR: the table asks for PROCESS
# Names of files: mariadb.com/kb, Identifier to File Name Mapping.
_CODED = re.compile(r"@([0-9a-f]{4})")
_PLAIN = re.compile(r"[0-9A-Za-z_]")


def identifiers(
    connection: Connection,
    here: Place,
    relations: Mapping[str, Identity],
    only: Collection[str] | None = None,
) -> dict[Identity, str]:
    """By table, of all `relations` or of `only` those with these names.

    None where the account may not read them, and for tables whose name is no ASCII.
    """
    table = "INNODB_SYS_TABLES" if here.maria else "INNODB_TABLES"
    place = _coded(here.database)
    if only is None:
        pattern = place.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
        condition = f"LIKE {literal(f'{pattern}/%')}"
    elif names := [literal(f"{place}/{_coded(each)}") for each in only if each.isascii()]:
        condition = f"IN ({', '.join(names)})"
    else:
        return {}
    try:
        rows = connection.query(
            f"SELECT NAME, TABLE_ID FROM information_schema.{table} WHERE NAME {condition}"
        )
    except StatementFailed as refused:
        if refused.failure.code == _REFUSED:
            return {}
        raise
    found = ((relations.get(_decoded(text(name))), text(id_)) for name, id_ in rows)
    return {each: id_ for each, id_ in found if each is not None and each.kind == "table"}


def _coded(name: str) -> str:
    return "".join(each if _PLAIN.match(each) else f"@{ord(each):04x}" for each in name)


def _decoded(name: str) -> str:
    _, _, file = name.partition("/")
    return _CODED.sub(lambda found: chr(int(found[1], 16)), file)
