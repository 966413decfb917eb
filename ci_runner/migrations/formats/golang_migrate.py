"""golang-migrate: `VERSION_name.up.sql` with `VERSION_name.down.sql`, in numeric order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ci_runner.migrations import checksum
from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.naming import misnamed, refuse_duplicates, successor

_NAME = re.compile(r"(?P<version>\d+)_(?P<description>.+)\.(?P<way>up|down)\.sql")
_OUTSIDE = re.compile(r"\b(?:CONCURRENTLY|VACUUM|BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)


class GolangMigrate:
    """See ci_runner.migrations.formats.base.Format."""

    name = "golang-migrate"
    has_checksum = False

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        up, down = [], []
        for name, content in files.items():
            if "/" in name or not name.endswith(".sql"):
                continue
            parts = _NAME.fullmatch(name)
            if parts is None:
                raise misnamed(f"{path}/{name}", "VERSION_name.up.sql or VERSION_name.down.sql")
            way = up if parts["way"] == "up" else down
            role = "up" if parts["way"] == "up" else "down"
            way.append(
                MigrationFile(
                    f"{path}/{name}",
                    name,
                    content,
                    parts["version"],
                    parts["description"],
                    role,  # type: ignore[arg-type]  # one of both words
                )
            )
        up.sort(key=lambda file: int(file.version))
        down.sort(key=lambda file: int(file.version))
        refuse_duplicates(up)
        refuse_duplicates(down)
        return Directory(path, self.name, tuple(up), tuple(down), files.get(checksum.NAME))

    def transactional(self, file: MigrationFile, text: str) -> bool:
        """The driver sends a file as one string, which PostgreSQL runs as one transaction.

        A file of a single statement that must run outside one works there, so it does here.
        """
        return transaction_mode(text) != "none" and not _OUTSIDE.search(text)

    def next_version(self, directory: Directory, when: datetime) -> str:
        return successor([file.version for file in directory.files], when)

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        return f"{version}_{description}.up.sql", f"{version}_{description}.down.sql"
