"""What formats share that have one file for a migration, `VERSION_description.sql`."""

from __future__ import annotations

import re

from ci_runner.migrations.directory import Directory


class OneFile:
    """Part of a ci_runner.migrations.formats.base.Format; `pattern` has the group `version`."""

    pattern: re.Pattern[str]

    def file_names(
        self,
        directory: Directory,  # noqa: ARG002 - part of the protocol
        version: str,
        description: str,
    ) -> tuple[str, str]:
        return f"{version}_{description}.sql", ""

    def moved(self, name: str, up: str, version: str) -> str | None:
        found = self.pattern.fullmatch(name)
        return f"{version}{name[found.end('version') :]}" if found and name == up else None
