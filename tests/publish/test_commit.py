"""A commit of ours: what is in it, when there is none, and when to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.config.commits import Author, Commits
from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import Changes
from ci_runner.publish.commit import (
    CommitRules,
    Made,
    commit_changes,
    generated_changes,
    without_generated,
)
from ci_runner.publish.outcome import Failed, Published, Skipped
from ci_runner.report.model import GeneratedFile, ReportedFile
from tests.publish.conftest import BRANCH, INPUTS, Scene, a_report

FILE = GeneratedFile("db/migrations/2_b.sql", "CREATE TABLE u (id int);\n")
OLD = "db/migrations/1_a.sql"
REF = f"refs/heads/{BRANCH}"
DEFAULT = CommitRules(("db/migrations",), INPUTS)


def push(scene: Scene, path: str, content: bytes, message: str = "work") -> str:
    """Somebody's commit of one file on the branch."""
    fake = scene.fake
    blob = fake.git("hash-object", "-w", "--stdin", text=content)
    tree = fake.make_tree(fake.head(), [{"mode": "100644", "sha": blob, "path": path}])
    made = fake.git("commit-tree", tree, "-p", fake.head(), text=message.encode())
    fake.git("update-ref", REF, made)
    return made


def rules(configured: Commits) -> CommitRules:
    return CommitRules(("db/migrations",), INPUTS, configured)


def commit(
    scene: Scene,
    changes: Changes,
    base: str = "",
    rules: CommitRules = DEFAULT,
    author: Author | None = None,
) -> Made | Skipped:
    forge, build = scene.forge(author), scene.build()
    assert build.pull_request is not None
    if base:
        build = replace(build, pull_request=replace(build.pull_request, base_sha=Sha(base)))
    return commit_changes(
        forge, changes, "add migration", forge.pull_request(7), build, rules, None
    )


@pytest.mark.parametrize("way", ["graphql", "git data"])
def test_b8_a_file_is_replaced_by_one_commit_that_is_read_back(scene: Scene, way: str) -> None:
    push(scene, OLD, b"CREATE TABLE t (id int);\n")
    before = scene.fake.head()
    if way == "git data":
        scene.fake.fail("POST", "/graphql", 404)

    made = commit(scene, {OLD: None, FILE.path: FILE.content.encode()})

    assert Made(Sha(scene.fake.head())) == made
    assert before == scene.fake.git("rev-parse", f"{REF}^")
    assert [FILE.path] == scene.fake.git("ls-tree", "-r", "--name-only", REF).splitlines()
    message = scene.fake.git("log", "-1", "--format=%B", REF)
    assert "chore(db): add migration 2_b" in message
    assert f"- {OLD} (removed)" in message


def test_b8_a_renamed_file_is_seen_as_one_that_goes_and_one_that_comes(scene: Scene) -> None:
    text = b"CREATE TABLE t (id int);\n" * 20
    push(scene, OLD, text)

    assert isinstance(commit(scene, {OLD: None, FILE.path: text}), Made)


def test_b8_a_commit_that_holds_something_else_is_an_error(scene: Scene) -> None:
    push(scene, OLD, b"x\n")
    scene.fake.slips["db/migrations/9_slip.sql"] = b"not ours\n"

    outcome = scene.publish(FILE)[0]

    assert isinstance(outcome, Failed)
    assert "not the one we made" in str(outcome.error)


def test_b4_a_path_outside_is_not_deleted_either(scene: Scene) -> None:
    push(scene, "src/a.py", b"x\n")

    with pytest.raises(ForgeError, match="outside the migration directories"):
        commit(scene, {"src/a.py": None})


def test_b4_nothing_but_migrations_is_deleted(scene: Scene) -> None:
    push(scene, "db/migrations/README.md", b"x\n")

    with pytest.raises(ForgeError, match="no migration"):
        commit(scene, {"db/migrations/README.md": None})


def test_b9_the_head_that_is_our_commit_gets_no_other(scene: Scene) -> None:
    assert isinstance(commit(scene, {FILE.path: b"a\n"}), Made)

    with pytest.raises(ForgeError, match="not idempotent"):
        commit(scene, {FILE.path: b"b\n"})


def test_b9_a_base_that_moved_is_a_reason_for_another(scene: Scene) -> None:
    commit(scene, {FILE.path: b"a\n"})

    assert isinstance(commit(scene, {FILE.path: b"b\n"}, base="c" * 40), Made)


def test_b9_our_commit_that_somebody_amended_is_theirs(scene: Scene) -> None:
    commit(scene, {FILE.path: b"a\n"})
    message = scene.fake.git("log", "-1", "--format=%B", REF)
    parent = scene.fake.git("rev-parse", f"{REF}^")
    scene.fake.git("update-ref", REF, parent)
    push(scene, "schema.sql", b"CREATE TABLE v (id int);\n", message)

    assert isinstance(commit(scene, {FILE.path: b"b\n"}), Made)


def test_b9_our_commit_that_somebody_rebased_is_no_answer_to_what_it_stands_on(
    scene: Scene,
) -> None:
    commit(scene, {FILE.path: b"a\n"})
    message = scene.fake.git("log", "-1", "--format=%B", REF)
    scene.fake.git("update-ref", REF, scene.fake.git("rev-parse", f"{REF}^"))
    push(scene, "schema.sql", b"CREATE TABLE v (id int);\n")
    push(scene, FILE.path, b"a\n", message)

    assert isinstance(commit(scene, {FILE.path: b"b\n"}), Made)


def test_b9_there_are_no_more_commits_than_allowed(scene: Scene) -> None:
    commit(scene, {FILE.path: b"a\n"})
    push(scene, "schema.sql", b"x\n")

    found = commit(scene, {FILE.path: b"b\n"}, rules=rules(Commits(most=1)))

    assert isinstance(found, Skipped)
    assert "1 automatic commits" in found.reason


def test_b5_a_draft_is_left_alone_where_that_is_asked_for(scene: Scene) -> None:
    scene.fake.draft = True

    found = commit(scene, {FILE.path: b"a\n"}, rules=rules(Commits(drafts=False)))

    assert Skipped("commit", "the pull request is a draft") == found
    assert isinstance(commit(scene, {FILE.path: b"a\n"}), Made)


@pytest.mark.parametrize("skip", [False, True])
def test_b10_ci_is_skipped_on_request_alone(scene: Scene, skip: bool) -> None:
    commit(scene, {FILE.path: b"a\n"}, rules=rules(Commits(skip_ci=skip)))

    assert skip == ("[skip ci]" in scene.fake.git("log", "-1", "--format=%s", REF))


def test_b12_the_trailers_say_run_source_and_base(scene: Scene) -> None:
    head, base = scene.fake.head(), scene.fake.head("main")

    commit(scene, {FILE.path: b"a\n"})

    trailers = scene.fake.git("log", "-1", "--format=%(trailers:unfold)", REF).splitlines()
    assert [
        "Schema-CI-Run: 5.1",
        f"Schema-CI-Source: {head}",
        f"Schema-CI-Base: {base}",
    ] == [line for line in trailers if line]


def test_b12_an_author_that_is_asked_for_stands_in_the_commit(scene: Scene) -> None:
    made = commit(scene, {FILE.path: b"a\n"}, author=Author("Jo Doe", "jo@example.org"))

    assert isinstance(made, Made)
    assert "Jo Doe <jo@example.org>" == scene.fake.git("log", "-1", "--format=%an <%ae>", made.sha)
    assert "schema-ci[bot]" == scene.fake.git("log", "-1", "--format=%cn", made.sha)


def test_what_was_not_committed_is_missing_and_what_it_replaces_is_still_there() -> None:
    report = a_report(FILE)
    files = (
        ReportedFile(FILE.path, "generated", 1, "0"),
        ReportedFile(OLD, "replaced", 0, "1"),
    )
    project = replace(report.projects[0], state="generated", files=files, superseded=(OLD,))
    report = replace(report, projects=(project,))

    assert [OLD, FILE.path] == list(generated_changes(report))
    (left,) = without_generated(report).projects
    assert ["missing", "new"] == [file.status for file in left.files]
    assert ("differs", (), ()) == (left.state, left.generated, left.superseded)
    assert {} == generated_changes(without_generated(report))


def test_a_commit_that_only_takes_back_says_so(scene: Scene) -> None:
    push(scene, OLD, b"x\n")
    report = a_report()
    project = replace(report.projects[0], state="generated", superseded=(OLD,))

    outcome = scene.publish(report=replace(report, projects=(project,)))[0]

    assert isinstance(outcome, Published)
    assert "chore(db): remove migration 1_a" == scene.fake.git("log", "-1", "--format=%s", REF)
