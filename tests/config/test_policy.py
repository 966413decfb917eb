"""What `[lint]` and `[[rule]]` may say, and where they are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.config.model import Config
from ci_runner.config.policy import Exemption, TeamRule
from ci_runner.errors import ConfigError

ONE = '[[project]]\ndialect = "sqlite"\n\n\n'


def loaded(root: Path, text: str, base: bytes | None = None, **flags: object) -> Config:
    (root / "schema-ci.toml").write_text(ONE + text, encoding="utf-8")
    rules, groups, aliases = ["drop-table"], ["safety"], ["DS102"]
    return load(root, {}, flags, rules, groups=groups, aliases=aliases, base=base)


def test_exceptions_are_read_with_their_lines(tmp_path: Path) -> None:
    text = """[[lint.except]]
rules = ["DS102", "safety"]
paths = "old/**"
tables = ["t"]
reason = " so "
until = 2027-03-31
"""
    (found,) = loaded(tmp_path, text).policy.exemptions

    assert Exemption(("DS102", "safety"), ("old/**",), ("t",), "so", date(2027, 3, 31)) == found
    assert "schema-ci.toml:5" == found.where


def unasked() -> Iterator[str]:
    return (pytest.fail("the names of all rules were asked for") for _ in range(1))


def test_where_nothing_is_said_about_a_rule_the_names_of_rules_are_not_asked_for(
    tmp_path: Path,
) -> None:
    text = '[lint]\nfail-on = "warning"\n[approval]\nrequire = ["destructive"]\n'
    (tmp_path / "schema-ci.toml").write_text(ONE + text, encoding="utf-8")

    config = load(tmp_path, {}, {}, unasked(), groups=unasked(), aliases=unasked(), base=b"")

    assert "warning" == config.proposed.fail_on


@pytest.mark.parametrize(
    "text", ['[lint.rules]\nother = "note"\n', '[approval]\nrequire = ["other"]\n']
)
def test_one_that_is_not_known_is_found_all_the_same(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="other"):
        loaded(tmp_path, text)


def test_a_rule_of_the_team_has_a_message_and_a_severity_of_its_own(tmp_path: Path) -> None:
    text = """[[rule]]
id = "pk"
for = "table"
require = "has(this.primary_key)"
"""
    (found,) = loaded(tmp_path, text).policy.team_rules

    message = "has(this.primary_key) does not hold"
    assert TeamRule("pk", "table", "has(this.primary_key)", message) == found
    assert ("", "warning", "schema-ci.toml:5") == (found.when, found.severity, found.where)


def test_a_rule_of_the_team_can_be_excepted(tmp_path: Path) -> None:
    rule = '[[rule]]\nid = "pk"\nfor = "table"\nrequire = "true"\n'

    config = loaded(tmp_path, f'{rule}[[lint.except]]\nrules = "pk"\nreason = "so"\n')

    assert ("pk",) == config.policy.exemptions[0].rules


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[lint.except]]\nrules = "drop-table"\n', 5, "`lint.except[0].reason`"),
        ('[[lint.except]]\nreason = "so"\n', 5, "at least one of rules, paths, tables"),
        ('[[lint.except]]\nreason = "so"\nrules = "drop-tabel"\n', 7, "a rule or group"),
        ('[[lint.except]]\nreason = "so"\nuntil = "soon"\n', 7, "a day such as 2026-12-31"),
        (
            '[[lint.except]]\nreason = "so"\nuntil = 2026-12-31T00:00:00Z\n',
            7,
            "a day such as 2026-12-31",
        ),
        ('[[lint.except]]\nreason = "so"\npaths = [1]\n', 7, "text or a list of texts"),
        ('[[lint.except]]\nreson = "so"\n', 6, "did you mean `reason`?"),
        ("[lint]\nexcept = 1\n", 6, "tables headed [[lint.except]]"),
        ('[lint.groups]\nsafty = "off"\n', 6, "did you mean `safety`?"),
        ('[lint.groups]\nsafety = "no"\n', 6, "one of error, warning, note, off"),
        ("[lint]\nbaseline = 3\n", 6, "expected text"),
        ('[[rule]]\nid = "a"\nrequire = "true"\n', 5, "expected text"),
        ('[[rule]]\nid = "drop-table"\nfor = "table"\nrequire = "true"\n', 6, "no other rule has"),
        ('[[rule]]\nid = "a"\nfor = "tables"\nrequire = "true"\n', 7, "one of table, column"),
        (
            '[[rule]]\nid = "a"\nfor = "table"\nrequire = "true"\nseverity = "bad"\n',
            9,
            "one of error, warning",
        ),
    ],
)
def test_what_makes_no_sense_is_an_error_with_its_line(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)

    assert said in str(refused.value)
    assert f"schema-ci.toml:{line}" == refused.value.where


def test_the_base_branch_has_the_word_and_a_flag_the_last(tmp_path: Path) -> None:
    base = b'[lint]\nfail-on = "note"\n'
    text = '[lint]\nfail-on = "never"\n'

    config = loaded(tmp_path, text, base)

    assert ("note", "never") == (config.policy.fail_on, config.proposed.fail_on)
    assert "error" == loaded(tmp_path, text, base, **{"lint.fail-on": "error"}).fail_on


@pytest.mark.parametrize(
    ("base", "said"),
    [(b"\xff", "not UTF-8"), (b"[", "not valid TOML"), (b"[lint.rules]\nx = 1", "unknown key")],
)
def test_a_base_branch_that_makes_no_sense_leaves_the_defaults(
    base: bytes, said: str, tmp_path: Path
) -> None:
    config = loaded(tmp_path, '[lint.rules]\ndrop-table = "off"\n', base)

    assert {} == config.policy.rules
    assert said in config.base_problem
