"""A review keeps to what was declared, selected and demanded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA, Checkout, new_checkout

MAILS = SCHEMA.replace("name text", "full_name text")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path / "work")


def reported(checkout: Checkout, *argv: str) -> tuple[int, Any, str]:
    """Exit code, the one project of the report, and what was printed."""
    done = checkout.run("run", "--base", "main", "--no-publish", *argv)
    (project,) = checkout.report()["projects"]
    return done.code, project, done.out


def found(project: Any) -> list[tuple[str, str, str, int]]:
    return [
        (each["rule"], each["severity"], each["path"], each["line"])
        for each in project["findings"]
        if each["rule"] in {"rename-question", "rename-misfit", "left-out"}
    ]


def test_a_drop_that_may_be_a_rename_is_asked_about_where_the_new_name_stands(
    checkout: Checkout,
) -> None:
    checkout.write("schema.sql", f"-- the schema\n{MAILS}")

    _, project, printed = reported(checkout)

    assert [("rename-question", "warning", "schema.sql", 4)] == found(project)
    assert "was column users.name renamed to users.full_name?" in printed
    assert any(
        "was column users.name renamed" in hazard
        for each in project["plan"]
        if each["destructive"]
        for hazard in each["hazards"]
    )


def test_strict_makes_an_error_of_it_and_keeps_diff_from_writing(checkout: Checkout) -> None:
    checkout.write("schema.sql", MAILS)
    before = checkout.files()

    _, project, _ = reported(checkout, "--strict")
    written = checkout.run("diff", "--strict")

    assert [("rename-question", "error", "schema.sql", 3)] == found(project)
    assert ExitCode.INCOMPLETE == written.code
    assert before == checkout.files()


def test_a_declared_rename_is_written_with_its_way_back(checkout: Checkout) -> None:
    text = (checkout.root / "schema-ci.toml").read_text()
    checkout.write("schema-ci.toml", f'{text}format = "golang-migrate"\ndirectory = "up"\n')
    checkout.write("up/000001_users.up.sql", SCHEMA)
    checkout.write("up/000001_users.down.sql", "DROP TABLE users;\n")
    checkout.write("schema.sql", f"-- schema-ci:rename users.name -> users.full_name\n{MAILS}")

    done = checkout.run("diff", "--strict")

    assert ExitCode.OK == done.code, done.err
    files = {
        path: content.decode() for path, content in checkout.files().items() if "000002" in path
    }
    up, down = sorted(files, reverse=True)
    assert "ALTER TABLE users RENAME COLUMN name TO full_name;" in files[up]
    assert "ALTER TABLE users RENAME COLUMN full_name TO name;\n" == files[down]
    assert "DROP" not in files[up]
    assert (ExitCode.OK, "") == ((again := checkout.run("diff", "--check")).code, again.out)


def test_a_rename_that_fits_neither_side_fails_the_run_by_file_and_line(
    checkout: Checkout,
) -> None:
    checkout.write("schema.sql", f"{MAILS}-- schema-ci:rename users.nam -> users.full_name\n")

    code, project, _ = reported(checkout)

    assert ExitCode.FINDINGS == code
    assert ("unknown", "there is no object users.nam that could be renamed") == (
        project["state"],
        project["problem"],
    )
    assert [("rename-misfit", "error", "schema.sql", 5)] == found(project)


def test_a_comment_that_is_no_rename_is_a_finding(checkout: Checkout) -> None:
    checkout.write("schema.sql", f"{MAILS}-- schema-ci:rename users.name\n")

    code, project, _ = reported(checkout)

    assert ExitCode.FINDINGS == code
    assert [("syntax-error", "schema.sql", 5)] == [
        (each["rule"], each["path"], each["line"]) for each in project["findings"]
    ]


def test_in_sync_says_how_much_was_left_out_by_request(checkout: Checkout) -> None:
    checkout.write("schema.sql", f"{SCHEMA}CREATE TABLE audit_log (id integer);\n")

    code, project, printed = reported(checkout, "--exclude", "audit_*")

    assert ExitCode.OK == code
    assert ("in-sync", 1) == (project["state"], project["left_out"])
    assert [("left-out", "note", "schema.sql", 0)] == found(project)
    assert "as far as it is compared: 1 object not" in printed
    assert "1 object is not compared by request (--exclude audit_*): table audit_log" in printed
