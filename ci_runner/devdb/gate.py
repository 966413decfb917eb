"""Ask a dev database whether a change set runs on it: its preconditions say what must hold."""

from __future__ import annotations

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.changelog.change_set import ChangeSet, Condition, OnFail

_PLACES = {"postgres": "current_schema()", "mysql": "database()"}


@frozen
class Question:
    """A query of one value, which must be `expected`; `where` it is asked, as file and line."""

    sql: str
    expected: str
    where: str


@frozen
class Gate:
    """`on_fail` is what becomes of the change set when an answer is another, `on_error` when there
    is none.
    """

    questions: tuple[Question, ...]
    on_fail: OnFail
    on_error: OnFail


def gate(found: ChangeSet, path: str, dialect: str) -> Gate | None:
    """What stands before a change set of the file at `path`; None where nothing does."""
    if not found.conditions:
        return None
    asked = tuple(_question(each, path, dialect) for each in found.conditions)
    return Gate(asked, found.on_fail, found.on_error)


def is_open(connection: Connection, before: Gate) -> bool:
    """Whether the change set runs. Raises SqlError where Liquibase would come to a halt."""
    for each in before.questions:
        try:
            rows = connection.query(each.sql)
        except StatementFailed as failed:
            said = str(failed.failure)
            if not _goes_on(before.on_error, "the precondition can't be asked", each, said):
                return False
            continue
        answers = [_word(value) for row in rows for value in row]
        said = f"expected {each.expected}, found {', '.join(answers) or 'nothing'}"
        met = answers == [each.expected]
        if not met and not _goes_on(before.on_fail, "the precondition does not hold", each, said):
            return False
    return True


def _goes_on(then: OnFail, what: str, asked: Question, said: str) -> bool:
    if then == "HALT":
        raise SqlError(
            what,
            where=asked.where,
            said=said,
            next_step="write `onFail:MARK_RAN` where the change set may be passed over",
        )
    return then == "WARN"


def _word(value: object) -> str:
    """As Java writes it, which is what is compared."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _question(asked: Condition, path: str, dialect: str) -> Question:
    where = f"{path}:{asked.line}"
    if asked.kind == "sql":
        return Question(asked.text, asked.expected, where)
    name = _text(asked.text.lower(), dialect)
    if dialect == "sqlite":
        sql = (
            "SELECT count(*) FROM sqlite_master"
            f" WHERE type = '{asked.kind}' AND lower(name) = {name}"
        )
        return Question(sql, "1", where)
    place = _text(asked.schema.lower(), dialect) if asked.schema else _PLACES[dialect]
    sort = "= 'VIEW'" if asked.kind == "view" else "<> 'VIEW'"
    sql = (
        "SELECT count(*) FROM information_schema.tables"
        f" WHERE lower(table_name) = {name} AND lower(table_schema) = {place}"
        f" AND table_type {sort}"
    )
    return Question(sql, "1", where)


def _text(name: str, dialect: str) -> str:
    written = name.replace("\\", "\\\\") if dialect == "mysql" else name
    return "'" + written.replace("'", "''") + "'"
