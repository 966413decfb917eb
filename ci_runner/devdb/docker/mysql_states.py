"""The database of a MariaDB or MySQL server in a container whose state is kept."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager

from ci_runner.devdb import mysql_kept
from ci_runner.dialects.base import Connection
from ci_runner.dialects.guard import Guard
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.connect import connect


class MysqlKeeper:
    """See ci_runner.devdb.docker.states.Keeper.

    A state has passwords that are of no use: each start gives root a new one before it lets anybody
    in, and `bring_back` the account.
    """

    def __init__(self, admin: Address) -> None:
        self.admin = admin
        self._password = secrets.token_urlsafe(18)

    def make(self) -> None:
        with connect(self.admin) as admin:
            mysql_kept.make(admin, self._password)

    def bring_back(self) -> None:
        with connect(self.admin) as admin:
            mysql_kept.bring_back(admin, self._password)

    def session(self, guard: Guard) -> AbstractContextManager[Connection]:
        return mysql_kept.session(self.admin, self._password, guard)

    def leave(self) -> None:
        with connect(self.admin) as admin:
            mysql_kept.refuse_oddities(admin)

    def return_to_it(self) -> None:
        with connect(self.admin):
            return
