"""dbmate: `VERSION_name.sql` in order of the names, `-- migrate:up` above `-- migrate:down`.

github.com/amacneil/dbmate, pkg/dbmate/migration.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ci_runner.dialects.base import Syntax
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats.both_ways import files_in, is_empty, misshapen
from ci_runner.migrations.formats.naming import (
    behind_last,
    outside_transactions,
    refuse_duplicates,
)
from ci_runner.migrations.formats.one_file import OneFile
from ci_runner.migrations.history import Statement
from ci_runner.migrations.statements import split

_NAME = re.compile(r"(?P<version>\d+)(?:_?(?P<description>.*))?\.sql")
_UP = re.compile(r"^--\s*migrate:up(?:[ \t]+(?P<options>\S.*))?[ \t\r]*$", re.MULTILINE)
_DOWN = re.compile(r"^--\s*migrate:down(?:[ \t]+\S.*)?[ \t\r]*$", re.MULTILINE)


class Dbmate(OneFile):
    """See ci_runner.migrations.formats.base.Format."""

    name = "dbmate"
    pattern = _NAME
    has_checksum = False
    outside = "which opens with `-- migrate:up transaction:false`"
    no_transaction = ""

    def read(self, path: str, files: Mapping[str, bytes]) -> Directory:
        found = files_in(path, files, _NAME, "YYYYMMDDHHMMSS_name.sql", _ways)
        refuse_duplicates(found, lambda file: file.version)
        return Directory(path, self.name, tuple(found), checksum=files.get(checksum.NAME))

    def statements(self, file: MigrationFile, text: str, syntax: Syntax) -> tuple[Statement, ...]:
        forward, _ = _ways(text)
        if len(forward) == len(text):
            step = "put `-- migrate:down` below the last statement, with the way back or nothing"
            last = text.count("\n") + 1
            raise misshapen("dbmate runs no such file: it has no `migrate:down`", file, last, step)
        up = _UP.search(forward)
        if up is None or not is_empty(forward[: up.start()]):
            line = forward.count("\n", 0, up.start()) + 1 if up else 1
            step = "put `-- migrate:up` above the first statement"
            raise misshapen("dbmate runs no such file: it begins otherwise", file, line, step)
        return split(forward, file.path, syntax)

    def transactional(
        self,
        file: MigrationFile,  # noqa: ARG002 - part of the protocol
        text: str,
        statements: Sequence[Statement] = (),  # noqa: ARG002 - part of the protocol
    ) -> bool:
        up = _UP.search(text)
        return up is None or "transaction:false" not in (up["options"] or "").split()

    def together(self, first: str, second: str) -> bool:
        """A file is one string: statements that run outside of a transaction stand alone."""
        return not outside_transactions(first) and not outside_transactions(second)

    def contents(
        self, forward: Sequence[str], back: Sequence[str], *, transactional: bool
    ) -> tuple[str, str]:
        option = "" if transactional else " transaction:false"
        up, down = (f"-- migrate:{way}{option}\n" for way in ("up", "down"))
        return f"{up}{''.join(forward)}\n{down}{''.join(back)}", ""

    def next_version(self, directory: Directory, when: datetime) -> str:
        return behind_last(directory, when)


def _ways(text: str) -> tuple[str, str]:
    """What stands above `-- migrate:down`, and what below it."""
    down = _DOWN.search(text)
    return (text[: down.start()], text[down.end() :]) if down else (text, "")
