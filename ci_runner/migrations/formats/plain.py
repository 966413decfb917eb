"""Plain SQL files in natural order of their paths: `2_b.sql` before `10_a.sql`, folders likewise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.naming import natural, successor

_VERSION = re.compile(r"\d+")


class Plain:
    """See ci_runner.migrations.formats.base.Format."""

    name = "plain"
    has_checksum = False

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        names = sorted(
            (name for name in files if name.endswith(".sql")),
            key=lambda name: [natural(part) for part in name.split("/")],
        )
        return Directory(path, self.name, tuple(_file(path, name, files[name]) for name in names))

    def transactional(self, file: MigrationFile, text: str) -> bool:
        return transaction_mode(text) != "none"

    def next_version(self, directory: Directory, when: datetime) -> str:
        numbers = [
            found[0]
            for file in directory.files
            if (found := _VERSION.match(PurePosixPath(file.name).name))
        ]
        return successor(numbers, when)

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Beside the last file, so that it stays the last in order."""
        last = (
            PurePosixPath(directory.files[-1].name).parent if directory.files else PurePosixPath()
        )
        return str(last / f"{version}_{description}.sql"), ""


def _file(path: str, name: str, content: bytes) -> MigrationFile:
    stem = PurePosixPath(name).stem
    return MigrationFile(f"{path}/{name}", name, content, name, stem)
