"""golang-migrate: `VERSION_name.up.sql` with `VERSION_name.down.sql`, in numeric order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_runner.migrations import checksum
from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile, Role
from ci_runner.migrations.formats.naming import (
    misnamed,
    outside_transactions,
    refuse_duplicates,
    runs_outside,
    successor,
)
from ci_runner.migrations.formats.one_way import OneWay
from ci_runner.migrations.history import Statement

_NAME = re.compile(r"(?P<version>\d+)_(?P<description>.+)\.(?P<way>up|down)\.sql")
_OPENS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)


def _number(file: MigrationFile) -> int:
    return int(file.version)


class GolangMigrate(OneWay):
    """See ci_runner.migrations.formats.base.Format."""

    name = "golang-migrate"
    has_checksum = False
    has_delimiters = False
    outside = "as its only statement: golang-migrate then sends it alone"

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        up: list[MigrationFile] = []
        down: list[MigrationFile] = []
        for name, content in files.items():
            if "/" in name or not name.endswith(".sql"):
                continue
            parts = _NAME.fullmatch(name)
            if parts is None:
                raise misnamed(f"{path}/{name}", "VERSION_name.up.sql or VERSION_name.down.sql")
            role: Role = "up" if parts["way"] == "up" else "down"
            (up if role == "up" else down).append(
                MigrationFile(
                    f"{path}/{name}", name, content, parts["version"], parts["description"], role
                )
            )
        for files_of_role in (up, down):
            files_of_role.sort(key=_number)
            refuse_duplicates(files_of_role, _number)
        return Directory(path, self.name, tuple(up), tuple(down), files.get(checksum.NAME))

    def transactional(
        self,
        file: MigrationFile,  # noqa: ARG002 - part of the protocol
        text: str,
        statements: Sequence[Statement] = (),
    ) -> bool:
        """The driver sends a file as one string, which PostgreSQL runs as one transaction.

        A file of a single statement that must run outside one works there, so it does here.
        """
        alone = len(statements) == 1 and runs_outside(statements[0])
        opened = any(_OPENS.match(statement.text) for statement in statements)
        return transaction_mode(text) != "none" and not alone and not opened

    def together(self, first: str, second: str) -> bool:
        """A file is one string: statements that run outside of a transaction stand alone."""
        return not outside_transactions(first) and not outside_transactions(second)

    def next_version(self, directory: Directory, when: datetime) -> str:
        return successor([file.version for file in directory.files], when)

    def file_names(
        self,
        directory: Directory,  # noqa: ARG002 - part of the protocol
        version: str,
        description: str,
    ) -> tuple[str, str]:
        return f"{version}_{description}.up.sql", f"{version}_{description}.down.sql"

    def moved(self, name: str, up: str, version: str) -> str | None:
        found, own = _NAME.fullmatch(name), _NAME.fullmatch(up)
        if not found or not own or int(found["version"]) != int(own["version"]):
            return None
        return f"{version}{name[found.end('version') :]}"
