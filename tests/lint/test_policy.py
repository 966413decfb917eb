"""Groups, exceptions, baselines and fingerprints."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.config.policy import Exemption, LintPolicy
from ci_runner.errors import ConfigError
from ci_runner.lint.baseline import Baseline, Known, dump, load
from ci_runner.lint.fingerprint import fingerprinted
from ci_runner.lint.notices import UNREADABLE
from ci_runner.lint.policy import Policy, excepts, matches, severities
from ci_runner.lint.rule import GROUPS, Finding, Severity
from ci_runner.lint.rules import RULES
from tests.lint.conftest import Lint

SETUP = "CREATE TABLE t (a int, b int); CREATE TABLE u (a int);"
DROP = Finding(
    "drop-table",
    Severity.ERROR,
    "drops table t and its data",
    "db/migrations/2.sql",
    3,
    3,
    column=1,
    statement="DROP TABLE t",
    tables=("public.t",),
)


def exemption(**given: object) -> Exemption:
    empty = Exemption((), (), (), "so", None, "schema-ci.toml:7")
    return replace(empty, **given)  # type: ignore[arg-type]


def test_every_rule_has_a_group_that_can_be_configured() -> None:
    assert {rule.group for rule in RULES} <= set(GROUPS)


def test_a_rule_outweighs_its_group() -> None:
    found = severities(LintPolicy(rules={"drop-table": "note"}, groups={"safety": "off"}))

    assert Severity.NOTE is found["drop-table"]
    assert Severity.OFF is found["drop-column"]
    assert "rename-table" not in found


def test_a_rule_that_is_off_is_not_switched_on_by_its_group() -> None:
    found = severities(LintPolicy(rules={"one-change": "note"}, groups={"design": "warning"}))

    assert Severity.WARNING is found["require-pk"]
    assert Severity.NOTE is found["one-change"]
    assert "no-foreign-keys" not in found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rules": ("drop-table",)}, True),
        ({"rules": ("DS102",)}, True),
        ({"rules": ("safety",)}, True),
        ({"rules": ("drop-column",)}, False),
        ({"paths": ("db/migrations/*.sql",)}, True),
        ({"paths": ("db/**",)}, True),
        ({"paths": ("db",)}, True),
        ({"paths": ("*.sql",)}, False),
        ({"paths": ("**/2.sql",)}, True),
        ({"tables": ("t",)}, True),
        ({"tables": ("public.*",)}, True),
        ({"tables": ("tmp_*",)}, False),
        ({"rules": ("drop-table",), "tables": ("u",)}, False),
    ],
)
def test_an_exception_speaks_for_rules_paths_and_tables(
    given: dict[str, object], expected: bool
) -> None:
    assert expected == excepts(exemption(**given), DROP)


def test_an_exception_for_a_table_does_not_hold_beside_another_table() -> None:
    both = replace(DROP, tables=("public.t", "public.users"))

    assert not excepts(exemption(tables=("t",)), both)
    assert not excepts(exemption(tables=("t",)), replace(DROP, tables=()))


@given(path=st.text(alphabet="ab/.*", min_size=1), pattern=st.text(alphabet="ab/.*?", min_size=1))
def test_a_pattern_means_what_the_same_as_a_regular_expression_means(
    path: str, pattern: str
) -> None:
    words = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    glob = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern.rstrip("/"))
    meant = re.compile("".join(words.get(each) or re.escape(each) for each in glob))
    folders = (path[:at] for at, each in enumerate(path) if each == "/")

    assert matches(pattern, path) is any(map(meant.fullmatch, (path, *folders)))
    assert matches("**", path)


def test_no_pattern_takes_long() -> None:
    assert not matches("*a" * 200 + "b", "a" * 5000)
    assert not matches("**/" * 200 + "b", "a/" * 1000)


@pytest.mark.parametrize(("until", "left"), [(date(2026, 5, 1), 0), (date(2026, 4, 30), 1)])
def test_an_exception_holds_through_its_last_day(until: date, left: int) -> None:
    policy = Policy(exemptions=(exemption(rules=("drop-table",), until=until),))
    today = replace(policy, today=date(2026, 5, 1))

    assert left == len(today.judge([DROP]).findings)
    assert left == len(today.expirations())


def test_an_expired_exception_is_a_finding_on_its_line() -> None:
    policy = Policy(
        exemptions=(exemption(rules=("drop-table",), until=date(2020, 1, 1)),),
        today=date(2026, 1, 1),
    )
    (finding,) = policy.expirations()

    assert ("expired-exception", "schema-ci.toml", 7) == (
        finding.rule,
        finding.path,
        finding.line,
    )
    assert "the exception of rules drop-table ended on 2020-01-01" == finding.message


def test_nothing_excepts_that_a_change_could_not_be_read() -> None:
    unread = replace(DROP, rule=UNREADABLE.id)

    assert (unread.rule,) == tuple(
        each.rule
        for each in Policy(exemptions=(exemption(paths=("**",)),)).judge([unread]).findings
    )


def test_findings_on_excepted_tables_do_not_count(lint: Lint) -> None:
    policy = Policy(exemptions=(exemption(tables=("t",)),))
    change = "DROP TABLE t;\nDROP TABLE u;"

    findings = policy.judge(lint(change, setup=SETUP, policy=policy)).findings

    assert [("drop-table", 2)] == [(each.rule, each.line) for each in findings]


def test_a_fingerprint_survives_moved_lines_and_other_blanks(lint: Lint) -> None:
    (before,) = fingerprinted(lint("DROP TABLE  t;", setup=SETUP))
    (after,) = fingerprinted(lint("-- why\n\nSELECT 1;\nDROP\n  TABLE t;", setup=SETUP))

    assert before.fingerprint == after.fingerprint
    assert 32 == len(before.fingerprint)
    assert before.line != after.line


WORDS = st.lists(st.sampled_from(["DROP", "TABLE", "t", "u"]), min_size=1, max_size=4)
BLANK = st.sampled_from(["  ", "\n", "\n\n\t", " \r\n "])


@given(statements=st.lists(st.tuples(WORDS, BLANK), max_size=4), moved=st.integers(0, 999))
def test_a_fingerprint_survives_any_move_and_any_blanks(
    statements: list[tuple[list[str], str]], moved: int
) -> None:
    before = [replace(DROP, statement=" ".join(words)) for words, _ in statements]
    after = [
        replace(DROP, statement=blank.join(words), line=DROP.line + moved, message="other words")
        for words, blank in statements
    ]

    assert [each.fingerprint for each in fingerprinted(before)] == [
        each.fingerprint for each in fingerprinted(after)
    ]


def test_fingerprints_differ_by_rule_path_statement_and_turn() -> None:
    others = (
        replace(DROP, rule="drop-column"),
        replace(DROP, path="db/migrations/3.sql"),
        replace(DROP, statement="DROP TABLE u"),
        DROP,
    )
    names = [each.fingerprint for each in fingerprinted([DROP, *others])]

    assert 5 == len(set(names))


def test_what_the_baseline_holds_is_known_and_what_is_new_counts() -> None:
    (first,) = fingerprinted([DROP])
    baseline = Baseline().renewed([DROP.path], [first])
    other = replace(DROP, statement="DROP TABLE u")

    judged = Policy(baseline=baseline).judge([DROP, other])

    assert ["DROP TABLE u"] == [each.statement for each in judged.findings]
    assert ["DROP TABLE t"] == [each.statement for each in judged.known]


def test_a_baseline_shrinks_for_the_files_that_were_judged() -> None:
    here, there = Known("a.sql", "x", "1", ""), Known("b.sql", "x", "2", "")
    baseline = Baseline((here, there))

    assert (here,) == baseline.mended(["a.sql"], [])
    assert () == baseline.mended(["a.sql"], [replace(DROP, fingerprint="1")])
    assert (there,) == baseline.renewed(["a.sql"], []).known


KNOWN = st.builds(Known, st.text(), st.text(), st.text(), st.text())


@given(st.frozensets(KNOWN))
def test_a_baseline_is_read_as_it_was_written(known: frozenset[Known]) -> None:
    baseline = Baseline(tuple(sorted(known)))

    assert baseline == load(dump(baseline), "known.json")


def test_a_baseline_has_a_line_for_each_finding() -> None:
    two = Baseline((Known("a", "x", "1", ""), Known("b", "x", "2", "")))

    assert 2 == sum('"fingerprint"' in line for line in dump(two).decode().splitlines())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "no baseline of format 1"),
        (b'{"format": 2, "findings": []}', "no baseline of format 1"),
        (b'{"format": 1, "findings": [{"path": 1}]}', "entry 0"),
        (b"\xff", "not JSON"),
        (json.dumps({"format": 1, "findings": "x"}).encode(), "no baseline"),
    ],
)
def test_what_is_no_baseline_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(content, "known.json")

    assert said in str(refused.value)
    assert "known.json" in str(refused.value)
