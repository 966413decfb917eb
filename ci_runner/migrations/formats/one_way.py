"""What formats share whose files go one way each: a migration, or the way back in one beside it."""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.base import Syntax
from ci_runner.migrations.delimited import delimited
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import Statement
from ci_runner.migrations.statements import split


class OneWay:
    """Part of a ci_runner.migrations.formats.base.Format: all of a file is run."""

    outside = ""
    no_transaction = ""
    has_delimiters = True  # whether the tool knows DELIMITER lines

    def statements(self, file: MigrationFile, text: str, syntax: Syntax) -> tuple[Statement, ...]:
        return split(text, file.path, syntax)

    def contents(
        self, forward: Sequence[str], back: Sequence[str], *, transactional: bool
    ) -> tuple[str, str]:
        head = "" if transactional else self.no_transaction
        if self.has_delimiters:
            forward, back = ([delimited(each) for each in way] for way in (forward, back))
        return head + "".join(forward), head + "".join(back)
