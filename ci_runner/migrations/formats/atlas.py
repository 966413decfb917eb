"""Atlas: `YYYYMMDDHHMMSS_name.sql` in lexical order, with `atlas.sum`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_runner.errors import SqlError
from ci_runner.migrations import checksum
from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.naming import misnamed, refuse_duplicates, successor
from ci_runner.migrations.history import Statement

_NAME = re.compile(r"(?P<version>\d+)(?:_(?P<description>.+))?\.sql")


class Atlas:
    """See ci_runner.migrations.formats.base.Format."""

    name = "atlas"
    has_checksum = True
    has_directives = True

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        found = []
        for name in sorted(files):
            if "/" in name or not name.endswith(".sql"):
                continue
            parts = _NAME.fullmatch(name)
            if parts is None:
                raise misnamed(f"{path}/{name}", "YYYYMMDDHHMMSS_name.sql")
            found.append(
                MigrationFile(
                    f"{path}/{name}",
                    name,
                    files[name],
                    parts["version"],
                    parts["description"] or "",
                )
            )
        refuse_duplicates(found, lambda file: file.version)
        return Directory(path, self.name, tuple(found), checksum=files.get(checksum.NAME))

    def transactional(
        self,
        file: MigrationFile,  # noqa: ARG002 - part of the protocol
        text: str,
        statements: Sequence[Statement] = (),  # noqa: ARG002 - part of the protocol
    ) -> bool:
        return transaction_mode(text) != "none"

    def together(self, first: str, second: str) -> bool:  # noqa: ARG002 - part of the protocol
        return True

    def next_version(self, directory: Directory, when: datetime) -> str:
        """Raises SqlError when the last name leaves no room: nothing sorts behind `9_a.sql`."""
        now = successor((), when)
        if not directory.files:
            return now
        last = directory.files[-1]
        for version in (now, successor((last.version,), when)):
            if f"{version}_" > last.name:
                return version
        raise SqlError(
            "no number sorts behind the last file, since names are compared as text",
            where=last.path,
            next_step="name the files YYYYMMDDHHMMSS_name.sql",
        )

    def file_names(
        self,
        directory: Directory,  # noqa: ARG002 - part of the protocol
        version: str,
        description: str,
    ) -> tuple[str, str]:
        return f"{version}_{description}.sql", ""

    def moved(self, name: str, up: str, version: str) -> str | None:
        found = _NAME.fullmatch(name)
        return f"{version}{name[found.end('version') :]}" if found and name == up else None
