"""A whole run on a hostile pull request ends in time, with a report that says what happened."""

from __future__ import annotations

import time
from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA, Checkout, Done, new_checkout
from tests.hostile.test_watchdog import STUBBORN

ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r"
LIMITS = {"SCHEMA_CI_DEV_STATEMENT_SECONDS": "1"}
SECOND = "migrations/20260102000000_evil.sql"


def review(checkout: Checkout, sql: str, **environ: str) -> Done:
    checkout.git("switch", "--quiet", "--create", "change")
    checkout.write(SECOND, sql)
    checkout.commit()
    return checkout.run("run", "--base", "main", "--no-publish", **LIMITS, **environ)


def test_endless_statement_is_a_finding_at_its_line(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work", "sqlite")
    began = time.monotonic()

    done = review(checkout, f"SELECT 1;\n\n{ENDLESS};\nDROP TABLE users;\n")

    assert time.monotonic() - began < 60
    assert ExitCode.FINDINGS == done.code, done.err
    (project,) = checkout.report()["projects"]
    (finding,) = [each for each in project["findings"] if each["rule"] == "syntax-error"]
    assert (SECOND, 3) == (finding["path"], finding["line"])
    assert "stopped: the statement ran longer than 1 seconds" in finding["message"]
    assert "SCHEMA_CI_DEV_STATEMENT_SECONDS" in finding["instead"]


def test_statement_that_heeds_no_cancel_is_one_too(tmp_path: Path) -> None:
    done = review(
        checkout := new_checkout(tmp_path / "work", "postgres"), f"SELECT 1;\n{STUBBORN};\n"
    )

    assert ExitCode.FINDINGS == done.code, done.err
    (project,) = checkout.report()["projects"]
    (finding,) = [each for each in project["findings"] if each["rule"] == "syntax-error"]
    assert (SECOND, 2) == (finding["path"], finding["line"])
    assert "did not heed the cancel" in finding["message"]
    assert "SCHEMA_CI_DEV_STATEMENT_SECONDS" in finding["instead"]
    assert "the dev server was ended" in project["problem"]


def test_refusal_names_the_option(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work", "postgres")

    review(checkout, "CREATE EXTENSION dblink;\n")

    (project,) = checkout.report()["projects"]
    (finding,) = [each for each in project["findings"] if each["rule"] == "syntax-error"]
    assert "permission denied to create extension" in finding["message"]
    assert "SCHEMA_CI_DEV_SUPERUSER" in finding["instead"]


def test_desired_schema_is_not_read_through_a_link_to_elsewhere(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work", "sqlite")
    (tmp_path / "secret").write_text("hunter2;")
    (checkout.root / "schema.sql").unlink(missing_ok=True)
    (checkout.root / "schema.sql").symlink_to(tmp_path / "secret")

    done = review(checkout, SCHEMA.replace("users", "others"))

    assert ExitCode.FINDINGS == done.code, done.err
    assert "hunter2" not in done.said
    assert "the link leads out of its directory" in done.said
