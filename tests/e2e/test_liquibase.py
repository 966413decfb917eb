"""Reviews of Liquibase's change sets: what is new, what is told, and what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkout import SCHEMA, Checkout, add_column, new_checkout

FILE = "migrations/changes/001_users.sql"
FIRST = f"--liquibase formatted sql\n\n--changeset jo:users\n{SCHEMA}"
OPEN = '<includeAll path="changes" relativeToChangelogFile="true"/>'
CLOSED = '<include file="changes/001_users.sql" relativeToChangelogFile="true"/>'
EMAIL = "--changeset jo:email\nALTER TABLE users ADD COLUMN email text;\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = new_checkout(tmp_path)
    made.git("rm", "-rq", "migrations")
    made.write(FILE, FIRST)
    made.write("migrations/changelog.xml", f"<databaseChangeLog>{OPEN}</databaseChangeLog>")
    made.commit("first, by Liquibase")
    return made


def review(checkout: Checkout) -> tuple[list[tuple[str, str, int]], list[str], str]:
    """Path, status and statements of each file, the rules that found something, the state."""
    checkout.git("switch", "--quiet", "--create", "work")
    checkout.commit()
    checkout.run("run", "--base", "main", "--no-publish")
    (project,) = checkout.report()["projects"]
    files = [(each["path"], each["status"], each["statements"]) for each in project["files"]]
    return files, sorted({each["rule"] for each in project["findings"]}), project["state"]


def test_a_change_set_that_is_added_to_a_merged_file_is_new(checkout: Checkout) -> None:
    add_column(checkout)
    checkout.write(FILE, FIRST + EMAIL)

    assert ([(FILE, "new", 1)], [], "in-sync") == review(checkout)


def test_a_merged_change_set_that_says_something_else_is_history_rewritten(
    checkout: Checkout,
) -> None:
    checkout.write(FILE, FIRST.replace("name text", "name varchar(9)"))

    assert ([(FILE, "edited", 0)], ["non-linear-history"], "in-sync") == review(checkout)


def test_a_file_that_says_more_of_its_change_sets_is_told_as_edited(checkout: Checkout) -> None:
    checkout.write(FILE, f"{FIRST}--rollback DROP TABLE users;\n")

    assert ([(FILE, "edited", 0)], [], "in-sync") == review(checkout)


def test_a_missing_migration_is_a_file_that_the_changelog_takes_in(checkout: Checkout) -> None:
    add_column(checkout)

    written = checkout.run("diff")

    assert 0 == written.code, written.said
    (name,) = checkout.git("ls-files", "--others").splitlines()
    assert name.startswith("migrations/changes/2026")
    assert ([(name, "new", 1)], [], "in-sync") == review(checkout)


def test_where_a_changelog_names_each_file_none_is_written(checkout: Checkout) -> None:
    checkout.write("migrations/changelog.xml", f"<databaseChangeLog>{CLOSED}</databaseChangeLog>")
    checkout.commit("named")
    add_column(checkout)

    refused = checkout.run("diff")

    assert "ADD COLUMN email" in refused.out
    assert "includes each file by its name, so nothing was written" in refused.err
    assert ([], ["closed-directory"], "differs") == review(checkout)


def test_what_no_changelog_includes_and_what_is_no_sql_is_named(checkout: Checkout) -> None:
    log = f'<changeSet id="7" author="jo"><sqlFile path="x.sql"/></changeSet>{OPEN}'
    checkout.write("migrations/changelog.xml", f"<databaseChangeLog>{log}</databaseChangeLog>")
    checkout.write("migrations/x.sql", "SELECT 1;")
    checkout.write("migrations/forgotten.sql", f"--liquibase formatted sql\n{EMAIL}")

    files, rules, _ = review(checkout)

    aside = [("migrations/forgotten.sql", "new", 0), ("migrations/x.sql", "new", 0)]
    assert (aside, ["unread-migration"]) == (files, rules)
    said = [each["message"] for each in checkout.report()["projects"][0]["findings"]]
    assert said == [
        "change set jo:7 is no SQL, and is not run here",
        "no changelog includes the file, so it is never run",
    ]


def test_an_option_that_means_nothing_is_a_warning_at_its_statement(checkout: Checkout) -> None:
    checkout.write(FILE, FIRST + EMAIL.replace("jo:email", "jo:email runInTransation:false"))

    _, rules, _ = review(checkout)

    assert "unknown-option" in rules


def test_rebase_says_why_it_moves_nothing(checkout: Checkout) -> None:
    refused = checkout.run("rebase", "--base", "main")

    assert 2 == refused.code
    assert "the order of change sets is that of their changelog" in refused.err
    assert "next: move the include" in refused.err
