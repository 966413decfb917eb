"""Flyway: versioned `V1__name.sql`, repeatable `R__name.sql`, undo `U1__`, baseline `B1__`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ci_runner.migrations.directory import Directory, MigrationFile, Role
from ci_runner.migrations.formats.naming import misnamed, refuse_duplicates, successor

_NAME = re.compile(
    r"(?:.*/)?(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeat>R))__(?P<description>.+)\.sql"
)
_OUTSIDE = re.compile(rb"^\s*executeInTransaction\s*=\s*false\s*$", re.MULTILINE)


def _key(file: MigrationFile) -> tuple[int, ...]:
    numbers = [int(part) for part in re.split(r"[._]", file.version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


class Flyway:
    """See ci_runner.migrations.formats.base.Format."""

    name = "flyway"
    has_checksum = False

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        found: dict[Role, list[MigrationFile]] = {
            "up": [],
            "down": [],
            "baseline": [],
            "repeatable": [],
        }
        roles: dict[str | None, Role] = {
            "V": "up",
            "U": "down",
            "B": "baseline",
            None: "repeatable",
        }
        for name, content in files.items():
            if not name.endswith(".sql"):
                continue
            parts = _NAME.fullmatch(name)
            if parts is None:
                raise misnamed(f"{path}/{name}", "V1__name.sql or R__name.sql")
            role = roles[parts["kind"]]
            found[role].append(
                MigrationFile(
                    f"{path}/{name}",
                    name,
                    content,
                    (parts["version"] or "").replace("_", "."),
                    parts["description"].replace("_", " "),
                    role,
                )
            )
        for role in ("up", "down", "baseline"):
            found[role].sort(key=_key)
            refuse_duplicates(found[role])
        found["repeatable"].sort(key=lambda file: file.description)
        outside = tuple(
            MigrationFile(f"{path}/{name}", name, content, "", "", "down")
            for name, content in sorted(files.items())
            if name.endswith(".sql.conf") and _OUTSIDE.search(content)
        )
        return self._ordered(path, found, outside)

    def _ordered(
        self, path: str, found: dict[Role, list[MigrationFile]], outside: tuple[MigrationFile, ...]
    ) -> Directory:
        """On an empty database the newest baseline stands for every version up to its own."""
        start = found["baseline"][-1:]
        versions = [file for file in found["up"] if not start or _key(file) > _key(start[0])]
        skipped = [file for file in found["up"] if file not in versions]
        return Directory(
            path,
            self.name,
            (*start, *versions, *found["repeatable"]),
            (*skipped, *found["baseline"][:-1], *found["down"], *outside),
        )

    def transactional(self, file: MigrationFile, text: str) -> bool:
        """Flyway leaves the transaction out for a file that must run outside one."""
        return not re.search(r"\b(?:CONCURRENTLY|VACUUM)\b", text, re.IGNORECASE)

    def next_version(self, directory: Directory, when: datetime) -> str:
        versions = [file.version for file in directory.files if file.version]
        if versions and "." in versions[-1]:
            return str(int(versions[-1].split(".")[0]) + 1)
        return successor(versions, when)

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        return f"V{version}__{description}.sql", ""
