"""The commands as scripts rely on them: what stands on stdout, and the exit code."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.errors import ExitCode, SchemaCiError
from tests.checkout import FIRST, SCHEMA, Checkout, add_column, new_checkout

COMMANDS = [
    ("run",),
    ("diff",),
    ("lint",),
    ("dry-run",),
    ("hash",),
    ("validate",),
    ("schema", "diff"),
    ("schema", "inspect"),
    ("publish",),
    ("rules",),
    ("dev", "clean"),
]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path / "work")


@pytest.fixture
def folder(tmp_path: Path) -> Checkout:
    """No repository, no configuration."""
    return Checkout(tmp_path)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_takes_the_common_options(folder: Checkout, command: tuple[str, ...]) -> None:
    done = folder.run(*command, "--help")

    assert ExitCode.OK == done.code
    for option in ("--dev-url", "--dialect", "--verbose", "--quiet", "--no-color"):
        assert option in done.out


@pytest.mark.parametrize(
    "argv", [("rnu",), ("run", "--bsae", "main"), ("lint",), ("schema", "diff"), ("lint", "no.sql")]
)
def test_a_command_line_that_makes_no_sense_is_a_usage_error(
    checkout: Checkout, argv: tuple[str, ...]
) -> None:
    done = checkout.run(*argv)

    assert ExitCode.USAGE == done.code
    assert "" == done.out
    assert done.err.startswith("error: ")
    assert "next: " in done.err


def test_exit_codes_are_unique_and_every_error_has_one() -> None:
    found = SchemaCiError.__subclasses__()
    codes = [int(each.exit_code) for each in found]

    assert sorted(set(codes)) == sorted(codes)
    assert not {0, 1} & set(codes)


def test_schema_diff_says_nothing_of_equal_schemas(folder: Checkout) -> None:
    folder.write("old.sql", SCHEMA)
    folder.write("new.sql", "-- the same\n" + SCHEMA.replace("integer", "INTEGER"))

    done = folder.run("schema", "diff", "--from", "old.sql", "--to", "new.sql", "--dialect=sqlite")

    assert (ExitCode.OK, "") == (done.code, done.out)


def test_schema_diff_prints_sql_that_leads_from_one_to_the_other(folder: Checkout) -> None:
    folder.write("new.sql", SCHEMA)
    argv = ("schema", "diff", "--from", "empty", "--to", "new.sql", "--dialect=sqlite")

    done, checked = folder.run(*argv), folder.run(*argv, "--check")

    assert [ExitCode.OK, ExitCode.DRIFT] == [done.code, checked.code]
    assert done.out == checked.out
    sqlite3.connect(":memory:").executescript(done.out)
    statements = folder.run(*argv, "--format=json").json["statements"]
    assert ["table users"] == [each["object"] for each in statements]


def test_schema_diff_is_online_unless_it_is_told_otherwise(folder: Checkout) -> None:
    folder.write("old.sql", SCHEMA)
    folder.write("new.sql", f"{SCHEMA}CREATE INDEX by_name ON users (name);\n")
    argv = ("schema", "diff", "--from", "old.sql", "--to", "new.sql", "--dialect=postgres")

    usual = folder.run(*argv)
    told = folder.run(*argv, "--no-online")
    folder.write("schema-ci.toml", "[diff]\nonline = false\n")
    configured = folder.run(*argv)

    assert usual.out.startswith("-- atlas:txmode none\n\n-- Create index by_name")
    assert "CREATE INDEX CONCURRENTLY by_name ON public.users" in usual.out
    assert "CREATE INDEX by_name ON public.users" in told.out
    assert told.out == configured.out


def test_a_folder_of_sql_files_is_read_in_natural_order_and_recursively(folder: Checkout) -> None:
    folder.write("all/2_view/1.sql", "CREATE VIEW v AS SELECT name FROM users;\n")
    folder.write("all/10_index.sql", "CREATE INDEX i ON users (name);\n")
    folder.write("all/1_table.sql", SCHEMA)
    folder.write("all/notes.txt", "not SQL")

    done = folder.run("schema", "inspect", "all", "--dialect=sqlite")

    assert ExitCode.OK == done.code, done.err
    for name in ("users", "v", "i"):
        assert re.search(rf"CREATE \w+ {name}\b", done.out)


def test_a_migration_directory_is_a_source(checkout: Checkout) -> None:
    argv = ("--from", "migrations", "--to", "schema.sql", "--dialect=sqlite")

    done = checkout.run("schema", "diff", *argv)

    assert (ExitCode.OK, "") == (done.code, done.out)


def test_a_database_is_a_source_that_is_only_read(
    folder: Checkout, postgres_server: PostgresServer
) -> None:
    folder.write("new.sql", "CREATE TABLE kept (id integer, more text);\n")
    with postgres_server.database() as session:
        session.execute("CREATE TABLE kept (id integer)")
        ((name,),) = session.query("SELECT current_database()")
        host = dict(part.split("=") for part in postgres_server.admin.split())["host"]
        url = f"postgres://postgres@/{name}?host={host}"

        done = folder.run("schema", "diff", "--from", url, "--to", "new.sql")

        assert ExitCode.OK == done.code, done.err
        assert "ALTER TABLE public.kept ADD COLUMN more text;" in done.out
        ((columns,),) = session.query(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'kept'"
        )
        assert 1 == columns


def test_inspect_names_what_a_foreign_key_references(folder: Checkout) -> None:
    folder.write(
        "keys.sql",
        "CREATE TABLE a (id integer PRIMARY KEY);"
        " CREATE TABLE b (a_id integer, FOREIGN KEY (a_id) REFERENCES a (id));",
    )
    found = folder.run("schema", "inspect", "keys.sql", "--dialect=sqlite", "--format=json").json
    (key,) = (each for each in found["objects"] if each["kind"] == "foreign key")

    assert {"kind": "table", "schema": "", "name": "a", "parent": ""} == key["references"]


def test_inspect_prints_sql_that_makes_the_same_schema(folder: Checkout) -> None:
    folder.write("old.sql", SCHEMA + "CREATE INDEX i ON users (name);\n")
    folder.write("new.sql", folder.run("schema", "inspect", "old.sql", "--dialect=sqlite").out)

    done = folder.run("schema", "diff", "--from=old.sql", "--to=new.sql", "--dialect=sqlite")

    assert "" == done.out
    found = folder.run("schema", "inspect", "old.sql", "--dialect=sqlite", "--format=json").json
    assert {"table", "primary key", "index"} == {each["kind"] for each in found["objects"]}
    assert [] == found["unmanaged"]


RIGHTS = """GRANT SELECT ON users TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
ALTER TABLE users OWNER TO pg_database_owner;
"""


def test_diff_says_which_pattern_matches_nothing(checkout: Checkout) -> None:
    done = checkout.run("diff", "--check", "--exclude=*[type=tabel]")

    assert "warning: *[type=tabel] matches nothing" in done.err


@pytest.mark.parametrize(
    ("flags", "planned", "left"),
    [
        ((), {"GRANT", "ALTER DEFAULT"}, {"owners of objects"}),
        (("--owners",), {"GRANT", "ALTER DEFAULT", "ALTER TABLE"}, set()),
        (("--no-grants",), {"ALTER DEFAULT"}, {"grants", "owners of objects"}),
        (
            ("--no-grants", "--no-default-privileges"),
            set(),
            {"grants", "default privileges", "owners of objects"},
        ),
    ],
)
def test_flags_say_which_access_rights_are_compared(
    folder: Checkout, flags: tuple[str, ...], planned: set[str], left: set[str]
) -> None:
    folder.write("old.sql", SCHEMA)
    folder.write("new.sql", SCHEMA + RIGHTS)

    done = folder.run(
        "schema", "diff", "--from=old.sql", "--to=new.sql", "--dialect=postgres", *flags
    )

    assert ExitCode.OK == done.code, done.err
    found = re.findall(r"^(GRANT|ALTER DEFAULT|ALTER TABLE)", done.out, re.MULTILINE)
    assert planned == set(found)
    assert left == set(re.findall(r"not compared: (.*), which differ", done.err))


def test_the_file_says_which_access_rights_are_compared(folder: Checkout) -> None:
    folder.write("old.sql", SCHEMA)
    folder.write("new.sql", SCHEMA + RIGHTS)
    folder.write("schema-ci.toml", '[diff]\ngrants = false\n[[project]]\ndialect = "postgres"\n')
    argv = ("schema", "diff", "--from=old.sql", "--to=new.sql", "--dialect=postgres")

    assert "GRANT SELECT ON TABLE public" not in folder.run(*argv).out
    assert "GRANT SELECT ON TABLE public" in folder.run(*argv, "--grants").out
    assert "GRANT SELECT ON TABLE public" in folder.run(*argv, SCHEMA_CI_GRANTS="true").out


def test_inspect_shows_owners_where_it_is_asked_to(folder: Checkout) -> None:
    folder.write("all.sql", SCHEMA + RIGHTS)
    argv = ("schema", "inspect", "all.sql", "--dialect=postgres")

    usual, every = folder.run(*argv), folder.run(*argv, "--owners")

    assert ("OWNER TO" not in usual.out, "OWNER TO" in every.out) == (True, True)
    assert ("owners of objects" in usual.err, "owners of objects" in every.err) == (True, False)
    kinds = {each["kind"] for each in folder.run(*argv, "--format=json").json["objects"]}
    assert {"grant", "default privileges"} <= kinds
    assert "owner" not in kinds


def test_what_is_not_managed_is_named(folder: Checkout) -> None:
    folder.write("f.sql", "CREATE TABLE t (a int);\nGRANT USAGE ON TYPE t TO pg_monitor;\n")

    done = folder.run("schema", "inspect", "f.sql", "--dialect=postgres")

    assert ExitCode.OK == done.code, done.err
    assert "warning: not shown: grant on type public.t to pg_monitor" in done.err


def test_a_source_that_is_nothing_is_an_error(folder: Checkout) -> None:
    done = folder.run("schema", "inspect", "nothing.sql", "--dialect=sqlite")

    assert ExitCode.USAGE == done.code
    assert "'nothing.sql' is neither" in done.err


def test_sql_that_does_not_run_is_named_by_file_and_line(folder: Checkout) -> None:
    folder.write("bad.sql", f"{SCHEMA}\nSELECT * FROM missing;\n")

    done = folder.run("schema", "inspect", "bad.sql", "--dialect=sqlite")

    assert ExitCode.SQL == done.code
    assert "bad.sql:6\n" in done.err
    assert "no such table: missing" in done.err


def test_files_are_linted_alone_behind_a_setup(folder: Checkout) -> None:
    folder.write("setup.sql", SCHEMA)
    folder.write("drop.sql", "-- away with it\nDROP TABLE users;\n")
    argv = ("lint", "drop.sql", "--setup", "setup.sql", "--dialect=sqlite")

    done, lenient = folder.run(*argv), folder.run(*argv, "--fail-on=never")

    assert [ExitCode.FINDINGS, ExitCode.OK] == [done.code, lenient.code], done.err
    assert done.out.startswith("drop.sql:2: error: drop-table: ")
    (finding,) = folder.run(*argv, "--format=json").json
    assert ("drop-table", "error", "drop.sql", 2) == (
        finding["rule"],
        finding["severity"],
        finding["path"],
        finding["line"],
    )


def test_new_files_are_linted_and_rehearsed(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "change")
    checkout.write("migrations/20260202000000_drop.sql", "ALTER TABLE users DROP COLUMN name;\n")
    checkout.run("hash")
    checkout.commit()

    for argv in (("--base", "main"), ("--latest", "1")):
        linted = checkout.run("lint", *argv)
        assert ExitCode.FINDINGS == linted.code, linted.err
        assert "drop-column" in linted.out
        (step,) = checkout.run("dry-run", *argv, "--format=json").json
        assert ("ok", 1, ["drop column users.name"]) == (
            step["outcome"],
            step["line"],
            step["changes"],
        )
    rehearsed = checkout.run("dry-run", "--base=main")
    assert ExitCode.OK == rehearsed.code
    assert re.match(r"migrations/20260202000000_drop.sql:1: ok, [\d.]+ ms", rehearsed.out)


def test_a_rehearsal_that_fails_says_so_by_its_exit_code(checkout: Checkout) -> None:
    checkout.write("migrations/20260202000000_bad.sql", "SELECT 1;\nSELECT * FROM no;\nSELECT 2;\n")
    checkout.run("hash")

    done = checkout.run("dry-run", "--latest", "1")

    assert ExitCode.FINDINGS == done.code
    assert ["ok", "failed", "not run"] == re.findall(r":\d: (ok|failed|not run)", done.out)


def test_diff_writes_the_missing_migration_once(checkout: Checkout) -> None:
    add_column(checkout)
    checked = checkout.run("diff", "--check")
    before = checkout.files()

    first, second = checkout.run("diff", "Add E-Mail"), checkout.run("diff")

    assert [ExitCode.DRIFT, ExitCode.OK, ExitCode.OK] == [checked.code, first.code, second.code]
    assert checked.out == first.out
    assert "" == second.out
    (name,) = [path for path in checkout.files().keys() - before.keys() if path.endswith(".sql")]
    assert "migrations/20260203040506_add_e_mail.sql" == name
    assert ExitCode.OK == checkout.run("validate").code


def test_hash_and_validate_agree(checkout: Checkout) -> None:
    checkout.write(f"migrations/{FIRST}", SCHEMA + "-- edited\n")
    broken = checkout.run("validate")
    checkout.run("hash")

    assert ExitCode.FINDINGS == broken.code
    assert f"migrations/atlas.sum:2: {FIRST} was edited" in broken.out
    assert ExitCode.OK == checkout.run("validate").code


def test_one_project_of_many_is_chosen_by_name(checkout: Checkout) -> None:
    checkout.write(
        "schema-ci.toml",
        "".join(
            f'[[project]]\nname = "{name}"\ndialect = "sqlite"\ndirectory = "{name}"\n'
            f'schema = "schema.sql"\n'
            for name in ("one", "two")
        ),
    )
    done = checkout.run("diff", "--project", "two")

    assert ExitCode.OK == done.code, done.err
    assert {"two"} == {path.split("/")[0] for path in checkout.files() if "create_table" in path}
    unknown = checkout.run("diff", "--project", "tow")
    assert ExitCode.USAGE == unknown.code
    assert "one, two" in unknown.err


def test_quiet_says_nothing_and_verbose_says_where_settings_come_from(checkout: Checkout) -> None:
    quiet = checkout.run("diff", "--quiet")
    verbose = checkout.run("diff", "--verbose", SCHEMA_CI_FAIL_ON="warning")

    assert ("", "") == (quiet.out, quiet.err)
    assert "lint.fail-on: from SCHEMA_CI_FAIL_ON" in verbose.err
    assert "project[0].schema: from schema-ci.toml:4" in verbose.err


def test_flags_outweigh_the_environment_and_that_the_file(checkout: Checkout) -> None:
    text = (checkout.root / "schema-ci.toml").read_text()
    checkout.write("schema-ci.toml", f'{text}[lint]\nfail-on = "never"\n')
    checkout.write("migrations/20260202000000_drop.sql", "ALTER TABLE users DROP COLUMN name;\n")
    checkout.run("hash")
    argv = ("lint", "--latest", "1")

    codes = [
        checkout.run(*argv).code,
        checkout.run(*argv, SCHEMA_CI_FAIL_ON="error").code,
        checkout.run(*argv, "--fail-on=never", SCHEMA_CI_FAIL_ON="error").code,
    ]

    assert [ExitCode.OK, ExitCode.FINDINGS, ExitCode.OK] == codes


def test_nothing_is_coloured_into_a_pipe(checkout: Checkout) -> None:
    add_column(checkout)

    assert "\x1b" not in checkout.run("run", "--base", "main").said


def test_a_rule_is_explained_by_any_of_its_names(folder: Checkout) -> None:
    listed, explained = folder.run("rules"), folder.run("rules", "DS102")

    assert "drop-table" in listed.out
    assert explained.out.startswith("drop-table: ")
    assert ExitCode.USAGE == folder.run("rules", "no-such-rule").code
