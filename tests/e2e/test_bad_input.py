"""Bad input: an error that says what, where and what next; no traceback, nothing half-written."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import local_postgres
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import ExitCode
from tests.checkout import FIRST, SCHEMA, Checkout, Done, add_column, new_checkout
from tests.e2e.conftest import TOKEN, PullRequestScene

SECOND = "migrations/20260202000000_second.sql"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = new_checkout(tmp_path / "work")
    made.git("checkout", "--quiet", "-b", "change")
    return made


def review(checkout: Checkout, *argv: str, **environ: str) -> Done:
    """A run that leaves every file of the work tree as it was."""
    before = checkout.files()
    done = checkout.run("run", "--base", "main", *argv, **environ)
    assert before == checkout.files()
    return done


def test_a_missing_config_is_shown_how_to_write(checkout: Checkout) -> None:
    (checkout.root / "schema-ci.toml").unlink()

    done = review(checkout)

    assert ExitCode.CONFIG == done.code
    assert "[[project]]" in done.err


def test_a_config_that_is_named_and_missing_is_an_error(checkout: Checkout) -> None:
    done = review(checkout, "--config", "other.toml")

    assert ExitCode.CONFIG == done.code
    assert "other.toml" in done.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('dialekt = "sqlite"', "did you mean `dialect`"),
        ('format = "atlass"', "did you mean 'atlas'"),
        ("schema = 3", "expected text or a list of texts"),
        ('directory = "../elsewhere"', "leads out of the repository"),
        ("[[[", "not valid TOML"),
    ],
)
def test_a_wrong_line_of_the_config_is_named(checkout: Checkout, line: str, said: str) -> None:
    checkout.write("schema-ci.toml", f'[[project]]\ndialect = "sqlite"\n{line}\n')

    done = review(checkout)

    assert ExitCode.CONFIG == done.code
    assert said in done.err
    assert "schema-ci.toml:3" in done.err


def test_an_empty_directory_lacks_the_whole_schema(checkout: Checkout) -> None:
    for name in (FIRST, "atlas.sum"):
        (checkout.root / "migrations" / name).unlink()
    checkout.commit("start anew")
    checkout.git("branch", "--force", "main")
    (checkout.root / "migrations").mkdir(exist_ok=True)

    done = review(checkout)

    assert ExitCode.DRIFT == done.code, done.err
    assert "CREATE TABLE users" in done.out


def test_a_missing_directory_is_named(checkout: Checkout) -> None:
    checkout.write("schema-ci.toml", '[[project]]\ndialect = "sqlite"\ndirectory = "db/migrate"\n')

    done = review(checkout)

    assert ExitCode.FINDINGS == done.code
    assert "the migration directory does not exist" in done.out
    assert "db/migrate" in done.out


def test_a_hole_in_the_checksum_is_a_finding(checkout: Checkout) -> None:
    checkout.write(SECOND, "CREATE TABLE second (id integer);\n")
    checkout.commit()

    done = review(checkout)

    assert ExitCode.FINDINGS == done.code
    assert "20260202000000_second.sql is in the directory and not in atlas.sum" in done.out
    assert ExitCode.FINDINGS == checkout.run("validate").code
    assert ExitCode.SQL == checkout.run("diff").code


def test_the_statement_that_fails_is_named_by_file_and_line(checkout: Checkout) -> None:
    checkout.write(SECOND, "CREATE TABLE a (id integer);\n")
    checkout.write(
        "migrations/20260203000000_third.sql",
        "CREATE TABLE b (id integer);\n\nCREATE TABLE c (id integer);\n"
        "ALTER TABLE nowhere ADD COLUMN x text;\nCREATE TABLE d (id integer);\n",
    )
    checkout.run("hash")
    checkout.commit()

    done = review(checkout)

    assert ExitCode.FINDINGS == done.code
    assert "migrations/20260203000000_third.sql:4" in done.out
    assert "no such table: nowhere" in done.out
    project = checkout.report()["projects"][0]
    assert ["ok"] * 3 + ["failed", "not run"] == [step["outcome"] for step in project["steps"]]
    assert "unknown" == project["state"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"CREATE TABLE caf\xe9 (id integer);\n", "is not UTF-8"),
        (b"\\i other.sql\n", "psql command \\i cannot be run"),
        (b"CREATE TABLE t (name text DEFAULT 'x);\n", "is never closed"),
        (b"/* on and on", "is never closed"),
    ],
)
def test_a_file_that_can_not_be_read_is_a_finding(
    checkout: Checkout, content: bytes, said: str
) -> None:
    checkout.write(SECOND, content)
    checkout.run("hash")
    checkout.commit()

    done = review(checkout)

    assert ExitCode.FINDINGS == done.code
    assert said in done.out
    assert f"{SECOND}:1" in done.out


@pytest.mark.parametrize("content", [b"-- nothing yet\n", b"", b"\xef\xbb\xbf", b"\n\n/* x */\n"])
def test_a_file_without_a_statement_is_fine(checkout: Checkout, content: bytes) -> None:
    checkout.write(SECOND, content)
    checkout.run("hash")
    checkout.commit()

    assert ExitCode.OK == review(checkout).code


def test_windows_line_ends_are_fine(checkout: Checkout) -> None:
    checkout.write(SECOND, b"CREATE TABLE a (\r\n  id integer\r\n);\r\nSELECT 1\r\n  FROM no;\r\n")
    checkout.run("hash")
    checkout.commit()

    done = review(checkout)

    assert f"{SECOND}:4" in done.out
    assert "no such table: no" in done.out


def test_a_file_of_five_megabytes_is_fine(checkout: Checkout) -> None:
    row = "INSERT INTO users (name) VALUES ('" + "x" * 500 + "');\n"
    checkout.write(SECOND, row * 10_000)
    checkout.run("hash")
    checkout.commit()

    done = review(checkout)

    assert 5_000_000 < (checkout.root / SECOND).stat().st_size
    assert ExitCode.OK == done.code, done.err
    for name in ("report.md", "report.json"):
        assert 65_000 > len((checkout.root / "schema-ci-report" / name).read_bytes())
    assert "10000 rows  10000 statements" in done.out


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_dev_url_that_answers_nothing_ends_soon(tmp_path: Path, silent_port: int) -> None:
    checkout = new_checkout(tmp_path / "work", "postgres")

    done = review(
        checkout, SCHEMA_CI_DEV_URL=f"postgres://u:planted-password@127.0.0.1:{silent_port}/d"
    )

    assert ExitCode.DATABASE == done.code
    assert "does not answer" in done.err
    assert "planted-password" not in done.said
    assert "unknown" == checkout.report()["projects"][0]["state"]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with local_postgres(superuser=True) as server:
        yield server


def test_a_dev_database_that_is_not_empty_stays_as_it_is(
    tmp_path: Path, own_server: PostgresServer
) -> None:
    checkout = new_checkout(tmp_path / "work", "postgres")
    folder = dict(part.split("=") for part in own_server.admin.split())["host"]
    url = f"postgres:///postgres?host={folder}&user=postgres"
    listing = "SELECT datname FROM pg_database ORDER BY 1"
    with connect(own_server.admin) as session:
        session.execute("CREATE TABLE users (id integer, precious text)")
        session.execute("INSERT INTO users VALUES (1, 'x')")
        databases = session.query(listing)

        done = review(checkout, SCHEMA_CI_DEV_URL=url)

        assert ExitCode.OK == done.code, done.err
        assert [(1, "x")] == session.query("SELECT * FROM users")
        assert databases == session.query(listing)


def test_without_git_files_can_be_linted_and_a_run_says_what_it_needs(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("a.sql", SCHEMA)

    linted = checkout.run("lint", "a.sql", "--dialect", "sqlite")
    reviewed = checkout.run("run", "--base", "main", "--dialect", "sqlite")

    assert ExitCode.OK == linted.code, linted.err
    assert ExitCode.USAGE == reviewed.code
    assert "git repository" in reviewed.err


def test_a_machine_without_the_git_command_is_told_so(checkout: Checkout) -> None:
    done = checkout.run("run", "--base", "main", PATH="/nonexistent")

    assert ExitCode.GIT == done.code
    assert "git is not installed" in done.err


def test_a_repository_without_a_commit_is_told_so(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.write("schema-ci.toml", '[[project]]\ndialect = "sqlite"\nschema = "schema.sql"\n')
    checkout.write("schema.sql", SCHEMA)
    checkout.write("migrations/.keep", "")

    done = checkout.run("run", "--base", "main")

    assert ExitCode.GIT == done.code
    assert ExitCode.OK == checkout.run("diff").code


@pytest.mark.parametrize("base", ["nowhere", "a b", "-x", "x'\"; rm -rf /", "main..main"])
def test_a_base_that_is_no_commit_is_named(checkout: Checkout, base: str) -> None:
    done = review(checkout, f"--base={base}")

    assert ExitCode.GIT == done.code
    assert "next:" in done.err or "is no name" in done.err


def test_a_shallow_clone_gets_the_history_that_it_lacks(checkout: Checkout, tmp_path: Path) -> None:
    add_column(checkout)
    checkout.commit()
    shallow = Checkout(tmp_path / "shallow")
    subprocess.run(
        ("git", "clone", "-q", "--depth=1", "-b", "change", checkout.root.as_uri(), shallow.root),
        check=True,
    )

    done = shallow.run("run", "--base", "main")

    assert ExitCode.DRIFT == done.code, done.err
    assert "replayed 1 merged file" in done.out


def test_a_detached_head_is_reviewed(checkout: Checkout) -> None:
    add_column(checkout)
    checkout.commit()
    checkout.git("checkout", "--quiet", "--detach")

    assert ExitCode.DRIFT == review(checkout).code


def test_unrelated_histories_are_told_so(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "--orphan", "island")
    checkout.commit("elsewhere")

    done = review(checkout)

    assert ExitCode.GIT == done.code
    assert "share no commit" in done.err


def test_a_directory_that_is_a_link_out_of_the_repository_is_refused(
    checkout: Checkout, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for path in (checkout.root / "migrations").iterdir():
        path.rename(outside / path.name)
    (checkout.root / "migrations").rmdir()
    (checkout.root / "migrations").symlink_to(outside)
    checkout.commit()

    done = review(checkout, SCHEMA_CI_COMMIT="write")

    assert ExitCode.FINDINGS == done.code
    assert "leads out of" in done.out
    assert {FIRST, "atlas.sum"} == {path.name for path in outside.iterdir()}


def test_when_one_of_two_files_can_not_be_written_the_other_is_taken_back(
    tmp_path: Path,
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("schema-ci.toml", '[[project]]\ndialect = "sqlite"\nschema = "schema.sql"\n')
    checkout.write("schema.sql", SCHEMA)
    checkout.write("migrations/000001_start.up.sql", "-- nothing\n")
    checkout.write("migrations/000002_users.up.sql/in-the-way", "")
    before = checkout.files()

    done = checkout.run("diff", "users")

    assert ExitCode.USAGE == done.code
    assert "could not be written" in done.err
    assert before == checkout.files()


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 502])
def test_a_forge_that_refuses_everything_is_told_and_the_report_is_kept(
    scene: PullRequestScene, status: int
) -> None:
    scene.fake.fail("GET", "", status, times=99, headers={"Retry-After": "999"})
    scene.fake.fail("POST", "", status, times=99, headers={"Retry-After": "999"})

    done = scene.run(SCHEMA_CI_COMMIT="push", SCHEMA_CI_API_MAX_WAIT="1")

    assert ExitCode.FORGE == done.code
    assert str(status) in done.err
    assert "next:" in done.err
    assert TOKEN not in done.said
    assert "differs" == scene.checkout.report()["projects"][0]["state"]
    assert [] == scene.fake.comments


def test_a_comment_of_200000_characters_is_shortened_and_says_so(
    scene: PullRequestScene,
) -> None:
    wide = "c" * 40
    tables = "".join(
        f"CREATE TABLE t{number} ({', '.join(f'{wide}{at} text' for at in range(60))});\n"
        for number in range(100)
    )
    scene.checkout.write("schema.sql", SCHEMA + tables)
    scene.checkout.commit()
    scene.push()

    done = scene.run()

    assert ExitCode.DRIFT == done.code, done.err
    whole = (scene.checkout.root / "schema-ci-report" / "report.md").read_text()
    (comment,) = scene.fake.comments
    assert 200_000 < len(whole)
    assert 65_536 > len(comment["body"])
    assert "Left out to fit" in comment["body"]
    assert "100 statements" in done.out
