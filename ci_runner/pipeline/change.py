"""What a pull request changes of one project."""

from __future__ import annotations

from datetime import datetime

from ci_runner.frozen import frozen
from ci_runner.migrations.directory import Directory, DirectoryChange, changed


@frozen
class Change:
    """A project's part of a pull request. `when` is the head commit's time, UTC.

    `upstream` is the directory as the base branch has it now, which may be newer than `base`; None
    where that is not known. What is generated is marked as ours where `marks` says so.
    """

    name: str
    base: Directory
    head: Directory
    schema: tuple[str, ...]
    when: datetime
    migration_name: str = ""
    upstream: Directory | None = None
    marks: bool = False

    @property
    def files(self) -> DirectoryChange:
        return changed(self.base, self.head)
