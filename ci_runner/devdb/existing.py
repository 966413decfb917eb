"""A PostgreSQL server that exists: we make databases of our own on it and touch no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial

from ci_runner.devdb.addresses import BESIDE_A_TARGET, on_a_target, same_database, same_server
from ci_runner.devdb.conninfo import destination, pinned
from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import parse
from ci_runner.devdb.role import NEXT_STEP, leftover_roles, makes_roles, own_role
from ci_runner.devdb.watchdog import USUAL, Limits, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

_OURS = re.compile(r"schema_ci_[a-z0-9_]+")
_MARKED = r"""
SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database'), EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.datid OPERATOR(pg_catalog.=) d.oid
  )
FROM pg_catalog.pg_database AS d
WHERE d.datname OPERATOR(pg_catalog.~~) 'schema\_ci\_%'
  AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')
ORDER BY d.datname
"""


@contextmanager
def existing_postgres(
    url: str,
    targets: Iterable[str] = (),
    *,
    superuser: bool = False,
    limits: Limits = USUAL,
) -> Iterator[PostgresServer]:
    """The server behind `url`. Its own database is only used to make and drop what is ours.

    Where the URL's role may make roles, migrations run as one that it makes for this run, which
    may do nothing else; with `superuser` they run as the URL's role itself. SQL that goes over
    `limits` is stopped. Raises ConfigError for a URL that leads where no dev database is, or to one
    of `targets`, and DatabaseError when the server does not answer.
    """
    others = tuple(targets)
    refuse_targets(url, others)
    address = pinned(url)
    with connect(address) as connection:
        version = connection.version
        ((all_rights,),) = connection.query("SHOW is_superuser")
        quickest = copying(connection)
        apart = not superuser and makes_roles(connection)
    rights = ", as superuser" if all_rights == "on" and not apart else ""
    place = destination(url)
    shared = any(same_server(place, destination(target)) for target in others)
    beside = BESIDE_A_TARGET if shared else ""
    given = f"PostgreSQL {version}, given server{rights}{beside}"
    server = PostgresServer(given, address, copying=quickest)
    with (
        watching(limits, lambda processes: _terminate(address, processes)) as watchdog,
        own_role(address) if apart else nullcontext((address, "")) as (owner, role),
    ):
        let_in = NEXT_STEP if apart else ""
        yield replace(server, owner=owner, owner_role=role, guard=watchdog, let_in=let_in)


def _terminate(address: str, processes: Sequence[int]) -> str:
    """End sessions of ours, and none of others; what is to be done about those that live on."""
    listed = ", ".join(str(each) for each in processes)
    try:
        with connect(address) as admin:
            for each in processes:
                admin.query(f"SELECT pg_catalog.pg_terminate_backend({each})")
    except (DatabaseError, StatementFailed) as refused:
        return f"its sessions (process {listed}) may still run: {refused}"
    return ""


def refuse_targets(url: str, targets: Iterable[str]) -> None:
    """Raises ConfigError where `url` opens a target's database, however both are spelled."""
    place = destination(url)
    for target in targets:
        if same_database(place, destination(target)):
            raise on_a_target()


def leftovers(url: str) -> Iterator[Leftover]:
    """Databases that have both our kind of name and our marker, and that we may drop; then roles.

    Those of runs that are alive are among them. Raises ConfigError and DatabaseError.
    """
    address = pinned(url)
    with connect(address) as connection:
        listed = connection.query(_MARKED)
    server = PostgresServer("", address, address)
    for name, comment, in_use in listed:
        marker = parse(str(comment or ""))
        if marker is not None and _OURS.fullmatch(str(name)):
            remove = partial(server.drop, str(name))
            yield Leftover(f"database {name}", marker, remove, in_use=bool(in_use))
    yield from leftover_roles(address)
