"""`schema-ci run` from the environment of a CI job to the commit, the comment and the check."""

from __future__ import annotations

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA, add_column
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene


def test_a_missing_migration_is_committed_commented_and_checked(scene: PullRequestScene) -> None:
    before = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    after = scene.fake.head()
    assert ExitCode.OK == done.code, done.err
    assert before == scene.fake.git("rev-parse", f"{after}^")
    changed = scene.fake.git("diff-tree", "-r", "--name-only", before, after).splitlines()
    name, checksum = changed
    assert "migrations/atlas.sum" == checksum
    assert name.startswith("migrations/20260203040506_")
    assert "ALTER TABLE users ADD COLUMN email TEXT;" in scene.show(name)
    (comment,) = scene.fake.comments
    assert f"committed as <code>{after[:7]}</code>" in comment["body"]
    assert f"/blob/{after}/{name}" in comment["body"]
    assert [(before, "cancelled"), (after, "success")] == [
        (check["head_sha"], check["conclusion"]) for check in scene.fake.check_runs
    ]
    assert TOKEN not in done.said


def test_a_run_on_the_commit_of_the_run_before_has_nothing_to_do(scene: PullRequestScene) -> None:
    scene.run(SCHEMA_CI_COMMIT="push")
    scene.checkout.git("fetch", "--quiet", "origin")
    scene.checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    head, writes = scene.fake.head(), len(scene.fake.writes)

    done = scene.run(SCHEMA_CI_COMMIT="push", GITHUB_RUN_ID="32")

    assert ExitCode.OK == done.code, done.err
    assert "in-sync" == scene.checkout.report()["projects"][0]["state"]
    assert head == scene.fake.head()
    assert writes == len(scene.fake.writes)


def test_a_run_that_was_overtaken_writes_nothing_and_decides_nothing(
    scene: PullRequestScene,
) -> None:
    old = scene.fake.head()
    scene.run(SCHEMA_CI_COMMIT="push")
    writes = len(scene.fake.writes)

    done = scene.rerun(old, SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code
    assert "stale" in done.err
    assert writes == len(scene.fake.writes)


def test_without_leave_to_commit_the_missing_migration_fails_the_check(
    scene: PullRequestScene,
) -> None:
    files = scene.checkout.files()
    head = scene.fake.head()

    done = scene.run()

    assert ExitCode.DRIFT == done.code
    assert files == scene.checkout.files()
    assert head == scene.fake.head()
    (check,) = scene.fake.check_runs
    assert (head, "failure") == (check["head_sha"], check["conclusion"])
    assert "ADD COLUMN email TEXT" in scene.fake.comments[0]["body"]


def test_a4_b3_two_runs_on_the_same_input_differ_in_nothing(scene: PullRequestScene) -> None:
    assert ExitCode.DRIFT == scene.run().code
    report, writes = scene.checkout.timeless_report(), len(scene.fake.writes)
    text = (scene.checkout.root / "schema-ci-report" / "report.md").read_bytes()

    scene.checkout.run_anew("run", GITHUB_RUN_ID="32")

    assert report == scene.checkout.timeless_report().replace("/runs/32", "/runs/31")
    assert text == (scene.checkout.root / "schema-ci-report" / "report.md").read_bytes()
    assert writes == len(scene.fake.writes)


@pytest.mark.parametrize("way", ["fork", "protected", "closed"])
def test_b5_what_may_not_be_committed_is_reported_as_missing(
    scene: PullRequestScene, way: str
) -> None:
    if way == "fork":
        scene.fake.head_slug = "mallory/shop"
    elif way == "protected":
        scene.fake.protected.add(BRANCH)
    else:
        scene.fake.state = "closed"
    head = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.DRIFT == done.code
    assert head == scene.fake.head()
    assert "differs" == scene.checkout.report()["projects"][0]["state"]
    assert "migration generated" not in scene.fake.comments[0]["body"]
    assert "failure" == scene.fake.check_runs[0]["conclusion"]


def test_a19_a_fork_whose_token_only_reads_is_reviewed_all_the_same(
    scene: PullRequestScene,
) -> None:
    scene.fake.head_slug = "mallory/shop"
    scene.fake.fail("POST", "", 403, times=99, message="Resource not accessible by integration")

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.DRIFT == done.code, done.err
    assert 2 == done.err.count("the token of a fork's run may only read")
    assert "ADD COLUMN email TEXT" in done.out


def test_b6_where_the_api_takes_no_commit_git_pushes_it(scene: PullRequestScene) -> None:
    scene.fake.fail("POST", "/graphql", 403, times=9)
    scene.fake.fail("POST", "/git/blobs", 403, times=9)
    before, files = scene.fake.head(), scene.checkout.git("status", "--porcelain")

    done = scene.run(SCHEMA_CI_COMMIT="push")

    after = scene.fake.head()
    assert ExitCode.OK == done.code, done.err
    assert before == scene.fake.git("rev-parse", f"{after}^")
    changed = scene.fake.git("diff-tree", "-r", "--name-only", before, after).splitlines()
    assert [True, True] == [path.startswith("migrations/") for path in changed]
    assert "github-actions[bot]" == scene.fake.git("log", "-1", "--format=%an", after)
    assert "Schema-CI-Source" in scene.fake.git("log", "-1", "--format=%B", after)
    assert "" == files
    assert after == scene.fake.check_runs[-1]["head_sha"]


@pytest.mark.parametrize("readable", [True, False])
def test_b8_a_commit_that_was_pushed_is_read_back_too(
    scene: PullRequestScene, readable: bool
) -> None:
    scene.fake.fail("POST", "/graphql", 403, times=9)
    scene.fake.fail("POST", "/git/blobs", 403, times=9)
    if not readable:
        scene.fake.fail("GET", r"/commits/\w+$", 403, times=9)
    told = scene.events / "outputs"

    done = scene.run(
        SCHEMA_CI_COMMIT="push",
        SCHEMA_CI_COMMIT_AUTHOR="Jo Doe <jo@example.org>",
        GITHUB_OUTPUT=str(told),
    )

    assert ExitCode.OK == done.code, done.err
    by = scene.fake.git("log", "-1", "--format=%an <%ae> %cn", scene.fake.head())
    assert "Jo Doe <jo@example.org> github-actions[bot]" == by
    outputs = told.read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(outputs) if line.startswith("commit-verified<<"))
    assert str(readable).lower() == outputs[place + 1]


def test_b6_git_pushes_nothing_where_it_is_not_known_what_became_of_the_branch(
    scene: PullRequestScene,
) -> None:
    scene.fake.fail("POST", "/graphql", 403, times=9)
    scene.fake.fail("PATCH", "/git/refs", 502, times=9)
    before = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push", SCHEMA_CI_API_MAX_WAIT="0")

    assert ExitCode.FORGE == done.code
    assert before == scene.fake.head()
    assert "GitHub refuses to move the branch: HTTP 502" in done.err


def test_b6_where_git_may_not_push_either_the_api_refusal_is_told(
    scene: PullRequestScene,
) -> None:
    scene.fake.fail("POST", "/graphql", 403, times=9)
    scene.fake.fail("POST", "/git/blobs", 403, times=9)
    scene.checkout.git("remote", "set-url", "--push", "origin", "/nonexistent")
    before = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.FORGE == done.code
    assert before == scene.fake.head()
    assert "GitHub refuses to write a file: HTTP 403" in done.err
    assert "differs" == scene.checkout.report()["projects"][0]["state"]


def test_an_online_migration_is_one_commit_of_files_that_run_in_order(
    postgres_scene: PullRequestScene,
) -> None:
    scene = postgres_scene
    schema = SCHEMA.replace("\n);", ",\n  email text,\n  CHECK (id > 0)\n);")
    scene.checkout.write("schema.sql", f"{schema}CREATE INDEX by_name ON users (name);\n")
    scene.checkout.commit()
    before = scene.push()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    after = scene.fake.head()
    assert before == scene.fake.git("rev-parse", f"{after}^")
    *names, checksum = sorted(
        scene.fake.git("diff-tree", "-r", "--name-only", before, after).splitlines()
    )
    assert "migrations/atlas.sum" == checksum
    assert ["20260203040506", "20260203040507", "20260203040508"] == [
        name.split("/")[1].split("_")[0] for name in names
    ]
    first, second, third = (scene.show(name) for name in names)
    assert "CHECK ((id > 0)) NOT VALID;" in first
    assert "\n-- atlas:txmode none\n\n" in second
    assert "CREATE INDEX CONCURRENTLY by_name" in second
    assert "VALIDATE CONSTRAINT users_id_check;" in third
    findings = scene.checkout.report()["projects"][0]["findings"]
    assert [] == [each for each in findings if each["severity"] != "note"]
    assert all(f"/blob/{after}/{name}" in scene.fake.comments[0]["body"] for name in names)
    scene.checkout.git("fetch", "--quiet", "origin")
    scene.checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    assert ExitCode.OK == scene.run(SCHEMA_CI_COMMIT="push").code
    assert after == scene.fake.head()


def test_a_missing_migration_is_committed_on_postgres(postgres_scene: PullRequestScene) -> None:
    done = postgres_scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    listed = postgres_scene.fake.git("ls-tree", "-r", "--name-only", postgres_scene.fake.head())
    (name,) = (path for path in listed.splitlines() if "20260203040506" in path)
    assert "ALTER TABLE public.users ADD COLUMN email text;" in postgres_scene.show(name)


def test_b2_from_a_merge_the_branch_gets_what_it_needs_behind_the_files_of_the_base(
    scene: PullRequestScene,
) -> None:
    checkout = scene.checkout
    checkout.git("checkout", "--quiet", "main")
    checkout.write("migrations/20260909000000_other.sql", "CREATE TABLE other (id integer);\n")
    checkout.write("schema.sql", SCHEMA + "CREATE TABLE other (id integer);\n")
    checkout.run("hash")
    checkout.commit("meanwhile")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("merge", "--quiet", "--no-edit", BRANCH)
    head, tree = scene.fake.head(), checkout.files()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    after = scene.fake.head()
    assert head == scene.fake.git("rev-parse", f"{after}^")
    name, checksum = scene.fake.git("diff-tree", "-r", "--name-only", head, after).splitlines()
    assert name.startswith("migrations/20260909000001_add_column")
    assert "migrations/atlas.sum" == checksum
    assert "other" not in scene.show("migrations/atlas.sum")
    assert tree == checkout.files()


def test_b2_what_the_merge_needs_otherwise_than_the_branch_is_not_committed(
    scene: PullRequestScene,
) -> None:
    checkout = scene.checkout
    checkout.git("checkout", "--quiet", "main")
    checkout.write("schema.sql", SCHEMA + "CREATE TABLE other (id integer);\n")
    checkout.commit("meanwhile")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("merge", "--quiet", "--no-edit", BRANCH)
    head = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.DRIFT == done.code, done.err
    assert head == scene.fake.head()
    assert "update the branch" in scene.fake.comments[0]["body"].replace("</code>", "")


def test_b2_a_merge_with_a_base_that_moved_elsewhere_is_committed_from(
    scene: PullRequestScene,
) -> None:
    checkout = scene.checkout
    checkout.git("checkout", "--quiet", "main")
    checkout.write("README.md", "news\n")
    checkout.commit("meanwhile")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("merge", "--quiet", "--no-edit", BRANCH)
    head = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    assert head == scene.fake.git("rev-parse", f"{scene.fake.head()}^")


def test_our_own_commit_with_a_migration_still_missing_is_never_followed_by_another(
    scene: PullRequestScene,
) -> None:
    source = scene.fake.head()
    trailers = f"Schema-CI-Run: 1.1\nSchema-CI-Source: {source}"
    scene.checkout.commit(f"chore(db): add migration x\n\n{trailers}")
    head = scene.push()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.FORGE == done.code
    assert "not idempotent" in done.err
    assert head == scene.fake.head()


def test_no_more_than_the_configured_number_of_commits_is_made(scene: PullRequestScene) -> None:
    scene.run(SCHEMA_CI_COMMIT="push")
    scene.checkout.git("fetch", "--quiet", "origin")
    scene.checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    add_column(scene.checkout, "phone text")
    scene.checkout.commit("one more")
    head = scene.push()

    done = scene.run(SCHEMA_CI_COMMIT="push", SCHEMA_CI_MAX_AUTO_COMMITS="1")

    assert ExitCode.DRIFT == done.code
    assert head == scene.fake.head()
    assert "automatic commits" in done.err


def test_comment_check_and_publishing_can_be_left_out(scene: PullRequestScene) -> None:
    scene.run(SCHEMA_CI_COMMENT_MODE="off", SCHEMA_CI_CHECK="false")
    quiet = len(scene.fake.writes)
    requests = len(scene.fake.requests)
    done = scene.run("run", "--no-publish")

    assert 0 == quiet
    assert ExitCode.DRIFT == done.code
    assert requests == len(scene.fake.requests)


def test_an_earlier_jobs_report_is_published(scene: PullRequestScene) -> None:
    scene.run("run", "--no-publish", SCHEMA_CI_COMMIT="push")
    scene.checkout.git("checkout", "--quiet", "--force", "HEAD")
    before = scene.fake.head()

    done = scene.run("publish", "--from", "schema-ci-report", SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    assert before == scene.fake.git("rev-parse", f"{scene.fake.head()}^")
    assert 1 == len(scene.fake.comments)
    assert "another commit" in scene.run("publish", "--from", "schema-ci-report").err


def test_a_plain_shell_reviews_and_publishes_nothing(scene: PullRequestScene) -> None:
    done = scene.checkout.run("run", "--base", "main")

    assert ExitCode.DRIFT == done.code
    assert "ADD COLUMN email TEXT" in done.out
    assert "belongs to no pull request" in done.err
    assert [] == scene.fake.requests


def test_gitlab_without_a_token_is_reviewed_and_says_what_it_lacks(scene: PullRequestScene) -> None:
    done = scene.checkout.run(
        "run",
        GITLAB_CI="true",
        CI_PROJECT_PATH="acme/shop",
        CI_PROJECT_URL="https://gitlab.invalid/acme/shop",
        CI_API_V4_URL="https://gitlab.invalid/api/v4",
        CI_MERGE_REQUEST_IID="7",
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH="acme/shop",
        CI_COMMIT_SHA=scene.checkout.git("rev-parse", "HEAD"),
    )

    assert ExitCode.DRIFT == done.code, done.err
    assert "nothing published: SCHEMA_CI_GITLAB_TOKEN is not set" in done.err
    assert "gitlab-ci" == scene.checkout.report()["build"]["provider"]
