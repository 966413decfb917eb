"""The commands on MariaDB and MySQL, from the files of a pull request to plan and exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb import mariadb_local
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.errors import ExitCode
from tests.checkout import Checkout
from tests.conftest import require

OLD = "CREATE TABLE users (id int PRIMARY KEY, email varchar(20), old int);\n"
NEW = """-- schema-ci:rename users.email -> users.mail
CREATE TABLE users (id bigint PRIMARY KEY, mail varchar(20));
CREATE VIEW mails AS SELECT mail FROM users;
"""
SECOND = """DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 1; END//
DELIMITER ;
ALTER TABLE users
  DROP COLUMN old;
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    if mariadb_local.find_binaries() is None:
        require("needs MariaDB server binaries: apt-get install mariadb-server")
    return Checkout(tmp_path)


@pytest.fixture
def dev_url(mysql_server: MysqlServer) -> str:
    if mysql_server.description.startswith("MariaDB"):
        return "local://mariadb"
    return f"mysql://root@/?socket={mysql_server.admin.socket}"


def spelled(type_: str, dev_url: str) -> str:
    """As the server spells it: MySQL without display width."""
    return type_ if dev_url.startswith("local:") else type_.partition("(")[0]


def test_schema_diff_renames_alters_once_and_makes_the_view(
    checkout: Checkout, dev_url: str
) -> None:
    checkout.write("old.sql", OLD)
    checkout.write("new.sql", NEW)

    done = checkout.run(
        *("schema", "diff", "--from", "old.sql", "--to", "new.sql"),
        *("--dev-url", dev_url),
    )

    # MySQL takes no LOCK beside INSTANT.
    instant = "ALGORITHM=INSTANT" + (", LOCK=NONE" if dev_url.startswith("local:") else "")
    assert ExitCode.OK == done.code
    assert [
        f"ALTER TABLE `users` {instant}, RENAME COLUMN `email` TO `mail`;",
        "ALTER TABLE `users`",
        "  DROP COLUMN `old`,",
        f"  MODIFY COLUMN `id` {spelled('bigint(20)', dev_url)} NOT NULL;",
        "CREATE VIEW `mails` AS select `users`.`mail` AS `mail` from `users`;",
    ] == [line for line in done.out.splitlines() if not line.startswith("--")]


def test_a_run_rehearses_judges_and_plans_what_is_missing(checkout: Checkout, dev_url: str) -> None:
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.write("schema-ci.toml", '[[project]]\ndialect = "mysql"\nschema = "schema.sql"\n')
    checkout.write("schema.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));\n")
    checkout.write("migrations/1_users.sql", OLD)
    checkout.commit()
    checkout.git("checkout", "--quiet", "-b", "feature")
    checkout.write("migrations/2_old.sql", SECOND)
    checkout.commit()

    done = checkout.run("run", "--base", "main", "--no-publish", "--dev-url", dev_url)

    assert ExitCode.FINDINGS == done.code
    assert "migrations/2_old.sql:4: error: drop-column: drops column old of users" in done.out
    (project,) = checkout.report()["projects"]
    wider = f"ALTER TABLE `users` MODIFY COLUMN `id` {spelled('bigint(20)', dev_url)} NOT NULL"
    assert [wider, "DROP PROCEDURE `p`"] == [
        each["sql"] for each in sorted(project["plan"], key=lambda each: each["sql"])
    ]
