"""What differs on MySQL 8: catalogue answers in its form, as its manual and tests show them.

No MySQL server runs here, so that these rows stand in for one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.base import EVERYTHING, Outcome
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.rows import Row
from ci_runner.schema.model import Check, Column, Index, Schema, Table

_MODE = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES"
ANSWERS: dict[str, list[Row]] = {
    "VERSION()": [("shop", "8.4.3", _MODE, "jo@%", "utf8mb4_0900_ai_ci", 0)],
    "information_schema.TABLES": [
        ("t", "BASE TABLE", "InnoDB", "utf8mb4_0900_ai_ci", "row_format=DYNAMIC", ""),
    ],
    "information_schema.COLUMNS": [
        ("t", "id", None, "NO", "bigint", "bigint unsigned", None, "auto_increment", "", "", None),
        ("t", "n", "5", "YES", "int", "int", None, "", "", "", None),
        (
            *("t", "name", "it's", "NO", "varchar", b"varchar(20)", "utf8mb4_0900_ai_ci"),
            *("", "", "", None),
        ),
        (
            *("t", "at", "CURRENT_TIMESTAMP(3)", "NO", "datetime", "datetime(3)", None),
            *("DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)", "", "", None),
        ),
        (
            *("t", "u", "uuid()", "YES", "char", "char(36)", "latin1_swedish_ci"),
            *("DEFAULT_GENERATED", "", "", None),
        ),
        (
            *("t", "g", None, "YES", "varchar", "varchar(9)", "utf8mb4_0900_ai_ci"),
            *("STORED GENERATED INVISIBLE", "", r"concat(`name`,_utf8mb4\'x\')", None),
        ),
        ("t", "place", None, "NO", "point", "point", None, "", "", "", 4326),
    ],
    "information_schema.STATISTICS": [
        ("t", "PRIMARY", 0, "id", "A", None, "BTREE", "", "", None),
        ("t", "fun", 1, None, "D", None, "BTREE", "", "", r"lower(`name`)"),
        ("t", "off", 1, "n", "A", None, "BTREE", "", "INVISIBLE", None),
    ],
    "information_schema.CHECK_CONSTRAINTS": [
        ("t", "t_chk_1", "Table", r"(`name` <> _utf8mb4\'a\')", "YES"),
        ("t", "lax", "Table", "(`n` > 0)", "NO"),
    ],
    "information_schema.TRIGGERS": [
        ("t", "tr", "BEFORE", "INSERT", "SET NEW.n = 1", _MODE, "jo@%"),
    ],
}


class Recorded:
    """A connection that knows some answers; everything else is empty."""

    def query(self, sql: str) -> list[Row]:
        return next((rows for part, rows in ANSWERS.items() if part in sql), [])

    def query_all(self, several: Sequence[str]) -> list[list[Row]]:
        return [self.query(each) for each in several]

    def execute(self, _sql: str) -> Outcome:
        raise AssertionError

    def reset(self) -> None:
        raise AssertionError

    @property
    def in_transaction(self) -> bool:
        return False


def schema() -> Schema:
    return DIALECT.inspect(Recorded())


def column(name: str) -> Column:
    table = schema().table("", "t")
    assert isinstance(table, Table)
    found = table.column(name)
    assert found is not None
    return found


def test_bare_defaults_become_expressions() -> None:
    assert "5" == column("n").default
    assert "'it''s'" == column("name").default
    assert "CURRENT_TIMESTAMP(3)" == column("at").default
    assert ("ON UPDATE current_timestamp(3)",) == column("at").attributes
    assert "(uuid())" == column("u").default
    assert None is column("id").default


def test_quotes_of_expressions_are_not_escaped_twice() -> None:
    (enforced,) = (each for each in schema().of_type(Check) if each.name == "t_chk_1")

    assert "concat(`name`,_utf8mb4'x')" == column("g").generated
    assert ("stored", ("INVISIBLE",)) == (column("g").generated_kind, column("g").attributes)
    assert "CHECK ((`name` <> _utf8mb4'a'))" == enforced.definition


def test_checks_indexes_and_places_have_what_only_mysql_knows() -> None:
    found = {each.name: each for each in schema().of_type(Index)}
    (lax,) = (each for each in schema().of_type(Check) if each.name == "lax")

    assert "CHECK ((`n` > 0)) NOT ENFORCED" == lax.definition
    assert ("(lower(`name`)) DESC",) == found["fun"].keys
    assert ("INVISIBLE",) == found["off"].settings.parameters
    assert ("SRID 4326",) == column("place").attributes


def test_the_schema_is_written_in_mysqls_words() -> None:
    sql = "".join(f"{each.sql};\n" for each in DIALECT.create(schema(), EVERYTHING))

    assert sql == (
        "CREATE TABLE `t` (\n"
        "  `id` bigint unsigned NOT NULL AUTO_INCREMENT,\n"
        "  `n` int NULL DEFAULT 5,\n"
        "  `name` varchar(20) NOT NULL DEFAULT 'it''s',\n"
        "  `at` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE current_timestamp(3),\n"
        "  `u` char(36) CHARACTER SET latin1 COLLATE latin1_swedish_ci NULL DEFAULT (uuid()),\n"
        "  `g` varchar(9) GENERATED ALWAYS AS (concat(`name`,_utf8mb4'x')) STORED INVISIBLE,\n"
        "  `place` point NOT NULL SRID 4326,\n"
        "  PRIMARY KEY (`id`),\n"
        "  KEY `fun` ((lower(`name`)) DESC),\n"
        "  KEY `off` (`n`) INVISIBLE,\n"
        "  CONSTRAINT `lax` CHECK ((`n` > 0)) NOT ENFORCED,\n"
        "  CONSTRAINT `t_chk_1` CHECK ((`name` <> _utf8mb4'a'))\n"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=DYNAMIC;\n"
        "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.n = 1;\n"
    )
