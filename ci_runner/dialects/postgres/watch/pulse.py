"""What a session can tell of itself at once: what it wrote to the catalogue, locked and scanned.

The server counts for each session how many rows its transaction has written to each table, those of
the catalogue among them. Where no count has grown since the last look, the catalogue is as it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.dialects.postgres.watch.prepared import Question
from ci_runner.frozen import frozen

# Settings that change how the server prints an expression, a default or a definition.
_PRINTING = (
    "quote_all_identifiers",
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "extra_float_digits",
    "bytea_output",
    "standard_conforming_strings",
    "lc_monetary",
    "xmlbinary",
)
_SETTINGS = " || ' ' || ".join(
    f"pg_catalog.current_setting('{name}')" for name in sorted(_PRINTING)
)
# A setting that a look makes for the rest of the transaction: its end takes it back, and so does
# ROLLBACK TO a savepoint from before the look, which the counts outlive. Nobody can guess its name.
_TOKEN = f"schema_ci.look_{secrets.token_hex(8)}"
CATALOGUES = """
SELECT c.oid, c.relname FROM pg_catalog.pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'pg_catalog'::regnamespace
"""
# Indexes are locked too; locks on the catalogue itself say nothing. Asked in a migration's own
# search path as well, in which an operator may be another.
_HELD = """
held AS MATERIALIZED (
  SELECT l.relation, l.mode FROM pg_catalog.pg_locks l
  WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
    AND l.locktype OPERATOR(pg_catalog.=) 'relation'::pg_catalog.text AND l.granted
    AND l.relation OPERATOR(pg_catalog.>=) '16384'::pg_catalog.oid
)"""
_USE = """
(SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', h.relation, h.mode),
                              ','::pg_catalog.text) FROM held h
 WHERE h.mode OPERATOR(pg_catalog.<>) 'AccessShareLock'::pg_catalog.text),
(SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', s.relation, s.times),
                              ','::pg_catalog.text)
 FROM (SELECT DISTINCT h.relation, pg_catalog.pg_stat_get_xact_numscans(h.relation) AS times
       FROM held h) s WHERE s.times OPERATOR(pg_catalog.>) 0::pg_catalog.int8)"""
_QUERY = f"""
WITH {_HELD}, counted AS MATERIALIZED (
  SELECT c.oid,
         pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
         + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) AS written,
         pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS deleted
  FROM unnest('{{{{{{catalogues}}}}}}'::oid[]) c (oid)
)
SELECT pg_catalog.current_setting('{_TOKEN}', true),
       pg_catalog.set_config('{_TOKEN}', $1, true),
       {_SETTINGS}, pg_catalog.current_setting('track_counts'),
       pg_catalog.txid_current_snapshot()::text, pg_catalog.txid_current_if_assigned()::text,
       (SELECT string_agg(c.oid || ' ' || c.written || ' ' || c.deleted, ',')
        FROM counted c WHERE c.written + c.deleted > 0), {_USE}
"""


@frozen
class Use:
    """What the transaction has locked and read by now.

    `locks` are as the server gave them, "oid mode"; `scans` are (oid, times) of what is locked.
    """

    locks: frozenset[str]
    scans: frozenset[tuple[int, int]]


@frozen
class Pulse(Use):
    """What was told at one look. `counts` are rows (written, deleted) by catalogue.

    `since` is the token that stood there, `token` the one from then on. `snapshot` tells which
    transactions have ended, and `own` the number of this one, "" where it has written nothing.
    `prepared` are the questions that the session keeps, by name with their digest.
    """

    since: str
    token: str
    printing: str
    counting: bool
    snapshot: str
    own: str
    counts: Mapping[str, tuple[int, int]]
    prepared: Mapping[str, str]

    def follows(self, earlier: Pulse) -> bool:
        """Whether nothing was rolled back and no transaction ended in between."""
        return self.counting and self.since == earlier.token and self.printing == earlier.printing

    def idle(self, earlier: Pulse) -> bool:
        """Whether nobody has written anything since then: no transaction with a number has ended.

        One that was rolled back has ended as well.
        """
        return (
            self.snapshot == earlier.snapshot
            and not self.own
            and not earlier.own
            and self.printing == earlier.printing
        )

    def written(self, earlier: Pulse) -> Mapping[str, tuple[int, int]]:
        """The rows (written, deleted) since then, by catalogue, of those with any."""
        return {
            name: (rows - before[0], deleted - before[1])
            for name, (rows, deleted) in self.counts.items()
            if (before := earlier.counts.get(name, (0, 0))) != (rows, deleted)
        }


def catalogues(connection: Connection) -> Mapping[int, str]:
    """The tables of the catalogue by oid: the same ones for as long as the database is there."""
    return {integer(oid): text(name) for oid, name in connection.query(CATALOGUES)}


def new_token() -> str:
    return secrets.token_hex(8)


def question(tables: Mapping[int, str], token: str) -> Question:
    """What `pulse` reads. Outside of a transaction the token is gone at once."""
    listed = ",".join(map(str, tables))
    return Question(_QUERY.format(catalogues=listed), (("text", f"'{token}'"),))


# What `use` reads.
USE = Question(f"WITH {_HELD} SELECT {_USE}")


def use(row: Iterable[object]) -> Use:
    """What the one row of USE says."""
    locks, scans = map(_split, row)
    pairs = (map(int, each.split(" ")) for each in scans)
    return Use(frozenset(locks), frozenset((oid, times) for oid, times in pairs))


def pulse(
    row: Iterable[object], tables: Mapping[int, str], token: str, prepared: Mapping[str, str]
) -> Pulse:
    """What the one row of `question` says."""
    since, _, printing, counting, snapshot, own, counts, *used = row
    now = use(used)
    written = (map(int, each.split(" ")) for each in _split(counts))
    return Pulse(
        now.locks,
        now.scans,
        since=optional(since) or "",
        token=token,
        printing=text(printing),
        counting=counting == "on",
        snapshot=text(snapshot),
        own=optional(own) or "",
        counts={tables[oid]: (rows, deleted) for oid, rows, deleted in written},
        prepared=prepared,
    )


def _split(listed: object) -> list[str]:
    return text(listed).split(",") if listed else []
