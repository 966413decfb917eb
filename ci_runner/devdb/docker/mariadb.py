"""MariaDB and MySQL in a container of their own: the official images, or what starts as they do."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from ci_runner.devdb.docker.container import running
from ci_runner.devdb.docker.end import Running
from ci_runner.devdb.docker.mysql_states import MysqlKeeper
from ci_runner.devdb.docker.recipe import DATA, Access, Ceiling, Port, Recipe, Socket
from ci_runner.devdb.docker.states import ContainerStates
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.mysql_kept import traces
from ci_runner.devdb.prefilled import prefilled
from ci_runner.devdb.replay import Script
from ci_runner.devdb.watchdog import USUAL, Limits, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import connect
from ci_runner.errors import DatabaseError

_PORT = 3306
_FOLDER = "/run/mysqld"
_SOCKET = "mysqld.sock"
# The official entry points set up on a server whose time zone is SYSTEM, then start the real one.
_ZONE = "+00:00"
_LOG = "8M"  # most of an empty data folder would be the usual one

_TEMPORARY = "/tmp"  # noqa: S108 - the container's own
# The official entry point makes the accounts on a server that it starts for that alone. Where the
# image has no more to set up, the server itself makes them before it lets anybody in.
_ACCOUNTS = f"{_TEMPORARY}/schema-ci.sql"

# Options that both engines have; `loose-` is for those that only one of them or some version has.
_SETTINGS = {
    "datadir": str(DATA),
    "socket": f"{_FOLDER}/{_SOCKET}",
    "pid-file": f"{_FOLDER}/mysqld.pid",
    "tmpdir": _TEMPORARY,
    "init-file": _ACCOUNTS,
    # Read only in a container: what has FILE in spite of all can write nowhere.
    "secure-file-priv": "/etc",
    "local-infile": "OFF",
    "event-scheduler": "OFF",
    "default-time-zone": _ZONE,
    "character-set-server": "utf8mb4",
    "max-connections": "60",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-doublewrite": "OFF",
    "loose-innodb-log-file-size": _LOG,
    "loose-innodb-redo-log-capacity": _LOG,
    "loose-mysqlx": "OFF",
}


def _environment(password: str) -> Mapping[str, str]:
    """What the entry points of the official images read."""
    return {
        f"{engine}_{name}": value
        for engine in ("MARIADB", "MYSQL")
        for name, value in (
            ("ROOT_PASSWORD", password),
            ("ROOT_HOST", "%"),
            ("INITDB_SKIP_TZINFO", "1"),
            # An image may have set these: another password would be root's then, or a server of its
            # own would look first whether the folder has to be upgraded.
            ("ROOT_PASSWORD_FILE", ""),
            ("ROOT_PASSWORD_HASH", ""),
            ("RANDOM_ROOT_PASSWORD", ""),
            ("ONETIME_PASSWORD", ""),
            ("AUTO_UPGRADE", ""),
        )
    }


def _admin(access: Access) -> Address:
    match access.place:
        case Socket(folder):
            return Address("root", access.password, socket=str(folder / _SOCKET))
        case Port(host, number):
            return Address("root", access.password, host, number)


def _version(access: Access) -> str:
    """Raises DatabaseError while there is no server, or only the one that sets up."""
    with connect(_admin(access)) as connection:
        try:
            ((zone,),) = connection.query("SELECT @@GLOBAL.time_zone")
        except StatementFailed as refused:
            raise DatabaseError("the server is setting up", said=str(refused.failure)) from refused
        if zone != _ZONE:
            raise DatabaseError("the server is setting up")
        return connection.title


def _prepare(options: tuple[str, ...]) -> str:
    """Some of MySQL's options have to be known when the folder is made."""
    return f"""
[ -z "${{SCHEMA_CI_BAKED:-}}" ]
data={DATA}
: >{_ACCOUNTS}
if [ -n "${{SCHEMA_CI_GIVEN:-}}" ]; then
  take_in "$data"
elif is_ours_to_make && command -v mariadb-install-db >/dev/null; then
  mkdir -m 700 "$data"
  mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=normal \\
    --skip-test-db --skip-name-resolve --force --innodb-log-file-size={_LOG} >/dev/null
  [ -z "$SCHEMA_CI_ASKED" ] || hand_over "$data"
elif is_ours_to_make && mysqld --version 2>/dev/null | grep -q -v MariaDB; then
  mysqld --no-defaults --initialize-insecure --datadir="$data" \\
    --loose-innodb-redo-log-capacity={_LOG} {shlex.join(options)}
  [ -z "$SCHEMA_CI_ASKED" ] || hand_over "$data"
fi
if [ -d "$data/mysql" ]; then
  is_made_here
  # Accounts of root are made for the name of the machine as well, which is that container's.
  [ ! -e "$data/mysql/global_priv.frm" ] || cat >{_ACCOUNTS} <<END
DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';
DELETE FROM mysql.proxies_priv WHERE User = 'root' AND Host <> 'localhost';
FLUSH PRIVILEGES;
END
  cat >>{_ACCOUNTS} <<END
CREATE USER IF NOT EXISTS root@'%';
GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
ALTER USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
END
fi
"""


def _recipe(options: tuple[str, ...]) -> Recipe:
    """`options` are the server's beside ours."""
    return Recipe(
        name="MariaDB or MySQL",
        user="mysql",
        port=_PORT,
        socket_folder=_FOLDER,
        socket=_SOCKET,
        environment=_environment,
        settings=(
            *(f"--{name}={value}" for name, value in _SETTINGS.items()),
            "--skip-log-bin",
            "--skip-name-resolve",
            *options,
        ),
        local=("--skip-networking",),
        remote=("--bind-address=0.0.0.0",),
        # No image with a folder of its own is known; one that claims to have it is refused.
        prepare=_prepare(options),
        keep=f"hand_over {DATA}",
        stop="TERM",
        modules=("ci_runner.devdb.mariadb", "ci_runner.dialects.mysql.dialect"),
        ready=f"port: {_PORT}",  # the server that only sets up says 0, as one with a socket does
        version=_version,
    )


@contextmanager
def docker_mysql(
    image: str,
    *,
    superuser: bool = False,
    ceiling: Ceiling | None = None,
    setup: tuple[Script, ...] = (),
    limits: Limits = USUAL,
    options: tuple[str, ...] = (),
) -> Iterator[MysqlServer]:
    """A server in a container of `image`, removed at block end.

    Migrations run as the owner of one database, or with `superuser` as root. The server starts with
    `options` beside ours. Raises ConfigError without testcontainers, and DatabaseError when there
    is no engine or no image.
    """
    opened = partial(running, _recipe(options), image, ceiling or Ceiling())
    with (
        opened() as container,
        watching(limits, lambda _: container.end(), obituary=container.obituary) as watchdog,
    ):
        yield MysqlServer(
            f"{container.version}, container {image} ({container.route})",
            _admin(container.access),
            makes_accounts=True,
            superuser=superuser,
            setup=setup,
            guard=watchdog,
            ending=watchdog.ending,
            is_ours=True,
            # Root's SQL may have made anything of the server.
            portable=prefilled(_states(container.identity, opened, limits), setup)
            if container.identity and not superuser
            else None,
        )


def _states(
    identity: str, opened: Callable[[bytes], AbstractContextManager[Running]], limits: Limits
) -> ContainerStates:
    return ContainerStates(
        identity, opened, lambda access: MysqlKeeper(_admin(access)), traces, limits
    )
