"""A destructive change waits, from `schema-ci.toml` on the base branch to the check on the head."""

from __future__ import annotations

from ci_runner.errors import ExitCode
from tests.e2e.conftest import BRANCH, PullRequestScene

POLICY = '[approval]\nrequire = "destructive"\n[lint.rules]\ndrop-column = "warning"\n'


def test_t25_a_destructive_migration_waits_for_somebody_who_may_write(
    scene: PullRequestScene,
) -> None:
    checkout, fake = scene.checkout, scene.fake
    checkout.git("checkout", "--quiet", "main")
    text = (checkout.root / "schema-ci.toml").read_text()
    checkout.write("schema-ci.toml", text + POLICY)
    checkout.commit("ask for approvals")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("checkout", "--quiet", BRANCH)
    checkout.git("merge", "--quiet", "--no-edit", "main")
    checkout.write("schema-ci.toml", text)
    checkout.write("schema.sql", "CREATE TABLE users (\n  id integer PRIMARY KEY\n);\n")
    checkout.commit("drop a column, and ask for no approval")
    scene.push()

    waits = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.UNAPPROVED == waits.code, waits.said
    assert "action_required" == fake.check_runs[-1]["conclusion"]
    (line,) = (
        line
        for line in fake.comments[0]["body"].splitlines()
        if line.startswith("/schema-ci approve ")
    )
    assert "loosened-policy" in fake.comments[0]["body"]

    fake.words.rights["alice"] = "write"
    fake.add_comment(line, "alice")
    checkout.git("fetch", "--quiet", "origin")
    checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.said
    assert "approved by alice (comment)" in done.out
    checks = [run for run in fake.check_runs if run["head_sha"] == fake.head()]
    assert "neutral" == checks[-1]["conclusion"]
    assert "Approved** by alice" in fake.comments[0]["body"]
