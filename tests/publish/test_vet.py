from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.config.model import Config
from ci_runner.context import Build, PullRequest, Repository, Sha, Upstream
from ci_runner.lint.rules import RULES
from ci_runner.publish.vet import vetted
from ci_runner.report.model import (
    Report,
    ReportedApproval,
    ReportedFinding,
    ReportedProject,
    SeverityName,
)
from ci_runner.report.plan_hash import plan_hash
from tests.report.examples import HEAD, PROJECT, REPORT

PULL = PullRequest(7, Sha(HEAD), "b", "mallory/shop", Sha(""), "main", "acme/shop")
REPOSITORY = Repository("github", "acme/shop", "https://github.com/acme/shop", "https://api")
BUILD = Build("github-actions", REPOSITORY, PULL, run_url="https://own")
PROJECTS = """
[[project]]
name = "shop"
dialect = "postgres"
directory = "db/migrations"
[[project]]
name = "bill"
dialect = "sqlite"
directory = "bill"
"""
CLEAN = replace(PROJECT, steps=(), plan=(), findings=())


def config(folder: Path, more: str = "") -> Config:
    (folder / "schema-ci.toml").write_text(PROJECTS + more)
    return load(folder, {}, {}, [rule.id for rule in RULES])


def believed(
    report: Report,
    configured: Config,
    changed: tuple[str, ...] | None = (),
    formats: Mapping[str, str] | None = None,
    pull: PullRequest = PULL,
    build: Build = BUILD,
) -> Report:
    known = {"shop": "atlas", "bill": "golang-migrate", **(formats or {})}
    return vetted(report, build, pull, configured, changed, known)


def of(*projects: ReportedProject) -> Report:
    return replace(REPORT, projects=projects)


def test_a19_a_build_is_what_the_event_and_the_forge_say(tmp_path: Path) -> None:
    upstream = Upstream(Sha(HEAD), "b", "mallory/shop", "https://upstream")

    build = believed(REPORT, config(tmp_path), build=replace(BUILD, upstream=upstream)).build

    assert ("acme/shop", 7, "main") == (build.repository, build.pull_request, build.base)
    assert ("https://github.com/acme/shop", "https://upstream") == (build.web_url, build.run_url)


def test_a19_our_own_job_keeps_its_notices_and_what_it_generated(tmp_path: Path) -> None:
    report = replace(of(CLEAN), notices=("so",), reported_by="a lie")
    ours = replace(PULL, head_slug="acme/shop")

    trusted, fork = (believed(report, config(tmp_path), pull=pull) for pull in (ours, PULL))

    assert ("", ("so",), "generated") == (
        *(trusted.reported_by, trusted.notices),
        trusted.projects[0].state,
    )
    assert ("mallory/shop", (), "differs") == (
        *(fork.reported_by, fork.notices),
        fork.projects[0].state,
    )
    claimed = ReportedApproval("a" * 40, given=("the maintainers (review)",))
    lies = replace(report, approval=claimed)
    assert ReportedApproval() == believed(lies, config(tmp_path)).approval
    gone = believed(report, config(tmp_path), pull=replace(PULL, head_slug=""))
    assert "a fork that is gone" == gone.reported_by


@pytest.mark.parametrize(
    ("changed", "gaps"),
    [
        ((), ()),
        (("README.md", "db/migrations/atlas.sum", "db/migrations/README.md"), ()),
        (
            ("bill/7_x.up.sql", "bill/7_x.down.sql"),
            ("project bill is not in the report",),
        ),
        (
            ("db/migrations/20990101000000_x.sql",),
            ("db/migrations/20990101000000_x.sql is changed and not in the report",),
        ),
        (("db/migrations/20240611101500_orders.sql",), ()),
        (("db/migrations/nonsense.sql",), ()),
        (("schema-ci.toml",), ("project bill is not in the report",)),
        (None, ("project bill is not in the report",)),
    ],
)
def test_t21_what_is_changed_and_not_reported_is_a_gap(
    tmp_path: Path, changed: tuple[str, ...] | None, gaps: tuple[str, ...]
) -> None:
    assert gaps == believed(of(CLEAN), config(tmp_path), changed).gaps


def test_t21_down_files_need_not_be_reported(tmp_path: Path) -> None:
    bill = replace(CLEAN, name="bill", files=())

    found = believed(of(CLEAN, bill), config(tmp_path), ("bill/7_x.down.sql", "bill/8_y.up.sql"))

    assert ("bill/8_y.up.sql is changed and not in the report",) == found.gaps


def test_t21_files_of_change_sets_must_be_reported(tmp_path: Path) -> None:
    names = ("bill/a.sql", "bill/x/b.sql", "bill/changelog.xml")
    bill = replace(CLEAN, name="bill", files=())

    found = believed(of(CLEAN, bill), config(tmp_path), names, {"bill": "liquibase"})

    assert found.gaps == tuple(f"{name} is changed and not in the report" for name in names[:2])


def test_t21_a_directory_that_could_not_be_read_names_no_files(tmp_path: Path) -> None:
    unread = replace(CLEAN, state="unknown", files=(), problem="can't be read")

    found = believed(of(unread), config(tmp_path), ("db/migrations/20990101000000_x.sql",))

    assert () == found.gaps


@pytest.mark.parametrize(
    ("rule", "reported", "more", "expected"),
    [
        ("drop-table", "note", 'drop-table = "error"', "error"),
        ("drop-table", "error", 'drop-table = "warning"', "error"),
        ("drop-table", "note", "", "note"),
        ("drop-table", "note", 'drop-table = "off"', "note"),
        ("no-such-rule", "note", 'drop-table = "error"', "note"),
        ("mysql-convert-charset", "note", 'mysql-convert-charset = "error"', "error"),
        (
            "mysql-convert-charset",
            "note",
            'mysql-convert-charset = "error"\n[stats]\nfile = "sizes.json"',
            "note",
        ),
    ],
)
def test_t2_a_severity_is_no_less_than_our_policy_sets(
    tmp_path: Path, rule: str, reported: SeverityName, more: str, expected: str
) -> None:
    finding = ReportedFinding(rule, reported, "says", "db/migrations/a.sql", 1, 1)
    report = of(replace(CLEAN, findings=(finding,)))

    found = believed(report, config(tmp_path, f"[lint.rules]\n{more}\n"))

    assert expected == found.projects[0].findings[0].severity


def test_t25_a_strangers_claim_does_not_keep_the_hash_of_a_plan(tmp_path: Path) -> None:
    """Whoever writes the report could go on naming the files that somebody has approved."""
    later = replace(PULL, head_sha=Sha("b" * 40))
    ours = replace(PULL, head_slug="acme/shop")

    hashes = [
        plan_hash(believed(of(CLEAN), config(tmp_path), pull=pull))
        for pull in (PULL, PULL, later, ours, replace(ours, head_sha=later.head_sha))
    ]

    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[3] == hashes[4]
