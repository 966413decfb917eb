"""`[approval]` is read from the base branch, and its words are ours or those of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.approval import WAYS, ApprovalPolicy
from ci_runner.config.load import load
from ci_runner.errors import ConfigError

PROJECT = '[[project]]\ndialect = "sqlite"\n'
RULES = ("drop-table", "naming")


def loaded(root: Path, text: str, base: str | None = None, **environ: str) -> ApprovalPolicy:
    (root / "schema-ci.toml").write_text(PROJECT + text)
    merged = None if base is None else (PROJECT + base).encode()
    return load(root, environ, {}, RULES, base=merged).policy.approval


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ApprovalPolicy()),
        ('[approval]\nrequire = "never"\n', ApprovalPolicy()),
        ('[approval]\nrequire = "destructive"\n', ApprovalPolicy(("destructive",))),
        (
            '[approval]\nrequire = ["destructive", "naming"]\nby = "comment"\nself-approve = true',
            ApprovalPolicy(("destructive", "naming"), ("comment",), self_approve=True),
        ),
    ],
)
def test_what_needs_an_approval_is_configured(
    tmp_path: Path, text: str, expected: ApprovalPolicy
) -> None:
    assert expected == loaded(tmp_path, text)
    assert WAYS == ApprovalPolicy().by


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('require = "destructiv"', "did you mean 'destructive'"),
        ('require = ["never", "policy"]', "never` alone"),
        ('by = "shouting"', "some of review, label, comment"),
        ("by = []", "some of review, label, comment"),
        ("self-approve = 1", "true or false"),
    ],
)
def test_words_that_make_no_sense_are_refused_with_their_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said.replace("`", ".")) as refused:
        loaded(tmp_path, f"[approval]\n{text}\n")

    assert refused.value.where == "schema-ci.toml:4"


def test_a_change_cannot_switch_its_own_approval_off(tmp_path: Path) -> None:
    required = '[approval]\nrequire = "policy"\n'

    assert ("policy",) == loaded(tmp_path, "", required).require
    assert () == loaded(tmp_path, required, "").require


def test_the_ci_may_require_more_than_the_file(tmp_path: Path) -> None:
    assert ("destructive",) == loaded(tmp_path, "", SCHEMA_CI_APPROVAL="destructive").require
