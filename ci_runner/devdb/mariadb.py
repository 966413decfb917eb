"""Databases of our own on a MySQL or MariaDB server: a random name, dropped in the end."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial

from ci_runner.devdb.addresses import (
    BESIDE_A_TARGET,
    Destination,
    on_a_target,
    place,
    refuse_forbidden,
    same_database,
    same_server,
)
from ci_runner.devdb.dropped import dropped
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import parse, this_run
from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Portable, Snapshot
from ci_runner.devdb.watchdog import USUAL, Limits, watching
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.guard import UNGUARDED, Guard
from ci_runner.dialects.mysql.address import Address, address
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.frozen import frozen

_OURS = re.compile(r"schema_ci_[0-9a-f]{16}")
_LOCK_SECONDS = 10
_NEEDED_FOR_ACCOUNTS = frozenset({"CREATE USER", "PROCESS"})
# Those that an account can hand on. Its name is told as it was granted, not as it came in.
_GLOBAL_RIGHTS = """
SELECT privilege_type FROM information_schema.user_privileges
WHERE is_grantable = 'YES'
  AND grantee = concat('''', replace(current_user(), '@', '''@'''), '''')
"""
_MARKED = """
SELECT s.schema_name, {marker}, EXISTS (
  SELECT 1 FROM information_schema.processlist p WHERE p.db = s.schema_name)
FROM information_schema.schemata s {account} ORDER BY s.schema_name
"""
_MARIADB_MARKED = _MARKED.format(marker="s.schema_comment", account="")
_MYSQL_MARKED = _MARKED.format(
    marker="a.attribute->>'$.comment'",
    account="JOIN information_schema.user_attributes a ON a.user = s.schema_name",
)


@frozen
class MysqlServer:
    """`admin` may create databases, and accounts where it `makes_accounts`.

    Then each database has one of its own that may do everything in it and nothing elsewhere: no
    FILE, no SUPER, no other database. Else, and with `superuser`, `admin` uses the databases
    itself. `options` belong to CREATE DATABASE, `session` are assignments that each session of a
    migration begins with; `unlike` says what of the target could not be matched. `guard` watches
    what runs in them; `ending` says why it made an end of the server, None while that lives.
    `is_ours` is whether we have started it, so that `admin` may look at what others do there.
    """

    description: str
    admin: Address
    makes_accounts: bool = False
    superuser: bool = False
    setup: tuple[Script, ...] = ()
    guard: Guard = UNGUARDED
    ending: Callable[[], SqlError | None] = lambda: None
    options: str = ""
    session: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    shortfall: str = ""
    portable: Portable | None = None
    is_ours: bool = False

    @property
    def dialect(self) -> Dialect:
        return dialect("mysql")

    @contextmanager
    def database(self) -> Iterator[MysqlConnection]:
        """A database in which `setup` has run, with the character set of the server."""
        if ending := self.ending():
            raise ending
        name = f"schema_ci_{secrets.token_hex(8)}"
        with (
            dropped(name, self.drop),
            connect(self._create(name), guard=self.guard, session=self.session) as connection,
        ):
            if self.is_ours:
                connection.overseer = partial(connect, self.admin.within(name))
            replay(connection, self.setup)
            yield connection

    @contextmanager
    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> Iterator[_Again]:
        """The server copies no database: each copy is filled anew, and `fill` runs only then."""
        yield _Again(like.copy if like else self.database, fill)

    @property
    def _has_owners(self) -> bool:
        return self.makes_accounts and not self.superuser

    def _create(self, name: str) -> Address:
        """Make the database, and say as whom to use it."""
        with connect(self.admin) as admin:
            # MySQL keeps a comment on an account, and none on a database.
            of_database, of_account = f" COMMENT = '{this_run()}'", f" COMMENT '{this_run()}'"
            if admin.title.startswith("MariaDB"):
                of_account = ""
            else:
                of_database = ""
            try:
                admin.execute(f"CREATE DATABASE {name}{self.options}{of_database}")
                if not self._has_owners:
                    return self.admin.within(name)
                password = secrets.token_urlsafe(18)
                grant_all(admin, name, password, of_account)
            except StatementFailed as refused:
                raise DatabaseError(
                    "the dev server lets us create no database",
                    said=str(refused.failure),
                    next_step=r"GRANT ALL ON `schema\_ci\_%`.* TO it, or leave out --dev-url",
                ) from refused
        return self.admin.account(name, password).within(name)

    def drop(self, name: str) -> None:
        """On a session of its own. What still runs in the database would hold its locks.

        Of a server that we made an end of nothing is left to drop.
        """
        if self.ending():
            return
        with connect(self.admin) as admin:
            try:
                admin.execute(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS}")
                listed = admin.query(
                    f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"
                )
                for (session,) in listed:
                    self._kill(admin, str(session))
                admin.execute(f"DROP DATABASE IF EXISTS {name}")
                if self._has_owners:
                    admin.execute(f"DROP USER IF EXISTS {name}@'%'")
            except StatementFailed as refused:
                raise DatabaseError(
                    f"the dev database {name} could not be dropped",
                    said=str(refused.failure),
                    next_step=f"DROP DATABASE {name}",
                ) from refused

    def _kill(self, admin: MysqlConnection, session: str) -> None:
        try:
            admin.execute(f"KILL {session}")
        except StatementFailed as gone:
            if gone.failure.code != "1094":  # it ended by itself
                raise


def grant_all(admin: MysqlConnection, name: str, password: str, comment: str = "") -> None:
    """Make the account of the database `name`, called like it. Raises StatementFailed."""
    pattern = name.replace("_", r"\_")  # in GRANT, `_` is any character
    admin.execute(f"CREATE USER {name}@'%' IDENTIFIED BY '{password}'{comment}")
    admin.execute(f"GRANT ALL ON `{pattern}`.* TO {name}@'%'")
    # To see which tables an ALTER wrote again, InnoDB's own ids ask for PROCESS.
    admin.execute(f"GRANT PROCESS ON *.* TO {name}@'%'")


class _Again:
    """See ci_runner.devdb.server.Snapshot: the way to a state, gone again for each copy."""

    incomplete = ""
    size = 0

    def __init__(
        self,
        base: Callable[[], AbstractContextManager[Connection]],
        fill: Callable[[Connection], None],
    ) -> None:
        self._base = base
        self._fill = fill

    @contextmanager
    def copy(self) -> Iterator[Connection]:
        with self._base() as connection:
            self._fill(connection)
            yield connection

    def last(self) -> AbstractContextManager[Connection]:
        return self.copy()


@contextmanager
def existing_mysql(
    url: str,
    targets: Iterable[str] = (),
    *,
    superuser: bool = False,
    setup: tuple[Script, ...] = (),
    limits: Limits = USUAL,
) -> Iterator[MysqlServer]:
    """The server behind `url`, whose own database is never used.

    Where the URL's account may make accounts, migrations run as one that it makes for each
    database; with `superuser` they run as the URL's account itself. SQL that goes over `limits` is
    stopped. Raises ConfigError for a URL that cannot be read, that leads where no dev database is,
    or to one of `targets`, and DatabaseError when the server does not answer.
    """
    admin, beside = _place(url, targets)
    with connect(admin) as connection:
        title = connection.title
        rights = _rights(connection)
    makes_accounts = rights >= _NEEDED_FOR_ACCOUNTS
    apart = makes_accounts and not superuser
    dear = ", as superuser" if "SUPER" in rights and not apart else ""
    with watching(limits, lambda processes: _end_sessions(admin, processes)) as watchdog:
        yield MysqlServer(
            f"{title}, given server{dear}{beside}",
            admin,
            makes_accounts=makes_accounts,
            superuser=superuser,
            setup=setup,
            guard=watchdog,
        )


def _place(url: str, targets: Iterable[str]) -> tuple[Address, str]:
    """The server itself, at the address that its name means now, and what is to be said of it."""
    given = address(url)
    here = destination(given)
    refuse_forbidden(here.places)
    theirs = [destination(address(target)) for target in targets]
    if any(same_database(here, target) for target in theirs):
        raise on_a_target()
    beside = BESIDE_A_TARGET if any(same_server(here, target) for target in theirs) else ""
    addresses = sorted(map(str, here.places[0].addresses))
    host = addresses[0] if addresses else given.host
    return replace(given, host=host, database=""), beside


def destination(given: Address) -> Destination:
    """Where PyMySQL would connect."""
    port = 0 if given.socket else given.port
    return Destination((place(given.socket or given.host, port),), given.database)


def _rights(connection: MysqlConnection) -> set[str]:
    """What the session's account may do on the whole server, and may let others do."""
    return {str(right) for (right,) in connection.query(_GLOBAL_RIGHTS)}


def _end_sessions(admin: Address, processes: Sequence[int]) -> str:
    """End sessions of ours, and none of others; what is to be done about those that live on."""
    listed = ", ".join(str(each) for each in processes)
    try:
        with connect(admin) as session:
            for each in processes:
                session.execute(f"KILL {each}")
    except (DatabaseError, StatementFailed) as refused:
        return f"its sessions (process {listed}) may still run: {refused}"
    return ""


def leftover_databases(url: str) -> Iterator[Leftover]:
    """Databases with our kind of name and our marker, those of runs that are alive included.

    On MySQL the marker is with the account; a database without one is like a stranger's.
    """
    admin = address(url).within("")
    with connect(admin) as connection:
        makes_accounts = _rights(connection) >= _NEEDED_FOR_ACCOUNTS
        server = MysqlServer("", admin, makes_accounts=makes_accounts)
        is_maria = connection.title.startswith("MariaDB")
        listed = connection.query(_MARIADB_MARKED if is_maria else _MYSQL_MARKED)
    for name, comment, in_use in listed:
        marker = parse(str(comment or ""))
        if marker is not None and _OURS.fullmatch(str(name)):
            remove = partial(server.drop, str(name))
            yield Leftover(f"database {name}", marker, remove, in_use=bool(in_use))
