"""Pull requests that hold more than a forge takes, and comments that others have put there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.e2e.conftest import BRANCH, PullRequestScene
from tests.e2e.faults.soundness import (
    Rehearsal,
    complete,
    newest_checks,
    our_comments,
    rehearsal,
    secrets,
    unhealed,
    unsound,
)

OTHERS = 350
FINDINGS = 3_000
NEW = "migrations/20260202000000_large.sql"


def bring(case: Rehearsal, sql: str) -> None:
    """The author pushes one more migration."""
    checkout = case.scene.checkout
    checkout.write(NEW, sql)
    assert 0 == checkout.run("hash").code
    checkout.commit("a large one")
    checkout.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{BRANCH}")
    case.before = case.fake.head()


def test_a2_a3_among_350_comments_and_a_spoofed_one_ours_is_found(
    template: PullRequestScene, tmp_path: Path
) -> None:
    with rehearsal(template, tmp_path / "first") as case:
        assert complete(case, case.run())
        (spoofed,) = our_comments(case.fake)
    with rehearsal(template, tmp_path / "crowded") as case:
        case.fake.add_comment(spoofed, "mallory")
        for number in range(OTHERS):
            case.fake.add_comment(f"comment {number}")
        done = case.run()

        assert complete(case, done), done.err
        assert [] == [*unsound(case, done), *unhealed(case)]
        assert OTHERS + 2 == len(case.fake.comments)
        assert spoofed == case.fake.comments[0]["body"]


def test_a9_a14_3000_findings_are_told_within_the_limits(
    template: PullRequestScene, tmp_path: Path
) -> None:
    with rehearsal(template, tmp_path / "large") as case:
        bring(case, "UPDATE users SET name = upper(name);\n" * FINDINGS)
        done = case.run(SCHEMA_CI_COMMIT="check")

        fake = case.fake
        assert ExitCode.DRIFT == done.code, done.err
        (body,) = our_comments(fake)
        assert 1_000 < len(body) <= 65_536
        assert "Left out to fit" in body
        assert "failure" == newest_checks(fake)[case.before]
        found = case.scene.checkout.report()["projects"][0]["findings"]
        assert FINDINGS <= len(found)
        (notes,) = (each for each in fake.annotations.values() if each)
        assert 100 < len(notes) <= FINDINGS
        assert [] == secrets(case, done)


@pytest.mark.parametrize("letter", ["x", "\u6570", "\U0001f642"])
def test_a9_65537_characters_of_sql_fit_when_they_are_left_out(
    letter: str, template: PullRequestScene, tmp_path: Path
) -> None:
    with rehearsal(template, tmp_path / "long") as case:
        bring(case, f"DROP TABLE users;\nCREATE VIEW v AS SELECT '{letter * 65_537}' AS a;\n")
        done = case.run(SCHEMA_CI_COMMIT="check")

        assert ExitCode.FINDINGS == done.code, done.err
        (body,) = our_comments(case.fake)
        assert len(body.encode("utf-16-le")) // 2 <= 65_536
        assert "DROP TABLE users" in body
        run = case.fake.check_runs[-1]
        assert "failure" == run["conclusion"]
        assert len(run["output"]["summary"].encode()) <= 65_535
        assert json.dumps(letter)[1:-1] * 65_537 in (
            case.scene.checkout.root / "schema-ci-report" / "report.json"
        ).read_text("utf-8")
