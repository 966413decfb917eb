"""`schema-ci rebase` on a developer's machine, and in CI through the forge."""

from __future__ import annotations

from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import FIRST, SCHEMA, Checkout, new_checkout
from tests.e2e.conftest import PullRequestScene

EMAIL = "ALTER TABLE users ADD COLUMN email text;\n"


def fork(checkout: Checkout) -> None:
    """The branch has a file of February, `main` got one of March meanwhile."""
    checkout.git("checkout", "--quiet", "main")
    checkout.write("migrations/20260301000000_other.sql", "CREATE TABLE other (id integer);\n")
    assert ExitCode.OK == checkout.run("hash").code
    checkout.commit("meanwhile")


def branch(checkout: Checkout) -> None:
    checkout.write("migrations/20260201000000_email.sql", EMAIL)
    checkout.write("schema.sql", SCHEMA.replace("\n);", ",\n  email text\n);"))
    assert ExitCode.OK == checkout.run("hash").code
    checkout.commit("a file of people")


def test_b21_a_branch_is_rebased_in_one_commit_of_its_own(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work")
    checkout.git("config", "user.name", "Jo Doe")
    checkout.git("config", "user.email", "jo@localhost")
    checkout.git("checkout", "--quiet", "-b", "change")
    branch(checkout)
    head = checkout.git("rev-parse", "HEAD")
    fork(checkout)
    checkout.git("checkout", "--quiet", "change")
    checkout.write("notes.txt", "mine\n")

    done = checkout.run("rebase", "--base", "main", "--commit")

    assert ExitCode.OK == done.code, done.err
    assert "20260201000000_email.sql becomes migrations/20260301000001_email.sql" in done.err
    assert head == checkout.git("rev-parse", "HEAD^")
    changed = checkout.git("diff-tree", "-r", "--name-only", "HEAD^", "HEAD").splitlines()
    assert [
        "migrations/20260201000000_email.sql",
        "migrations/20260301000001_email.sql",
        "migrations/atlas.sum",
    ] == changed
    assert "?? notes.txt" == checkout.git("status", "--porcelain")
    assert ExitCode.OK == checkout.run("validate").code
    assert "nothing to move" in checkout.run("rebase", "--base", "main").err


def test_b21_a_merge_that_stopped_at_the_checksum_file_is_put_right(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work")
    checkout.git("checkout", "--quiet", "-b", "change")
    branch(checkout)
    fork(checkout)
    checkout.git("checkout", "--quiet", "change")
    checkout.git("-c", "core.editor=true", "merge", "--quiet", "--no-commit", "-s", "ours", "main")
    checkout.git("checkout", "main", "--", "migrations/20260301000000_other.sql")
    checkout.write("migrations/atlas.sum", "<<<<<<< HEAD\n=======\n>>>>>>> main\n")

    refused = checkout.run("rebase", "--base", "main", "--commit")
    done = checkout.run("rebase", "--base", "main")

    assert ExitCode.USAGE == refused.code
    assert "a merge is going on here" in refused.err
    assert ExitCode.OK == done.code, done.err
    assert [FIRST, "20260301000000_other.sql", "20260301000001_email.sql", "atlas.sum"] == [
        path.name for path in sorted((checkout.root / "migrations").iterdir())
    ]
    assert ExitCode.OK == checkout.run("validate").code


def test_b21_in_ci_the_branch_gets_the_commit_through_the_forge(scene: PullRequestScene) -> None:
    checkout = scene.checkout
    branch(checkout)
    head = scene.push()
    fork(checkout)
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("checkout", "--quiet", "--detach", head)

    done = scene.run("rebase", SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    after = scene.fake.head()
    assert head == scene.fake.git("rev-parse", f"{after}^")
    assert EMAIL.rstrip() == scene.show("migrations/20260301000001_email.sql")
    assert "Schema-CI-Source" in scene.fake.git("log", "-1", "--format=%B", after)
    assert "" == checkout.git("status", "--porcelain")


def test_what_is_not_committed_is_not_taken_along(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path / "work")
    checkout.write("migrations/20250101000000_early.sql", "SELECT 1;\n")

    done = checkout.run("rebase", "--base", "main", "--commit")

    assert ExitCode.USAGE == done.code
    assert "what is not committed" in done.err
    assert "migrations/20250101000000_early.sql" in done.err
