"""What each directory format answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ci_runner.migrations.directory import Directory, MigrationFile


class Format(Protocol):
    """How one migration tool names, orders and runs its files."""

    @property
    def name(self) -> str: ...

    @property
    def has_checksum(self) -> bool: ...

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        """A directory from its files by name. `path` is the directory's own, in the repository.

        Raises SqlError for a name or order that the tool would refuse.
        """

    def transactional(self, file: MigrationFile, text: str) -> bool:
        """Whether the tool runs this file in a transaction."""

    def next_version(self, directory: Directory, when: datetime) -> str:
        """A version behind the last one, in the directory's own style. `when` is UTC."""

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Names of an up file and its down file; "" where the format has no down file."""
