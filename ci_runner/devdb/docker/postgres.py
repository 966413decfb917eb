"""PostgreSQL in a container of its own: the official image, or one that starts as that does."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING

from ci_runner.devdb.docker.container import running
from ci_runner.devdb.docker.end import Running
from ci_runner.devdb.docker.postgres_place import PORT, conninfo
from ci_runner.devdb.docker.recipe import DATA, Access, Ceiling, Recipe
from ci_runner.devdb.watchdog import USUAL, Limits, watching

# The driver is imported while the container starts, which takes about as long.
if TYPE_CHECKING:
    from ci_runner.devdb.databases import PostgresServer
    from ci_runner.devdb.fittings import Fittings
    from ci_runner.devdb.server import Portable
    from ci_runner.dialects.postgres.session import PostgresConnection

_ROLE = "schema_ci"

# Durability is worth nothing in a database that lives for one run.
_SETTINGS = {
    "port": str(PORT),
    # What entry points ask their own server looks in the folder that PostgreSQL was built with.
    "unix_socket_directories": "/run/postgresql,/tmp",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "max_locks_per_transaction": "1024",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A subscription that a migration enables connects to no publisher from here.
    "max_logical_replication_workers": "0",
    "jit": "off",
    "TimeZone": "UTC",
    "default_text_search_config": "pg_catalog.english",
    # Whether it starts and how it ends, and nothing that a statement says.
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "logging_collector": "off",
    # After a crash the server ends, and with it the container: nobody works on what is left.
    "restart_after_crash": "off",
}


def _environment(password: str) -> Mapping[str, str]:
    """What the entry points of the official image and of its descendants read."""
    return {
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "postgres",
        "POSTGRES_PASSWORD": password,
        "POSTGRES_INITDB_ARGS": "--auth-local=trust --auth-host=scram-sha-256 --no-sync",
        # An image may have set these to something else.
        "POSTGRES_HOST_AUTH_METHOD": "scram-sha-256",
        "POSTGRES_INITDB_WALDIR": "",
        "POSTGRES_PASSWORD_FILE": "",
        "PGDATA": str(DATA),
        "NO_TS_TUNE": "true",
        "TIMESCALEDB_TELEMETRY": "off",
    }


_AS_SERVER = r"""
# As the server's account, which root steps down to by whatever the image has for that.
as_server() {
  if [ "$(id -u)" != 0 ]; then "$@"
  elif command -v gosu >/dev/null; then gosu postgres "$@"
  elif command -v su-exec >/dev/null; then su-exec postgres "$@"
  else su -p -s /bin/sh postgres -c 'exec "$0" "$@"' -- "$@"
  fi
}
# Single user mode sets it before anybody can connect; over the socket none is asked for.
set_password() {
  [ "$SCHEMA_CI_PLACE" = socket ] \
    || printf "ALTER ROLE postgres PASSWORD '%s'\n" "$POSTGRES_PASSWORD" \
    | as_server postgres --single -F -D "$PGDATA" postgres >/dev/null
}
"""

# An entry point that finds a data folder starts the server on it at once, without the one that only
# sets up. It is left to itself where there is more to set up: scripts of the image's, or root who
# steps down.
_PREPARE = r"""
# Configuration is never brought back from what was kept.
configure() {
  rm -f "$PGDATA/postgresql.auto.conf"
  : >"$PGDATA/postgresql.conf"
  : >"$PGDATA/pg_ident.conf"
  printf '%s\n' 'local all all trust' 'host all all all scram-sha-256' >"$PGDATA/pg_hba.conf"
}
if [ -n "${SCHEMA_CI_BAKED:-}" ]; then
  mkdir -m 700 "$PGDATA"
  cp -a "$SCHEMA_CI_BAKED/." "$PGDATA/"
elif [ -n "${SCHEMA_CI_GIVEN:-}" ]; then
  take_in "$PGDATA"
  configure
  is_made_here
elif is_ours_to_make && command -v initdb >/dev/null; then
  initdb --pgdata="$PGDATA" --username=postgres --wal-segsize=1 $POSTGRES_INITDB_ARGS >/dev/null
  configure
  is_made_here
  [ -z "$SCHEMA_CI_ASKED" ] || hand_over "$PGDATA"
fi
[ ! -d "$PGDATA" ] || set_password
"""


def _version(access: Access) -> str:
    from ci_runner.dialects.postgres.connect import connect

    with connect(conninfo(access.place, "postgres", access.password)) as connection:
        return connection.version


RECIPE = Recipe(
    name="PostgreSQL",
    user="postgres",
    port=PORT,
    socket_folder="/run/postgresql",
    socket=f".s.PGSQL.{PORT}",
    environment=_environment,
    settings=tuple(word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")),
    local=("-c", "listen_addresses="),
    remote=("-c", "listen_addresses=*"),
    prepare=_AS_SERVER + _PREPARE,
    keep=f'{_AS_SERVER}\nhand_over "$PGDATA"\nset_password',
    stop="INT",  # a fast shutdown: postgresql.org/docs/current/server-shutdown.html
    modules=("ci_runner.devdb.docker.postgres_states", "ci_runner.dialects.postgres.dialect"),
    ready=f".s.PGSQL.{PORT}",
    version=_version,
)


@contextmanager
def docker_postgres(
    image: str,
    *,
    superuser: bool = False,
    ceiling: Ceiling | None = None,
    limits: Limits = USUAL,
) -> Iterator[PostgresServer]:
    """A server in a container of `image`, removed at block end.

    Migrations run as a role without superuser rights, or with `superuser` as the superuser; SQL
    that goes over `limits` is stopped. Raises ConfigError without testcontainers, and DatabaseError
    when there is no engine or no image.
    """
    opened = partial(running, RECIPE, image, ceiling or Ceiling())
    with (
        opened() as container,
        watching(limits, lambda _: container.end(), obituary=container.obituary) as watchdog,
    ):
        from ci_runner.devdb.databases import PostgresServer, copying
        from ci_runner.dialects.postgres.connect import connect

        access = container.access
        admin = conninfo(access.place, "postgres", access.password)
        description = f"PostgreSQL {container.version}, container {image} ({container.route})"
        role = "" if superuser else _ROLE
        with connect(admin) as session:
            owner = admin if superuser else _owner(session, access)
            quickest = copying(session)
        yield PostgresServer(
            description,
            admin,
            owner,
            role,
            guard=watchdog,
            ending=watchdog.ending,
            copying=quickest,
            # A superuser's SQL may have made anything of the cluster.
            kept=partial(_states, container.identity, opened, limits)
            if container.identity and not superuser
            else None,
        )


def _states(
    identity: str,
    opened: Callable[[bytes], AbstractContextManager[Running]],
    limits: Limits,
    fittings: Fittings,
) -> Portable:
    from ci_runner.devdb.docker.postgres_states import PostgresKeeper, unkept
    from ci_runner.devdb.docker.states import ContainerStates

    named = json.dumps([identity, astuple(fittings)])
    return ContainerStates(named, opened, partial(PostgresKeeper, fittings), unkept, limits)


def _owner(admin: PostgresConnection, access: Access) -> str:
    """Make the role that migrations run as, and say how to connect as it."""
    password = secrets.token_urlsafe(18)
    admin.execute(
        f"CREATE ROLE {_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'"
    )
    return conninfo(access.place, _ROLE, password)
