"""`schema-ci projects` and `run --touched --shard` in a repository of several projects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_runner.cli.projects import Listed, github_matrix, gitlab
from ci_runner.config.model import Project
from ci_runner.errors import ExitCode, UsageError
from tests.checkout import Checkout, validated

NAMES = ("accounts", "billing", "catalog")


@pytest.fixture(scope="module")
def monorepo(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A branch that adds a migration to billing; catalog has the most files."""
    checkout = Checkout(tmp_path_factory.mktemp("monorepo"))
    checkout.git("init", "--quiet", "--initial-branch=main")
    tables = "".join(
        f'[[project]]\nname = "{name}"\ndialect = "sqlite"\n'
        f'directory = "{name}"\nformat = "plain"\n'
        for name in NAMES
    )
    checkout.write("schema-ci.toml", tables)
    for number, name in enumerate(NAMES, start=1):
        for file in range(number):
            checkout.write(f"{name}/{file}.sql", f"CREATE TABLE t{file} (id integer);\n")
    checkout.commit("first")
    checkout.git("checkout", "--quiet", "-b", "work")
    checkout.write("billing/7.sql", "CREATE TABLE more (id integer);\n")
    checkout.commit("more")
    return checkout


def listed(checkout: Checkout, *argv: str) -> str:
    done = checkout.run("projects", *argv)
    assert ExitCode.OK == done.code, done.err
    return done.out


def test_a21_only_what_the_change_touches_is_listed(monorepo: Checkout) -> None:
    assert "billing\n" == listed(monorepo, "--base", "main")
    assert "".join(f"{name}\n" for name in NAMES) == listed(monorepo, "--all")
    assert [{"project": "billing", "dialect": "sqlite", "directory": "billing", "files": 3}] == (
        json.loads(listed(monorepo, "--base", "main", "--format", "json"))
    )


def test_a21_a_changed_configuration_touches_every_project(monorepo: Checkout) -> None:
    config = monorepo.root / "schema-ci.toml"
    before = config.read_text()
    config.write_text(before + "\n[publish]\ncheck = true\n")
    try:
        assert list(NAMES) == listed(monorepo, "--base", "main").split()
    finally:
        config.write_text(before)


def test_a21_shards_hold_each_project_once(monorepo: Checkout) -> None:
    parts = [listed(monorepo, "--all", "--shard", f"{part}/2").split() for part in (1, 2)]

    assert [["accounts", "billing"], ["catalog"]] == parts


def test_a21_the_matrix_of_github_is_outputs_of_a_job(monorepo: Checkout) -> None:
    lines = dict(
        line.split("=", 1)
        for line in listed(monorepo, "--base", "main", "--format", "github-matrix").splitlines()
    )

    assert ["true", '["billing"]'] == [lines["any"], lines["projects"]]
    assert ["billing"] == [each["project"] for each in json.loads(lines["matrix"])["include"]]


def test_a21_an_empty_matrix_says_that_there_is_nothing(monorepo: Checkout) -> None:
    out = listed(monorepo, "--base", "work", "--format", "github-matrix")

    assert 'any=false\nmatrix={"include": []}\nprojects=[]\n' == out


def test_t9_no_name_of_a_project_adds_an_output() -> None:
    evil = Listed(Project('x"\nany=true\n', "sqlite", "a", "plain", ()), 1)

    assert 3 == len(github_matrix([evil]).splitlines())


@pytest.mark.parametrize("base", ["main", "work"])
def test_a21_the_child_pipeline_is_one_for_gitlab(
    monorepo: Checkout, tmp_path: Path, base: str
) -> None:
    out = listed(monorepo, "--base", base, "--format", "gitlab")

    pipeline = json.loads(out)
    (tmp_path / ".gitlab-ci.yml").write_text(out)
    validated("vendor.gitlab-ci", tmp_path / ".gitlab-ci.yml")
    job = pipeline["schema-ci"]
    assert ("include" in pipeline) is (base == "main")
    if base == "main":
        assert [{"SCHEMA_PROJECT": ["billing"]}] == job["parallel"]["matrix"]


def test_a21_circleci_gets_parameters_of_a_continuation(monorepo: Checkout) -> None:
    parameters = json.loads(listed(monorepo, "--base", "main", "--format", "circleci"))

    assert {
        "schema-ci-any": True,
        "schema-ci-count": 1,
        "schema-ci-projects": '["billing"]',
    } == parameters


def test_more_projects_than_a_matrix_holds_are_refused() -> None:
    many = [Listed(Project(str(each), "sqlite", "a", "plain", ()), 1) for each in range(257)]

    with pytest.raises(UsageError, match="one matrix: 256"):
        github_matrix(many)
    with pytest.raises(UsageError, match="one matrix: 200"):
        gitlab(many, "x")


@pytest.mark.parametrize("text", ["0/2", "3/2", "1/2/3"])
def test_what_is_no_shard_is_refused(monorepo: Checkout, text: str) -> None:
    done = monorepo.run("projects", "--all", f"--shard={text}")

    assert ExitCode.USAGE == done.code
    assert "no part such as 2/3" in done.err


def test_a21_parts_are_reviewed_apart_and_merged(monorepo: Checkout, tmp_path: Path) -> None:
    for part in ("1", "2"):
        done = monorepo.run(
            *("run", "--base", "main", "--no-publish", "--shard", f"{part}/2"),
            *("--output-dir", str(tmp_path / "parts" / part)),
        )
        assert ExitCode.OK == done.code, done.err

    half = monorepo.run("report", "merge", str(tmp_path / "parts/1"), f"--output-dir={tmp_path}/a")
    whole = monorepo.run("report", "merge", str(tmp_path / "parts"), f"--output-dir={tmp_path}/b")

    assert ExitCode.FINDINGS == half.code
    assert "missing: part 2 of 2 is not in the report" in half.out
    assert ExitCode.OK == whole.code, whole.err
    report = json.loads((tmp_path / "b" / "report.json").read_text())
    assert list(NAMES) == [project["name"] for project in report["projects"]]
    assert (tmp_path / "b" / "report.sarif").is_file()


def test_a21_a_part_is_not_published_by_itself(monorepo: Checkout) -> None:
    done = monorepo.run("run", "--base", "main", "--shard", "1/2")

    assert ExitCode.USAGE == done.code
    assert "--no-publish" in done.err


def test_a21_only_touched_projects_are_reviewed(monorepo: Checkout) -> None:
    done = monorepo.run("run", "--base", "main", "--no-publish", "--touched")

    assert ExitCode.OK == done.code, done.err
    assert ["billing"] == [project["name"] for project in monorepo.report()["projects"]]
