"""Merge requests that hold more than GitLab takes, and notes that others have put there."""

from __future__ import annotations

from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA
from tests.e2e.faults.gitlab_case import (
    GitLabCase,
    complete,
    gitlab_rehearsal,
    our_notes,
    secrets,
    states,
    unhealed,
    unsound,
)
from tests.e2e.faults.test_large import FINDINGS, OTHERS


def bring(case: GitLabCase, sql: str) -> None:
    """The author pushes one more migration."""
    case.before = case.scene.write_migration(sql)


def test_a2_a3_among_350_notes_and_a_spoofed_one_ours_is_found(
    folder: Path, tmp_path: Path
) -> None:
    with gitlab_rehearsal(folder, tmp_path / "first") as case:
        assert complete(case, case.run())
        (spoofed,) = our_notes(case.fake)
    with gitlab_rehearsal(folder, tmp_path / "crowded") as case:
        case.fake.add_note(spoofed, "mallory", 666)
        for number in range(OTHERS):
            case.fake.add_note(f"note {number}")
        done = case.run()

        assert complete(case, done), done.err
        assert [] == [*unsound(case, done), *unhealed(case)]
        assert OTHERS + 2 == len(case.fake.notes)
        assert spoofed == case.fake.notes[0]["body"]


def test_a9_3000_findings_are_told_within_gitlabs_limits(folder: Path, tmp_path: Path) -> None:
    with gitlab_rehearsal(folder, tmp_path / "large") as case:
        bring(case, "UPDATE users SET name = upper(name);\n" * FINDINGS)
        done = case.run(SCHEMA_CI_COMMIT="check")

        assert ExitCode.DRIFT == done.code, done.err
        (body,) = our_notes(case.fake)
        assert 65_536 < len(body) <= 1_000_000
        assert "failed" == states(case.fake)[case.before]
        assert FINDINGS <= len(case.scene.checkout.report()["projects"][0]["findings"])
        assert [] == secrets(case, done)


def test_a9_a_note_of_a_million_characters_leaves_out_what_loses_nothing(
    folder: Path, tmp_path: Path
) -> None:
    with gitlab_rehearsal(folder, tmp_path / "long") as case:
        view = f"CREATE VIEW v AS SELECT '{'x' * 1_000_000}' AS a;\n"
        case.scene.checkout.write("schema.sql", SCHEMA + view)
        bring(case, "DROP TABLE users;\n")
        done = case.run(SCHEMA_CI_COMMIT="check")

        assert ExitCode.FINDINGS == done.code, done.err
        (body,) = our_notes(case.fake)
        assert len(body) <= 1_000_000
        assert "DROP TABLE users" in body
        assert "Left out to fit" in body
