"""The contract of `schema diff`: what it prints, proves, asks and leaves out, and how it ends."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import find_binaries
from ci_runner.dialects.base import Connection
from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done

OLD = """\
CREATE TABLE users (id int PRIMARY KEY, email text, age int);
CREATE TABLE audit_log (id int);
CREATE VIEW adults AS SELECT id FROM users WHERE age > 17;
CREATE INDEX by_age ON users (age);
"""
NEW = """\
CREATE TABLE users (id int PRIMARY KEY, mail text, age bigint NOT NULL CHECK (age > 0));
CREATE TABLE audit_new (note text, at date);
CREATE VIEW adults AS SELECT id FROM users WHERE age > 17;
CREATE INDEX by_age ON users (age DESC);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Checkout:
    """No repository, no configuration."""
    found = Checkout(tmp_path)
    found.write("old.sql", OLD)
    found.write("new.sql", NEW)
    return found


def dev_url(server: PostgresServer, name: str = "postgres") -> str:
    host = dict(part.split("=") for part in server.admin.split())["host"]
    return f"postgres://postgres@/{name}?host={host}"


def diff(folder: Checkout, server: PostgresServer, *argv: str) -> Done:
    sides = () if "--from" in argv else ("--from", "old.sql", "--to", "new.sql")
    return folder.run("schema", "diff", *sides, "--dev-url", dev_url(server), *argv)


@contextmanager
def database(server: PostgresServer, *scripts: str) -> Iterator[tuple[Connection, str]]:
    """A database in which `scripts` have run, and its URL."""
    with server.database() as session:
        for script in scripts:
            session.execute(script)
        ((name,),) = session.query("SELECT current_database()")
        yield session, dev_url(server, str(name))


def psql(url: str, script: str) -> None:
    binaries = find_binaries()
    assert binaries is not None
    done = subprocess.run(
        (str(binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", url),
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr


def test_a_plan_is_printed_and_ends_well_whatever_it_holds(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    done = diff(folder, postgres_server)

    assert ExitCode.OK == done.code, done.err
    above, _ = re.split(r"\n(?=ALTER TABLE public.users DROP COLUMN email)", done.out)
    comments = re.findall(r"-- .*", above)[-5:]
    assert "-- Drop column public.users.email" in comments
    assert "-- destructive: data is lost" in comments
    question = "was column users.email renamed to users.mail?"
    assert any(f"question: {question}" in each for each in comments)
    assert f"warning: {question}" in done.err
    assert "warning: Drop column public.users.email: the column's data is lost" in done.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("--check",), ExitCode.DRIFT),
        (("--strict",), ExitCode.INCOMPLETE),
        (("--strict", "--check"), ExitCode.INCOMPLETE),
        (("--strict", "--rename", "users.email -> users.mail"), ExitCode.OK),
        (("--strict", "--check", "--drop", "users.email"), ExitCode.DRIFT),
        (("--rename", "users.email"), ExitCode.USAGE),
        (("--exclude", "a..b"), ExitCode.USAGE),
    ],
)
def test_check_and_strict_say_more_by_their_code(
    folder: Checkout, postgres_server: PostgresServer, argv: tuple[str, ...], code: ExitCode
) -> None:
    done = diff(folder, postgres_server, *argv)

    assert code == done.code, done.err
    assert ("CREATE TABLE public.audit_new" in done.out) is (code != ExitCode.USAGE)


def test_the_printed_sql_can_be_run_by_psql(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    text = diff(folder, postgres_server, "--rename", "users.email -> users.mail").out
    with database(postgres_server, OLD, "INSERT INTO users VALUES (1, 'a@b', 20)") as (_, url):
        psql(url, text)

        left = diff(folder, postgres_server, "--from", url, "--to", "new.sql")

        assert (ExitCode.OK, "") == (left.code, left.out), left.err


def test_each_statement_can_be_run_by_itself(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    folder.write("new.sql", f"{NEW}CREATE INDEX by_mail ON users (mail);")
    done = diff(folder, postgres_server, "--format=json", "--rename", "users.email -> users.mail")
    statements, rows = done.json["statements"], "INSERT INTO users VALUES (1, 'a@b', 20)"
    with database(postgres_server, OLD, rows) as (session, url):
        for each in statements:
            session.execute(each["sql"])

        left = diff(folder, postgres_server, "--from", url, "--to", "new.sql")

        assert (ExitCode.OK, "") == (left.code, left.out), left.err
    assert {True, False} == {each["transactional"] for each in statements}
    assert all(each["locks"] for each in statements if not each["transactional"])


def test_every_statement_says_what_it_was_seen_doing(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    done = diff(folder, postgres_server, "--format=json", "--no-online")
    statements = done.json["statements"]

    (retyped,) = [each for each in statements if "TYPE bigint" in each["sql"]]
    (required,) = [each for each in statements if "SET NOT NULL" in each["sql"]]
    (indexed,) = [each for each in statements if each["sql"].startswith("CREATE INDEX")]
    assert {"relation": "table public.users", "mode": "ACCESS EXCLUSIVE"} in retyped["locks"]
    assert (["table public.users"], []) == (retyped["rewrites"], retyped["scans"])
    assert ([], ["table public.users"]) == (required["rewrites"], required["scans"])
    assert [{"relation": "table public.users", "mode": "SHARE"}] == indexed["locks"]
    assert ["table public.users"] == indexed["scans"]
    assert {
        "sql",
        "summary",
        "object",
        "destructive",
        "transactional",
        "undo",
        "undo_hazards",
        "hazards",
        "questions",
        "locks",
        "online",
        "rewrites",
        "scans",
        "serves",
    } == set(retyped)


def test_questions_stand_in_the_json(folder: Checkout, postgres_server: PostgresServer) -> None:
    document = diff(folder, postgres_server, "--format=json").json

    (question,) = document["questions"]
    assert ("column public.users.email", "column public.users.mail") == (
        question["dropped"],
        question["created"],
    )
    (dropping,) = [each for each in document["statements"] if each["questions"]]
    assert dropping["destructive"]
    assert "DROP COLUMN email" in dropping["sql"]
    for said in (question["if_renamed"], question["if_not"]):
        folder.write("new.sql", f"-- {said}\n{NEW}")
        answered = diff(folder, postgres_server, "--format=json").json
        assert [] == answered["questions"]
        expected = "RENAME COLUMN" if "->" in said else "DROP COLUMN"
        assert any(expected in each["sql"] for each in answered["statements"])


def test_what_is_left_out_is_not_touched_and_is_counted(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    done = diff(folder, postgres_server, "--exclude", "*.audit_*", "--exclude=no.such")

    assert ExitCode.OK == done.code, done.err
    assert "audit" not in done.out
    assert "users" in done.out
    assert (
        "warning: 2 objects are not compared by request (--exclude *.audit_*, --exclude no.such):"
        " table public.audit_log, table public.audit_new" in done.err
    )
    assert "warning: no.such matches nothing" in done.err


def test_only_what_is_included_is_planned(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    done = diff(folder, postgres_server, "--include", "*.audit_*", "--drop", "audit_log")

    assert ["CREATE TABLE", "DROP TABLE"] == re.findall(r"(?m)^(?:CREATE|DROP|ALTER) \w+", done.out)


def test_a_plan_that_what_is_left_out_keeps_from_running_is_an_error_that_names_it(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    done = diff(folder, postgres_server, "--exclude", "*[type=view]")

    assert (ExitCode.UNPROVEN, "") == (done.code, done.out)
    assert "it does not run: cannot alter type of a column used by a view" in done.err
    assert "view public.adults is in the way, and is left out by request" in done.err


def test_a_database_as_source_is_made_again_to_prove_the_plan_and_is_only_read(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    with database(postgres_server, OLD) as (session, url):
        before = session.query("SELECT oid, relfilenode FROM pg_catalog.pg_class ORDER BY oid")

        done = diff(
            folder,
            postgres_server,
            "--from",
            url,
            "--to",
            "new.sql",
            "--rename",
            "users.email -> users.mail",
            "--format=json",
        )

        assert ExitCode.OK == done.code, done.err
        assert any(each["rewrites"] for each in done.json["statements"])
        assert before == session.query(
            "SELECT oid, relfilenode FROM pg_catalog.pg_class ORDER BY oid"
        )


def test_inspected_sql_loads_by_psql_into_an_empty_database(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    argv = ("schema", "inspect", "old.sql", "--dev-url", dev_url(postgres_server))
    text = folder.run(*argv, "--exclude", "*.audit_*").out
    with database(postgres_server) as (_, url):
        psql(url, text)

        left = diff(
            folder, postgres_server, "--from", url, "--to", "old.sql", "--exclude", "*.audit_*"
        )

        assert (ExitCode.OK, "") == (left.code, left.out), left.err
        whole = diff(folder, postgres_server, "--from", url, "--to", "old.sql")
        assert ["CREATE TABLE public.audit_log ("] == re.findall("(?m)^[A-Z].*", whole.out)


def test_terms_can_stand_in_the_configuration(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    folder.write(
        "schema-ci.toml",
        '[[project]]\ndialect = "postgres"\n'
        '[diff]\nexclude = "*.audit_*"\nrename = ["users.email -> users.mail"]\nstrict = true\n',
    )

    done = diff(folder, postgres_server)

    assert ExitCode.OK == done.code, done.err
    assert "RENAME COLUMN email TO mail" in done.out
    assert "audit" not in done.out


def test_sqlite_plans_are_proven_and_asked_about_as_well(tmp_path: Path) -> None:
    folder = Checkout(tmp_path)
    folder.write("old.sql", "CREATE TABLE t (id integer PRIMARY KEY, email text NOT NULL);\n")
    folder.write("new.sql", "CREATE TABLE t (id integer PRIMARY KEY, mail text NOT NULL);\n")
    argv = ("schema", "diff", "--from=old.sql", "--to=new.sql", "--dialect=sqlite")

    asked, strict = folder.run(*argv), folder.run(*argv, "--strict")
    answered = folder.run(*argv, "--strict", "--rename", "t.email -> t.mail")

    assert [ExitCode.OK, ExitCode.INCOMPLETE, ExitCode.OK] == [
        asked.code,
        strict.code,
        answered.code,
    ]
    assert "question: was column t.email renamed to t.mail?" in asked.out
    assert ["ALTER TABLE t RENAME COLUMN email TO mail;"] == re.findall(
        "(?m)^[A-Z].*", answered.out
    )


def test_a_schema_left_out_is_not_dropped_by_what_is_shown(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    url = dev_url(postgres_server)

    shown = folder.run("schema", "inspect", "old.sql", "--dev-url", url, "--include=*[type=table]")

    assert "CREATE TABLE public.users" in shown.out
    assert "DROP SCHEMA" not in shown.out
