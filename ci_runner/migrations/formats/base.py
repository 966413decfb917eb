"""What each directory format answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ci_runner.dialects.base import Syntax
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.history import Statement


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

    def statements(self, file: MigrationFile, text: str, syntax: Syntax) -> tuple[Statement, ...]:
        """What the tool runs of a file on the way forward, at its places in `text`, the whole file.

        Raises SqlError for what the tool would refuse, or would cut elsewhere than SQL does.
        """

    def transactional(
        self, file: MigrationFile, text: str, statements: Sequence[Statement] = ()
    ) -> bool:
        """Whether the tool runs this file, whose text holds these statements, in a transaction."""

    def next_version(self, directory: Directory, when: datetime) -> str:
        """A version behind the last one, in the directory's own style. `when` is UTC."""

    @property
    def outside(self) -> str:
        """How the tool is told to open no transaction around a file, in words; "" for our way."""

    @property
    def no_transaction(self) -> str:
        """Lines above a first statement that keep the file from being run in one; "" for none."""

    def together(self, first: str, second: str) -> bool:
        """Whether one file may hold two statements that must not share a transaction."""

    def contents(
        self, forward: Sequence[str], back: Sequence[str], *, transactional: bool
    ) -> tuple[str, str]:
        """The texts of an up file and its down file; each of the blocks is one statement, with `;`.

        The second says nothing where `file_names` has no down file.
        """

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Names of an up file and its down file; "" where the format has no down file."""

    def moved(self, name: str, up: str, version: str) -> str | None:
        """What file `name` is called once the migration in the file `up` has another version.

        None for a file that is no part of that migration, or whose name holds no version.
        """
