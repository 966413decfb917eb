"""Flyway: versioned `V1__name.sql`, repeatable `R__name.sql`, undo `U1__`, baseline `B1__`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from ci_runner.migrations.directory import Directory, MigrationFile, Role
from ci_runner.migrations.formats.naming import (
    misnamed,
    outside_transactions,
    refuse_duplicates,
    runs_outside,
    successor,
)
from ci_runner.migrations.formats.one_way import OneWay
from ci_runner.migrations.history import Statement

_NAME = re.compile(
    r"(?:.*/)?(?:(?P<kind>[VUB])(?P<version>\d+(?:[._]\d+)*)|(?P<repeat>R))__(?P<description>.+)\.sql"
)
_CALLBACK = re.compile(r"(?:.*/)?(?:(?:before|after)[A-Z][A-Za-z]*|createSchema)(?:__.+)?\.sql")
_SETTING = re.compile(
    rb"^\s*executeInTransaction\s*=\s*(?P<value>true|false)\s*$", re.MULTILINE | re.IGNORECASE
)


def _key(file: MigrationFile) -> tuple[int, ...]:
    return _numbers(file.version)


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.split(r"[._]", version)]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


class Flyway(OneWay):
    """See ci_runner.migrations.formats.base.Format."""

    name = "flyway"
    has_checksum = False
    outside = (
        "or set `executeInTransaction=false` in a file of the same name with `.conf` behind it"
    )

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
        callbacks = []
        for name, content in sorted(files.items()):
            if not name.endswith(".sql"):
                continue
            if _CALLBACK.fullmatch(name):
                callbacks.append(
                    MigrationFile(f"{path}/{name}", name, content, "", "", "repeatable")
                )
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
                    _setting(files.get(f"{name}.conf", b"")),
                )
            )
        for role in ("up", "down", "baseline"):
            found[role].sort(key=_key)
            refuse_duplicates(found[role], _key)
        found["repeatable"].sort(key=lambda file: file.description)
        return self._ordered(path, found, tuple(callbacks))

    def _ordered(
        self,
        path: str,
        found: dict[Role, list[MigrationFile]],
        callbacks: tuple[MigrationFile, ...],
    ) -> Directory:
        """On an empty database the newest baseline stands for every version up to its own."""
        start = found["baseline"][-1:]
        versions = [file for file in found["up"] if not start or _key(file) > _key(start[0])]
        skipped = [file for file in found["up"] if file not in versions]
        return Directory(
            path,
            self.name,
            (*start, *versions, *found["repeatable"]),
            (*skipped, *found["baseline"][:-1], *found["down"], *callbacks),
        )

    def transactional(
        self,
        file: MigrationFile,
        text: str,  # noqa: ARG002 - part of the protocol
        statements: Sequence[Statement] = (),
    ) -> bool:
        """As the file's own `.sql.conf` says; else Flyway looks for what must run outside one."""
        if file.transaction is not None:
            return file.transaction
        return not any(runs_outside(statement) for statement in statements)

    def together(self, first: str, second: str) -> bool:
        """Flyway refuses a file that mixes what it runs outside of a transaction with the rest."""
        return outside_transactions(first) == outside_transactions(second)

    def next_version(self, directory: Directory, when: datetime) -> str:
        last = _last(directory)
        if last is None:
            return successor((), when)
        *before, number = last.version.split(".")
        return ".".join((*before, successor((number,), when)))

    def file_names(self, directory: Directory, version: str, description: str) -> tuple[str, str]:
        """Beside the last versioned file, with its separator."""
        last = _last(directory)
        if last is None:
            return f"V{version}__{description}.sql", ""
        place = PurePosixPath(last.name)
        if "." not in place.name.split("__")[0]:
            version = version.replace(".", "_")
        return str(place.with_name(f"V{version}__{description}.sql")), ""

    def moved(self, name: str, up: str, version: str) -> str | None:
        """An undo file goes along, and the settings that stand beside either."""
        found, own = (_NAME.fullmatch(each.removesuffix(".conf")) for each in (name, up))
        if not found or not own or not found["version"] or not own["version"]:
            return None
        if found["kind"] == "B" or _numbers(found["version"]) != _numbers(own["version"]):
            return None
        joint = "." if "." in found["version"] or "_" not in found["version"] else "_"
        written = version.replace(".", joint)
        return f"{name[: found.start('version')]}{written}{name[found.end('version') :]}"


def _last(directory: Directory) -> MigrationFile | None:
    """The highest version, be it a baseline's."""
    return next((file for file in reversed(directory.files) if file.version), None)


def _setting(content: bytes) -> bool | None:
    found = _SETTING.search(content)
    return None if found is None else found["value"].lower() == b"true"
