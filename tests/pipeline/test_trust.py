"""A stranger's copy of the configuration is not asked what reaches servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.config.dev import Copy
from ci_runner.config.load import load
from ci_runner.context import Build, PullRequest, Sha
from ci_runner.errors import UsageError
from ci_runner.git import Git
from ci_runner.pipeline.trust import Trust, trust
from tests.checkout import Checkout

_BASE = '[[project]]\ndialect = "postgres"\n[dev]\nextensions = "citext"\nsetup = "db"\n'
_HEAD = (
    _BASE.replace('"citext"', '"file_fdw"') + "superuser = true\nurl = 'docker+postgres://a/b:1'\n"
)
_OWN = PullRequest(7, Sha(""), "topic", "acme/shop", Sha(""), "main", "acme/shop")
_FORK = replace(_OWN, head_slug="mallory/shop")
_GITHUB = Build("github-actions", event="pull_request", default_branch="main")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A head whose configuration and setup differ from those of the origin's main branch."""
    (tmp_path / "bare.git").mkdir()
    bare = Checkout(tmp_path / "bare.git")
    bare.git("init", "-q", "--bare", "-b", "main")
    work = Checkout(tmp_path / "work")
    work.root.mkdir()
    work.git("init", "-q", "-b", "main")
    work.git("remote", "add", "origin", str(bare.root))
    (work.root / "db").mkdir()
    for config, sql, message in ((_BASE, "SELECT 1;", "base"), (_HEAD, "SELECT 2;", "head")):
        (work.root / "schema-ci.toml").write_text(config)
        (work.root / "db" / "baseline.sql").write_text(sql)
        work.git("add", "-A")
        work.git("commit", "-q", "-m", message)
        if message == "base":
            work.git("push", "-q", "origin", "main")
    return work


def _trust(checkout: Checkout, build: Build, base: str = "", **environ: str) -> Trust:
    return trust(build, environ, Git(checkout.root), base)


def test_a_forks_run_takes_it_from_the_base_branch(checkout: Checkout) -> None:
    git = Git(checkout.root)
    found = _trust(checkout, replace(_GITHUB, pull_request=_FORK))

    config = load(checkout.root, {}, {}, (), trusted=found.copy(git, ""))

    assert "pull request 7 is a fork's" == found.reason
    assert (("citext",), False, "") == (config.dev.extensions, config.dev.superuser, config.dev.url)
    assert {"dev.url", "dev.extensions", "dev.superuser"} == set(config.overruled)
    assert "main:schema-ci.toml:4" == config.origins["dev.extensions"]
    assert {"db/baseline.sql": b"SELECT 1;"} == found.files(git, checkout.root, "db")
    assert {"db/baseline.sql": b"SELECT 1;"} == found.files(git, checkout.root, "db/baseline.sql")


def test_a_local_branch_of_that_name_is_not_the_base(checkout: Checkout) -> None:
    # `main` of this work tree is one commit ahead of the origin's.
    found = _trust(checkout, replace(_GITHUB, pull_request=_FORK))

    assert checkout.git("rev-parse", "main").strip() != found.commit
    assert checkout.git("rev-parse", "origin/main").strip() == found.commit


def test_a_branch_of_the_repository_speaks_for_itself(checkout: Checkout) -> None:
    git = Git(checkout.root)
    found = _trust(checkout, replace(_GITHUB, pull_request=_OWN))

    assert Trust() == found
    assert found.copy(git, "") is None
    assert load(checkout.root, {}, {}, ()).dev.superuser
    assert {"db/baseline.sql": b"SELECT 2;"} == found.files(git, checkout.root, "db")


@pytest.mark.parametrize(
    ("build", "environ", "reason"),
    [
        (Build("local"), {}, ""),
        (replace(_GITHUB, event="push"), {}, ""),
        (Build("gitlab-ci"), {"CI": "true"}, ""),
        (replace(_GITHUB, pull_request=replace(_FORK, head_slug="")), {}, "a fork's"),
        (replace(_GITHUB, event="workflow_run"), {}, "anybody's commit"),
        (replace(_GITHUB, event="issue_comment"), {}, "anybody's commit"),
        (Build("local"), {"CI": "true"}, "does not tell"),
    ],
)
def test_who_is_trusted(
    checkout: Checkout, build: Build, environ: dict[str, str], reason: str
) -> None:
    found = _trust(checkout, build, "origin/main" if reason else "", **environ)

    assert reason in found.reason
    assert bool(reason) == bool(found.reason)
    assert bool(reason) == bool(found.commit)


def test_without_a_base_nothing_is_trusted(checkout: Checkout) -> None:
    git = Git(checkout.root)
    found = _trust(checkout, replace(_GITHUB, pull_request=replace(_FORK, base_branch="elsewhere")))

    config = load(checkout.root, {}, {"dialect": "postgres"}, (), trusted=found.copy(git, ""))

    assert "the origin has no branch 'elsewhere'" in found.reason
    assert ((), (), False) == (config.dev.extensions, config.dev.setup, config.dev.superuser)


def test_flags_and_environment_are_trusted(checkout: Checkout) -> None:
    found = _trust(checkout, replace(_GITHUB, pull_request=_FORK))
    environ = {"SCHEMA_CI_DEV_SUPERUSER": "true"}
    flags = {"dev.url": "local://postgres"}

    config = load(checkout.root, environ, flags, (), trusted=found.copy(Git(checkout.root), ""))

    assert (True, "local://postgres") == (config.dev.superuser, config.dev.url)
    assert ("dev.extensions",) == config.overruled


@pytest.mark.parametrize("path", ["absent.sql", "db/absent", "schema-ci.tom"])
def test_setup_that_is_not_there_is_named(checkout: Checkout, path: str) -> None:
    for build in (_GITHUB, replace(_GITHUB, event="push")):
        found = _trust(checkout, replace(build, pull_request=None), "main")
        found = replace(found, reason="" if build.event == "push" else "a test")
        with pytest.raises(UsageError, match="names no SQL file") as refused:
            found.files(Git(checkout.root), checkout.root, path)
        assert path in refused.value.where


def test_setup_does_not_follow_a_link_out_of_the_repository(
    checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "outside.sql").write_text("SELECT 3;")
    (checkout.root / "link.sql").symlink_to(tmp_path / "outside.sql")

    with pytest.raises(UsageError, match="names no SQL file"):
        Trust().files(None, checkout.root, "link.sql")


_WITH_DEV = """
[[project]]
name = "app"
dialect = "postgres"
[project.dev]
roles = [{roles}]
"""


def test_a_forks_project_has_the_dev_databases_that_the_base_gives_it(checkout: Checkout) -> None:
    trusted = Copy("main:schema-ci.toml", _WITH_DEV.format(roles="'reader'"))
    (checkout.root / "schema-ci.toml").write_text(
        "[[project]]\nname='new'\ndialect='postgres'\ndirectory='new'\ndev.superuser=true\n"
        + _WITH_DEV.format(roles="'reader', 'writer'")
    )

    config = load(checkout.root, {}, {}, (), trusted=trusted)

    new, app = config.projects
    assert new.dev is None
    assert app.dev
    assert ("reader",) == app.dev.roles
    assert ("project[0].dev.superuser", "project[1].dev.roles") == config.overruled


def test_a_forks_project_that_drops_its_table_keeps_the_bases(checkout: Checkout) -> None:
    trusted = Copy("main:schema-ci.toml", _WITH_DEV.format(roles="'reader'"))
    text = "[[project]]\nname = 'app'\ndialect = 'postgres'\n"
    (checkout.root / "schema-ci.toml").write_text(text)

    config = load(checkout.root, {}, {}, (), trusted=trusted)

    [app] = config.projects
    assert app.dev
    assert ("reader",) == app.dev.roles
    assert ("project[0].dev.roles",) == config.overruled
