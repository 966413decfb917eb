"""MySQL's statements in the forms that people write them, judged on MariaDB and by their text."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.assume import Assumed
from ci_runner.dialects import dialect
from ci_runner.lint.options import settle
from ci_runner.lint.policy import Policy
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.by_text import judge_texts
from tests.lint.conftest import Lint

SETUP = """
CREATE TABLE `users` (
  id bigint PRIMARY KEY, `e mail` varchar(50) NOT NULL, state enum('a', 'b') NOT NULL DEFAULT 'a',
  tags set('x', 'y') NULL, born date NULL, KEY `by mail` (`e mail`(10))
) /*!50100 DEFAULT CHARSET=utf8mb4 */;
CREATE TABLE orders (
  id bigint PRIMARY KEY, user_id bigint NULL, at date NOT NULL, total float(7, 4) NULL,
  FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE TABLE logs (id bigint NOT NULL, day int NOT NULL, KEY (day))
  PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));
CREATE TABLE notes (id bigint PRIMARY KEY);
CREATE VIEW adults AS SELECT id FROM users;
"""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE `users` DROP `e mail`", {"drop-column"}),
        (
            "ALTER IGNORE TABLE users ADD UNIQUE KEY u (born)",
            {"add-unique-data", "mysql-table-copy"},
        ),
        ("/*!50100 DROP TABLE orders */", {"drop-table"}),
        ("/*M! ALTER TABLE orders DROP COLUMN total */", {"drop-column"}),
        ("RENAME TABLE orders TO old_orders, logs TO old_logs", {"rename-table"}),
        ("ALTER TABLE orders RENAME COLUMN at TO placed", {"rename-column"}),
        ("ALTER TABLE users CHANGE born birthday date NULL", {"rename-column"}),
        ("ALTER TABLE logs DROP PARTITION p0", {"truncate"}),
        ("ALTER TABLE logs TRUNCATE PARTITION ALL", {"truncate"}),
        ("ALTER TABLE users MODIFY state enum('a', 'c', 'b') NOT NULL", {"enum-set-copy"}),
        ("ALTER TABLE users MODIFY state enum('a', 'b', 'c') NOT NULL DEFAULT 'a'", set()),
        ("ALTER TABLE users MODIFY tags set('x', 'y', 'z') NULL", set()),
        ("ALTER TABLE notes ENGINE=MyISAM", {"mysql-convert-charset", "engine"}),
        ("ALTER TABLE users CONVERT TO CHARACTER SET utf8", {"mysql-convert-charset", "charset"}),
        ("ALTER TABLE users DEFAULT CHARACTER SET utf8mb4", {"mysql-default-charset-noop"}),
        ("ALTER TABLE orders ADD COLUMN note varchar(9) NULL, ALGORITHM=INSTANT, LOCK=NONE", set()),
        (
            "ALTER TABLE orders ADD COLUMN note varchar(9) NULL, ALGORITHM=COPY",
            {
                "explicit-copy-lock",
            },
        ),
        ("ALTER TABLE orders ADD twice int AS (id * 2) VIRTUAL", set()),
        ("ALTER TABLE orders ADD twice int AS (id * 2) STORED", {"add-stored-generated"}),
        ("CREATE TABLE copied LIKE users", set()),
        ("CREATE TABLE t (a int PRIMARY KEY, b char(5) CHARACTER SET utf8)", {"charset"}),
        ("CREATE TABLE t (a int PRIMARY KEY, b timestamp NOT NULL DEFAULT 0)", {"zero-date"}),
        ("CREATE DEFINER=`root`@`%` VIEW v AS SELECT 1 AS one", {"definer"}),
        ("DELETE FROM users WHERE 1 = 1 OR id > 5", {"delete-without-where"}),
        ("UPDATE users SET born = NULL WHERE TRUE", {"update-without-where"}),
        ("DELETE u FROM users u JOIN orders o ON o.user_id = u.id", set()),
        ("DROP VIEW adults", {"drop-object-other"}),
        ("LOCK TABLES users WRITE", {"explicit-lock"}),
        ("GRANT ALL ON *.* TO app WITH GRANT OPTION", {"grants"}),
    ],
)
def test_what_is_wrong_however_it_is_written(sql: str, expected: set[str], lint: Lint) -> None:
    found = {each.rule for each in lint(f"{sql};", setup=SETUP, engine="mysql")}

    # What the account may not do fails besides.
    assert expected == found - {"syntax-error"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE t (a varchar(9)) ENGINE=MyISAM DEFAULT CHARSET=utf8", {"engine", "charset"}),
        ("CREATE TABLE t (id int(1) AUTO_INCREMENT PRIMARY KEY)", {"display-width", "auto-inc"}),
        ("CREATE TABLE t (id int unsigned PRIMARY KEY, v float(7, 4))", {"bad-types", "pk-bigint"}),
        ("CREATE TABLE t (a int, b int)", {"require-pk"}),
        (
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE",
            {
                "mysql-add-fk",
                "fk-cascade",
            },
        ),
        ("ALTER TABLE t ADD COLUMN a int NULL REFERENCES p (id)", {"mysql-inline-references"}),
        ("CREATE TABLE `select` (id bigint PRIMARY KEY)", {"reserved-word"}),
        ("ALTER TABLE t ADD COLUMN kind enum('a') NOT NULL", {"enum-type", "implicit-default"}),
        ("DROP PROCEDURE p", {"drop-object-other"}),
        ("ALTER TABLE t DROP PRIMARY KEY", {"mysql-drop-pk"}),
        ("TRUNCATE d.t", {"truncate"}),
        ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", {"mysql-convert-charset"}),
        ("ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 2", {"mysql-convert-charset"}),
        ("ALTER TABLE t MODIFY a bigint", {"change-column-type-compat"}),
        (
            (
                "SET foreign_key_checks = 0; SET foreign_key_checks = 1;"
                " ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (id)"
            ),
            {"mysql-add-fk"},
        ),
        ("CREATE TABLE t (id bigint PRIMARY KEY) ROW_FORMAT=COMPRESSED", {"compression"}),
    ],
)
def test_what_the_text_alone_tells(sql: str, expected: set[str], tmp_path: Path) -> None:
    assert expected <= static(f"{sql};", tmp_path)[0]


@pytest.mark.parametrize("said", ["foreign_key_checks = 0", "@old = 1, FOREIGN_KEY_CHECKS=OFF"])
def test_a_foreign_key_that_is_not_checked_copies_nothing(said: str, tmp_path: Path) -> None:
    sql = f"SET {said}; ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (id);"

    assert "mysql-add-fk" not in static(sql, tmp_path)[0]


def static(sql: str, folder: Path) -> tuple[set[str], list[str]]:
    """The rules that find something in a file that is not run, and what could not be read."""
    file = folder / "a.sql"
    file.write_text(sql, encoding="utf-8")
    warnings: list[str] = []
    found = judge_texts(dialect("mysql"), [str(file)], Policy(), warn=warnings.append)
    return {each.rule for each in found}, warnings


def test_bodies_between_delimiters_are_one_statement_each(tmp_path: Path) -> None:
    body = "CREATE PROCEDURE p() BEGIN DROP TABLE a; DELETE FROM b; END"

    found, unread = static(f"DELIMITER //\n{body}//\nDELIMITER ;\n", tmp_path)

    assert not found & {"drop-table", "delete-without-where", "syntax-error"}
    assert [] == unread


def test_what_can_not_be_read_is_named_with_its_place(tmp_path: Path) -> None:
    _, unread = static(
        "CALL p();\nCREAT TABLE t (a int);\nLOAD DATA INFILE 'x' INTO TABLE t;", tmp_path
    )

    assert ["a.sql:1:", "a.sql:2:", "a.sql:3:"] == [
        each.rpartition(" the static")[0].rpartition("/")[2] for each in unread
    ]


def test_a_full_text_index_of_a_new_table_is_a_note(lint: Lint) -> None:
    sql = "CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL, FULLTEXT KEY f (body));"

    found = [each for each in lint(sql, engine="mysql", advice=True) if "fulltext" in each.rule]

    assert ["note"] == [each.severity.value for each in found]


def test_an_option_is_asked_for_where_the_rule_has_one(lint: Lint) -> None:
    options = settle(
        RULES,
        {
            "add-required-column": {"new-tables": True},
            "bad-types": {"forbidden": ["json", "boolean"]},
            "definer": {"allowed": ["app@%"]},
            "mysql-convert-charset": {"none-named": True},
            "naming": {"auto-increment": "id", "unique-index": "UK_{TABLE}_{COLUMNS}"},
            "not-null-policy": {"indexed": True},
            "partition-inheritance": {"no-partitions": True},
            "required-columns": {"columns": ["made datetime default current_timestamp"]},
            "wide-index": {"kinds": ["btree"]},
        },
        {},
    )
    sql = """
    CREATE TABLE t (number bigint unsigned AUTO_INCREMENT PRIMARY KEY, a boolean NOT NULL, b json,
      c varchar(9) CHARACTER SET ascii, made datetime, UNIQUE KEY u (made), FULLTEXT KEY f (c));
    CREATE TABLE parts (id bigint PRIMARY KEY) PARTITION BY HASH (id);
    """

    found = {each.rule for each in lint(sql, engine="mysql", options=options, advice=True)}

    assert options.keys() - {"definer"} <= found


def test_inline_references_are_judged_by_the_server_of_production(lint: Lint) -> None:
    sql = "CREATE TABLE t (id bigint PRIMARY KEY, up bigint NULL REFERENCES users (id));"

    def said(version: str) -> list[str]:
        found = lint(sql, setup=SETUP, engine="mysql", assumed=Assumed(version), advice=True)
        return [each.severity.value for each in found if each.rule == "mysql-inline-references"]

    assert [[], ["warning"], [], []] == [said(each) for each in ("", "8.0", "9.1", "10.11")]


@pytest.mark.parametrize(
    ("sql", "rule", "said"),
    [
        ("ALTER TABLE users CHANGE born birthday date NULL;", "change-column-type-compat", []),
        (
            "ALTER TABLE users MODIFY tags set('x', 'y', 'z') NULL;",
            "change-column-type-compat",
            ["Release readers that know the new values first."],
        ),
        (
            "RENAME TABLE notes TO remarks;",
            "rename-table",
            ["CREATE VIEW notes AS SELECT * FROM remarks; -- right behind it"],
        ),
        ("RENAME TABLE kept TO moved;", "fk-cascade", []),
    ],
)
def test_what_to_do_fits_what_the_statement_does(
    sql: str, rule: str, said: list[str], lint: Lint
) -> None:
    kept = (
        "CREATE TABLE kept (id bigint PRIMARY KEY, u bigint,"
        " FOREIGN KEY (u) REFERENCES users (id) ON DELETE CASCADE);"
    )

    found = lint(sql, setup=SETUP + kept, engine="mysql", advice=True)

    assert said == [each.instead for each in found if each.rule == rule]
