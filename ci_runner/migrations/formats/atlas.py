"""Atlas: `YYYYMMDDHHMMSS_name.sql` in lexical order, with `atlas.sum`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ci_runner.migrations import checksum
from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.naming import misnamed, refuse_duplicates, timestamp_after

_NAME = re.compile(r"(?P<version>\d+)(?:_(?P<description>.+))?\.sql")


class Atlas:
    """See ci_runner.migrations.formats.base.Format."""

    name = "atlas"
    has_checksum = True

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
        refuse_duplicates(found)
        return Directory(path, self.name, tuple(found), checksum=files.get(checksum.NAME))

    def transactional(self, file: MigrationFile, text: str) -> bool:
        return transaction_mode(text) != "none"

    def next_version(self, directory: Directory, when: datetime) -> str:
        last = directory.files[-1].version if directory.files else ""
        return timestamp_after(last, when)

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        return f"{version}_{description}.sql", ""
