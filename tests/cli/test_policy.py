"""Who decides what counts: the base branch's policy, exceptions and the baseline."""

from __future__ import annotations

import json
from pathlib import Path

from ci_runner.devdb.databases import PostgresServer
from ci_runner.errors import ExitCode
from tests.checkout import Checkout, new_checkout
from tests.cli.test_schema_diff import dev_url

SECOND = "migrations/20260102000000_drop.sql"
LINT = ("lint", "--base=main")


def change(root: Path, merged: str = "", proposed: str | None = None) -> Checkout:
    """A branch that drops a table, and has `proposed` where main has `merged` in its config."""
    checkout = new_checkout(root, config=merged)
    checkout.git("checkout", "--quiet", "-b", "topic")
    checkout.write(SECOND, "DROP TABLE users;\n")
    if proposed is not None:
        text = (checkout.root / "schema-ci.toml").read_text()
        checkout.write("schema-ci.toml", text.removesuffix(merged) + proposed)
    assert 0 == checkout.run("hash").code
    checkout.commit("drop")
    return checkout


def told(checkout: Checkout, *flags: str) -> list[tuple[str, str, str]]:
    found = checkout.run(*LINT, "--format=json", *flags).json
    return [(each["rule"], each["severity"], each["message"]) for each in found]


def test_a_change_can_not_switch_off_its_own_review(tmp_path: Path) -> None:
    off = '[lint]\nfail-on = "never"\n[lint.rules]\ndrop-table = "off"\n'
    checkout = change(tmp_path, proposed=off)

    found = told(checkout)

    assert ["loosened-policy", "loosened-policy", "drop-table"] == [each[0] for each in found]
    assert {
        "rule drop-table falls from error to off",
        "fail-on rises from error to never",
    } == {each[2] for each in found[:2]}
    assert ExitCode.FINDINGS == checkout.run(*LINT).code


def test_what_the_base_branch_has_decided_holds(tmp_path: Path) -> None:
    checkout = change(tmp_path, merged='[lint.groups]\nsafety = "note"\n')

    assert [("drop-table", "note")] == [each[:2] for each in told(checkout)]
    assert ExitCode.OK == checkout.run(*LINT).code
    assert ExitCode.FINDINGS == checkout.run(*LINT, "--fail-on=note").code


def test_a_base_branch_without_a_configuration_leaves_it_to_the_change(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path)
    checkout.git("rm", "--quiet", "--cached", "schema-ci.toml")
    text = (checkout.root / "schema-ci.toml").read_text()
    checkout.write("schema-ci.toml", text + '[lint.rules]\ndrop-table = "note"\n')
    checkout.git("commit", "--quiet", "--message", "none yet")
    checkout.git("checkout", "--quiet", "-b", "topic")
    checkout.write(SECOND, "DROP TABLE users;\n")
    assert 0 == checkout.run("hash").code
    checkout.commit("start")

    assert [("drop-table", "note")] == [each[:2] for each in told(checkout)]


def test_a_broken_policy_on_the_base_branch_is_said_and_the_rules_hold(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path)
    text = (checkout.root / "schema-ci.toml").read_text()
    checkout.write("schema-ci.toml", text + '[lint.rules]\ndrop-tabel = "off"\n')
    checkout.commit("broken")
    checkout.git("checkout", "--quiet", "-b", "topic")
    checkout.write("schema-ci.toml", text)
    checkout.write(SECOND, "DROP TABLE users;\n")
    assert 0 == checkout.run("hash").code
    checkout.commit("drop")

    found = told(checkout)

    assert ["unreadable-policy", "drop-table"] == [each[0] for each in found]
    assert "unknown key `lint.rules.drop-tabel`" in found[0][2]


def test_run_judges_by_the_base_branch_too(tmp_path: Path) -> None:
    checkout = change(tmp_path, proposed='[lint.rules]\ndrop-table = "off"\n')

    done = checkout.run("run", "--base=main", "--no-publish")

    (project,) = checkout.report()["projects"]
    rules = [each["rule"] for each in project["findings"]]
    assert ExitCode.FINDINGS == done.code
    assert {"loosened-policy", "drop-table"} <= set(rules)


def test_an_exception_ends_with_its_day(tmp_path: Path) -> None:
    both = (
        '[[lint.except]]\nrules = ["drop-table"]\npaths = ["migrations"]\nreason = "so"\n'
        "until = 2999-12-31\n"
        '[[lint.except]]\nrules = "safety"\nreason = "so"\nuntil = 2020-12-31\n'
    )
    checkout = change(tmp_path, merged=both)

    assert [
        (
            "expired-exception",
            "warning",
            "the exception of rules safety ended on 2020-12-31",
        )
    ] == told(checkout)


def test_an_exception_for_no_file_is_told_where_it_stands(tmp_path: Path) -> None:
    both = (
        '[[lint.except]]\nrules = ["drop-table"]\npaths = ["migrations/**"]\nreason = "so"\n'
        '[[lint.except]]\npaths = ["migration/*.sql", "db"]\nreason = "so"\n'
    )
    checkout = change(tmp_path, merged=both)

    assert [
        ("idle-exception", "note", "no file of a project is one of migration/*.sql, db")
    ] == told(checkout)


def test_a_baseline_is_written_known_and_shrinks(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path, config='[lint]\nbaseline = "known.json"\n')
    checkout.write("old.sql", "DROP TABLE t;\nDROP TABLE u;\n")
    checkout.write("setup.sql", "CREATE TABLE t (a int); CREATE TABLE u (a int);")
    alone = ("lint", "old.sql", "--setup=setup.sql")

    missing = checkout.run(*alone)
    checkout.write("known.json", '{"format": 1, "findings": []}')
    written = checkout.run(*alone, "--write-baseline=known.json")
    known = checkout.run(*alone)
    checkout.write("old.sql", "-- moved\n\nDROP TABLE  u;\n")
    again = checkout.run(*alone, "--write-baseline=known.json")
    left = json.loads((checkout.root / "known.json").read_text())["findings"]

    assert ExitCode.CONFIG == missing.code
    assert "--write-baseline known.json" in missing.err
    assert ExitCode.OK == written.code, written.err
    assert "known.json holds 2 findings" in written.err
    assert (ExitCode.OK, "") == (known.code, known.out)
    assert "known.json holds 1 findings; 1 that were mended left it" in again.err
    assert [("old.sql", "drop-table")] == [(each["path"], each["rule"]) for each in left]


def test_a_baseline_that_grows_does_not_help_the_change_that_grows_it(tmp_path: Path) -> None:
    config = '[lint]\nbaseline = "known.json"\n'
    checkout = new_checkout(tmp_path, config=config)
    checkout.write("known.json", '{"format": 1, "findings": []}')
    checkout.commit("a baseline")
    checkout.git("checkout", "--quiet", "-b", "topic")
    checkout.write(SECOND, "DROP TABLE users;\n")
    assert 0 == checkout.run("hash").code
    assert 0 == checkout.run("lint", "--base=main", "--write-baseline=known.json").code
    checkout.commit("drop")

    found = told(checkout)

    assert ["loosened-policy", "drop-table"] == [each[0] for each in found]
    assert f"the baseline grows by drop-table in {SECOND}: drops table users" in found[0][2]


def test_fix_is_for_what_is_not_merged(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path)

    for flags in (["--latest=1"], ["migrations/20260101000000_users.sql"]):
        done = checkout.run("lint", "--fix", *flags)
        assert ExitCode.USAGE == done.code
        assert "give --base REF" in done.err


def test_fix_writes_files_and_checksum_or_says_that_there_is_nothing(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    checkout = new_checkout(tmp_path, "postgres")
    merged = checkout.files()
    checkout.git("checkout", "--quiet", "-b", "topic")
    path = "migrations/20260102000000_index.sql"
    checkout.write(path, "-- by name\nCREATE INDEX by_name ON users (name);\n")
    checkout.write("schema-ci.toml", (checkout.root / "schema-ci.toml").read_text())
    assert 0 == checkout.run("hash").code
    checkout.commit("an index")

    url = f"--dev-url={dev_url(postgres_server)}"
    fixed = checkout.run(*LINT, "--fix", "--fail-on=warning", url)
    after = checkout.files()
    again = checkout.run(*LINT, "--fix", url)

    assert ExitCode.OK == fixed.code, fixed.err
    assert "create-index-blocking" not in fixed.out
    assert f"{path}: 1 replaced by their safe form" in fixed.err
    assert (
        b"-- by name\n-- atlas:txmode none\n\nCREATE INDEX CONCURRENTLY by_name ON users (name);\n"
    ) == after[path]
    assert merged.items() - {("migrations/atlas.sum", merged["migrations/atlas.sum"])} <= (
        after.items()
    )
    assert 0 == checkout.run("validate").code
    assert "nothing to fix" in again.err


RULE = '[[rule]]\nid = "own"\nfor = "table"\nrequire = "{require}"\n'


def test_a_broken_rule_on_the_base_branch_is_named_and_the_rest_is_reviewed(tmp_path: Path) -> None:
    checkout = change(tmp_path, merged=RULE.format(require="this.nme"))
    checkout.write(SECOND, "DROP TABLE users;\nCREATE TABLE t (a INTEGER PRIMARY KEY);\n")
    assert 0 == checkout.run("hash").code
    checkout.commit("and make one")

    found = told(checkout)

    assert {"broken-team-rule", "drop-table"} <= {each[0] for each in found}
    [broken] = [each for each in found if each[0] == "broken-team-rule"]
    told_of = "rule own makes no sense: a table has no `nme`; did you mean `name`?"
    assert ("error", told_of) == broken[1:]
    assert ExitCode.FINDINGS == checkout.run(*LINT).code


def test_a_change_that_brings_a_rule_without_sense_is_told_before_it_is_merged(
    tmp_path: Path,
) -> None:
    checkout = change(tmp_path, proposed=RULE.format(require="this."))

    [broken] = [each for each in told(checkout) if each[0] == "broken-team-rule"]

    assert broken[2].startswith("rule own makes no sense: ")
