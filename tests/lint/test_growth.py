"""Four times the statements take a rule about four times as long, whatever they are about."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from ci_runner.devdb.replay import counted, script, unexecuted
from ci_runner.dialects import dialect
from ci_runner.lint.rule import Review
from ci_runner.lint.rules import RULES
from ci_runner.migrations.directory import MigrationFile
from ci_runner.schema.model import Schema

FEW = 300
# A rule that looks at every statement for each of them takes sixteen times as long.
GROWTH, NOISE = 8, 0.01


def repeated(form: str) -> Callable[[int], str]:
    """The text of so many statements of a form that differ by a number."""
    return lambda count: "".join(
        form.replace("%", str(number)) for number in range(count // form.count(";"))
    )


SHAPES = {
    "tables that are known": repeated("ALTER TABLE t% ADD COLUMN c int;"),
    "work between locks": repeated("ALTER TABLE t% ADD c int; UPDATE u% SET a = 1 WHERE b = 2;"),
    "tables made anew": repeated(
        "CREATE TABLE n% (a int); DROP TABLE o%; ALTER TABLE n% RENAME TO o%;"
    ),
    "indexes of one table": repeated("CREATE INDEX i% ON t (c%, d);"),
    "one index again and again": repeated("CREATE INDEX i% ON t (c);"),
    "partial indexes of one column": repeated("CREATE INDEX i% ON t (c) WHERE d = %;"),
    "keys of one table": repeated(
        "ALTER TABLE c ADD CONSTRAINT f% FOREIGN KEY (a%) REFERENCES p (id) NOT VALID;"
        "ALTER TABLE c VALIDATE CONSTRAINT f%; CREATE INDEX ON c (a%);"
    ),
    "columns with new names": repeated("ALTER TABLE t RENAME COLUMN a% TO b%;"),
    "types with new values": repeated("CREATE TYPE e% AS ENUM ('a'); ALTER TYPE e% ADD VALUE 'b';"),
    "programs that come back": repeated(
        "DROP FUNCTION f%(); CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    ),
}


def seconds(text: str) -> dict[str, float]:
    """CPU by rule."""
    engine = dialect("postgres")
    nothing = Schema("postgres")
    file = MigrationFile("a.sql", "a.sql", text.encode(), "", "")
    [read] = counted((script(file, "plain", engine),))
    steps = unexecuted(engine, read.statements, nothing, wrapped=read.wrapped)
    review = Review("postgres", "public", nothing, tuple(steps), base_known=False, tool_known=False)
    list(review.arriving())
    list(review.written_as())
    list(review.statements())
    spent = {}
    for rule in RULES:
        if "postgres" in rule.dialects:
            started = time.process_time()
            list(rule.check(review))
            spent[rule.id] = time.process_time() - started
    return spent


@pytest.mark.parametrize("shape", SHAPES)
def test_no_rule_looks_at_all_statements_for_each_of_them(shape: str) -> None:
    gc.collect()
    few, many = (seconds(SHAPES[shape](count)) for count in (FEW, 4 * FEW))

    slow = {rule for rule, spent in many.items() if spent > GROWTH * few[rule] + NOISE}

    assert not slow
