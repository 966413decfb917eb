"""Columns that are added or dropped at once, which InnoDB does only so many times to one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, DropColumn
from ci_runner.lint.mysql import is_mysql
from ci_runner.lint.objects import ran
from ci_runner.lint.options import RuleOption, number
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity

# dev.mysql.com, Online DDL Operations: row versions of a table; 255 from 9.1 on.
_MOST, _MOST_FROM_9_1 = 64, 255
# ER_INNODB_MAX_ROW_VERSION
_NONE_LEFT = "4092"
_WORDS = "Maximum row versions"


def _check(review: Review) -> Iterator[Hit]:
    usual = _MOST_FROM_9_1 if review.version and not review.before(9, 1) else _MOST
    most = number(review.options.get(RULE.id, {}), "versions", usual)
    used: Counter[Identity] = Counter()
    for step, touches in review.statements():
        if _none_left(step):
            yield Hit("the table has no row version left: its rows are written again", step)
            continue
        changed = {
            touch.table
            for touch in touches
            if touch.known and isinstance(touch.operation, AddColumn | DropColumn)
        }
        for table in changed if is_mysql(review) and _instantly(step) else ():
            used[table] += 1
            if used[table] == most + 1:
                yield Hit(f"takes row version {used[table]} of {table.qualified}", step)


def _none_left(step: Step) -> bool:
    """Whether the dev database, with all migrations behind it, has met the limit."""
    ddl, failure = step.observed.online, step.failure
    refused = failure is not None and failure.code == _NONE_LEFT
    return refused or (ddl is not None and ddl.reason.startswith(_WORDS))


def _instantly(step: Step) -> bool:
    ddl = step.observed.online
    return not ran(step) or (ddl is not None and ddl.algorithm == "INSTANT")


RULE = Rule(
    id="mysql-instant-limit",
    title="Row versions used up",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "MySQL keeps a version of the rows for every statement that adds or drops columns"
        " instantly: 64 of a table, from 9.1 on 255. The next one fails, or writes every row"
        " again where ALGORITHM=INSTANT is not asked for. MariaDB has no such limit."
    ),
    instead=(
        "Add columns in one ALTER TABLE, which takes one version. OPTIMIZE TABLE in a quiet hour"
        " starts at 0; INNODB_TABLES.TOTAL_ROW_VERSIONS tells how many are used."
    ),
    check=_check,
    options=(
        RuleOption("versions", "number", "statements of one change that may; usually 64, or 255"),
    ),
    waits=True,
)
