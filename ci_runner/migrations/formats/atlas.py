"""Atlas: `YYYYMMDDHHMMSS_name.sql` in lexical order, with `atlas.sum`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_runner.migrations import checksum
from ci_runner.migrations.directives import NO_TRANSACTION, transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.naming import behind_last, misnamed, refuse_duplicates
from ci_runner.migrations.formats.one_file import OneFile
from ci_runner.migrations.formats.one_way import OneWay
from ci_runner.migrations.history import Statement

_NAME = re.compile(r"(?P<version>\d+)(?:_(?P<description>.+))?\.sql")


class Atlas(OneWay, OneFile):
    """See ci_runner.migrations.formats.base.Format."""

    name = "atlas"
    pattern = _NAME
    has_checksum = True
    no_transaction = NO_TRANSACTION

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
        return behind_last(directory, when)
