"""Questions about some tables that a session keeps planned, which takes longer than to answer them.

They stay for as long as the session, unless a migration takes them away, and it may put others in
their place: whoever asks says which are there, by name and digest of their text.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from functools import lru_cache

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.ours import BY_INDEX, settings

TABLES = "$1"
# The migration's own names are others.
PREFIX = f"schema_ci_{secrets.token_hex(4)}_"
# SQL: those of this session, as (name, digest).
THERE = f"""(SELECT string_agg(p.name || ' ' || pg_catalog.md5(p.statement), ',')
        FROM pg_catalog.pg_prepared_statements p
        WHERE pg_catalog.starts_with(p.name, '{PREFIX}'))"""


@lru_cache(maxsize=256)
def _prepared(sql: str) -> tuple[str, str, str]:
    """Name, statement and the digest of that."""
    name = PREFIX + hashlib.sha256(sql.encode()).hexdigest()[:16]
    statement = f"PREPARE {name} (oid[]) AS {sql.strip()}"
    return name, statement, hashlib.md5(statement.encode(), usedforsecurity=False).hexdigest()


def answers(
    connection: Connection,
    questions: Iterable[str],
    tables: Collection[int],
    there: Mapping[str, str] | None,
    *also: str,
) -> list[list[tuple[object, ...]]]:
    """The rows of each question, which has TABLES where `tables` are meant.

    None for `there` asks without planning ahead. What is asked `also` has no tables and comes last.
    """
    listed = f"'{{{','.join(map(str, sorted(tables)))}}}'::oid[]"
    asked = []
    arrived = False
    for sql in questions:
        name, statement, digest = _prepared(sql)
        if there is not None and name not in there:
            connection.execute(statement)
            arrived = True
        # Where it is not ours it is not asked.
        ours = there is not None and there.get(name, digest) == digest
        asked.append(f"EXECUTE {name} ({listed})" if ours else sql.replace(TABLES, listed))
    # The server plans when it is first asked, once and for all.
    with settings(connection, BY_INDEX) if arrived else nullcontext():
        return connection.query_all((*asked, *also))
