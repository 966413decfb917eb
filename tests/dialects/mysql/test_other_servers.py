"""MySQL where the server at hand can't show it: catalogue answers in its form, made up here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ci_runner.dialects.base import EVERYTHING, Failure, Outcome, StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.read.rows import Row
from ci_runner.dialects.mysql.watch.online import run
from ci_runner.schema.model import ForeignKey, Schema, Trigger

_MODE = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES"
_NEW = "utf8mb4_0900_ai_ci"


class Recorded:
    """A connection that knows some answers, and refuses statements that hold a key of `refuses`."""

    def __init__(
        self, answers: Mapping[str, Sequence[Row]], refuses: Mapping[str, tuple[str, str]] = {}
    ) -> None:
        self.answers = answers
        self.refuses = refuses
        self.ran: list[str] = []

    def query(self, sql: str) -> list[Row]:
        if sql.startswith("SHOW CREATE TABLE "):
            return [("", "CREATE TABLE ")]
        return next((list(rows) for part, rows in self.answers.items() if part in sql), [])

    def query_all(self, several: Sequence[str]) -> list[list[Row]]:
        return [self.query(each) for each in several]

    def execute(self, sql: str) -> Outcome:
        self.ran.append(sql)
        for part, (code, message) in self.refuses.items():
            if part in sql:
                raise StatementFailed(Failure(message, code))
        return Outcome()

    def reset(self) -> None:
        raise AssertionError

    @property
    def in_transaction(self) -> bool:
        return False


def place(folding: int = 0) -> Row:
    return ("shop", "8.4.3", _MODE, "jo@%", _NEW, folding)


def table(name: str, collation: str = _NEW) -> Row:
    return (name, "BASE TABLE", "InnoDB", collation, "")


def column(of: str, name: str, type_: str, collation: str | None = None, **said: object) -> Row:
    """A row of information_schema.COLUMNS; `said` has default, extra and expression."""
    return (
        *(of, name, said.get("default"), "YES", type_.partition("(")[0], type_, collation),
        *(said.get("extra", ""), "", said.get("expression", ""), None),
    )


def read(answers: Mapping[str, Sequence[Row]], folding: int = 0) -> Schema:
    return DIALECT.inspect(Recorded({"VERSION()": [place(folding)], **answers}))


def planned(old: Schema, new: Schema) -> list[str]:
    return [each.sql for each in DIALECT.plan(old, new, EVERYTHING)]


def of_text(collation: str, of_table: str = _NEW) -> Schema:
    return read(
        {
            "information_schema.TABLES": [table("t", of_table)],
            "information_schema.COLUMNS": [column("t", "a", "varchar(20)", collation)],
        }
    )


def test_another_collation_is_spelled_out_with_its_character_set() -> None:
    """0900 is MySQL's own default, and utf8mb4_general_ci what MariaDB and old dumps have."""
    (sql,) = planned(of_text(_NEW), of_text("utf8mb4_general_ci"))

    words = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NULL DEFAULT NULL"
    assert f"ALTER TABLE `t` MODIFY COLUMN `a` varchar(20) {words}" == sql


def test_the_collation_of_the_table_is_what_new_columns_get() -> None:
    (sql,) = planned(Schema("mysql"), of_text("utf8mb4_bin", "utf8mb4_bin"))

    options = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
    assert f"CREATE TABLE `t` (\n  `a` varchar(20) NULL DEFAULT NULL\n) {options}" == sql


def test_utf8mb3_is_called_by_its_name() -> None:
    sql = planned(Schema("mysql"), of_text("utf8mb3_general_ci"))

    assert "`a` varchar(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci" in sql[0]


KEYED: dict[str, Sequence[Row]] = {
    "information_schema.TABLES": [table("Users"), table("Posts")],
    "information_schema.COLUMNS": [column("Users", "id", "int"), column("Posts", "author", "int")],
    "KEY_COLUMN_USAGE": [("Posts", "fk", "author", "shop", "users", "id")],
    "REFERENTIAL_CONSTRAINTS": [("Posts", "fk", "NO ACTION", "NO ACTION")],
}


@pytest.mark.parametrize(("folding", "parent"), [(0, "users"), (1, "Users"), (2, "Users")])
def test_where_names_know_no_case_a_key_finds_its_parent(folding: int, parent: str) -> None:
    (key,) = read(KEYED, folding).of_type(ForeignKey)

    assert parent == key.references.name
    assert f"FOREIGN KEY (`author`) REFERENCES `{parent}` (`id`)" == key.definition


@pytest.mark.parametrize(("mode", "head"), [(_MODE, ""), ("ANSI", "SET sql_mode = 'ANSI'\n")])
def test_a_program_of_another_sql_mode_says_so(mode: str, head: str) -> None:
    (trigger,) = read(
        {
            "information_schema.TABLES": [table("t")],
            "information_schema.TRIGGERS": [
                ("t", "tr", "BEFORE", "INSERT", "SET NEW.a = 1", mode, "jo@%")
            ],
        }
    ).of_type(Trigger)

    assert trigger.definition.startswith(f"{head}CREATE TRIGGER `tr` BEFORE INSERT ON `t`")


SESSION: dict[str, Sequence[Row]] = {"old_alter_table": [("8.4.3", 0)]}


def test_a_server_that_knows_no_instant_is_asked_on() -> None:
    session = Recorded(SESSION, {"=INSTANT": ("1800", "Unknown ALGORITHM 'INSTANT'")})

    online = run(session, "ALTER TABLE t ADD b int").online

    assert online is not None
    assert "ALGORITHM=INPLACE, LOCK=NONE" == str(online)
