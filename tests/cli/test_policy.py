"""Who decides what counts: the base branch's policy, exceptions and the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA, Checkout, new_checkout

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


def test_a_flag_of_the_ci_outweighs_both(tmp_path: Path) -> None:
    checkout = change(tmp_path, merged='[lint]\nfail-on = "warning"\n')

    assert ExitCode.OK == checkout.run(*LINT, "--fail-on=never").code


@pytest.mark.parametrize(
    ("merged", "proposed", "said"),
    [
        (
            "",
            '[[lint.except]]\ntables = "users"\nreason = "gone anyway"\n',
            "tables users is excepted for ever: gone anyway",
        ),
        (
            '[[lint.except]]\ntables = "x"\nreason = "r"\nuntil = 2999-01-01\n',
            '[[lint.except]]\ntables = "x"\nreason = "r"\nuntil = 2999-12-31\n',
            "tables x is excepted until 2999-12-31: r",
        ),
        (
            "[lint]\nrequire-reason = true\n",
            "",
            "comments that silence findings need no reason any more",
        ),
        (
            '[[rule]]\nid = "pk"\nfor = "table"\nrequire = "true"\n',
            "",
            "rule pk is removed",
        ),
        (
            '[[rule]]\nid = "pk"\nfor = "table"\nrequire = "1 == 1"\n',
            '[[rule]]\nid = "pk"\nfor = "table"\nrequire = "2 == 2"\nseverity = "note"\n',
            "rule pk falls from warning to note",
        ),
        (
            '[lint.groups]\nsafety = "error"\n',
            '[lint.groups]\nsafety = "note"\n[lint.rules]\ndrop-table = "error"\n',
            "rule drop-column falls from error to note",
        ),
    ],
)
def test_each_way_to_loosen_the_policy_is_said(
    merged: str, proposed: str, said: str, tmp_path: Path
) -> None:
    checkout = change(tmp_path, merged, proposed)

    assert ("loosened-policy", "warning", said) in told(checkout)


def test_a_policy_that_gets_tighter_is_no_finding(tmp_path: Path) -> None:
    checkout = change(tmp_path, proposed='[lint]\nfail-on = "note"\nrequire-reason = true\n')

    assert ["drop-table"] == [each[0] for each in told(checkout)]


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


@pytest.mark.parametrize(
    ("config", "line", "said"),
    [
        ('[[lint.except]]\nrules = "drop-table"\n', 5, "`lint.except[0].reason`"),
        ('[[lint.except]]\nreason = "so"\n', 5, "at least one of rules, paths, tables"),
        ('[[lint.except]]\nreason = "so"\nrules = "drop-tabel"\n', 7, "a rule or group"),
        ('[[lint.except]]\nreason = "so"\nuntil = "soon"\n', 7, "a day such as 2026-12-31"),
        ('[[lint.except]]\nreson = "so"\n', 6, "did you mean `reason`?"),
        ("[lint]\nexcept = 1\n", 6, "tables headed [[lint.except]]"),
        ('[lint.groups]\nsafty = "off"\n', 6, "did you mean `safety`?"),
        ('[[rule]]\nid = "a"\nrequire = "true"\n', 5, "expected text"),
        ('[[rule]]\nid = "drop-table"\nfor = "table"\nrequire = "true"\n', 6, "no other rule has"),
        ('[[rule]]\nid = "a"\nfor = "tables"\nrequire = "true"\n', 7, "one of table, column"),
    ],
)
def test_a_policy_that_makes_no_sense_is_an_error_with_its_line(
    config: str, line: int, said: str, tmp_path: Path
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("x.sql", SCHEMA)
    checkout.write("schema-ci.toml", f'[[project]]\ndialect = "sqlite"\n\n\n{config}')

    done = checkout.run("lint", "x.sql", "--setup=x.sql")

    assert ExitCode.CONFIG == done.code
    assert said in done.err
    assert f"schema-ci.toml:{line}" in done.err
