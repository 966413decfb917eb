"""What README and docs say is what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from ci_runner.cli.main import cli
from ci_runner.config.load import load
from ci_runner.config.options import OPTIONS
from ci_runner.devdb.engine import Container
from ci_runner.devdb.url import parse
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.errors import ExitCode
from ci_runner.lint.rules import RULES
from tests.test_floors import FLOORS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("examples/*.md"),
    *ROOT.glob("gitlab/*.md"),
]
_FENCE = r"(?ms)^```{language}\n(.*?)^```$"


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(path: str, language: str) -> list[str]:
    return re.findall(_FENCE.format(language=language), text(path))


def test_the_readme_names_every_command_and_no_other() -> None:
    def names(group: click.Group) -> set[str]:
        found = set()
        for name, command in group.commands.items():
            inner = names(command) if isinstance(command, click.Group) else {""}
            found |= {f"{name} {each}".strip() for each in inner}
        return found

    listed = re.findall(r"(?m)^\| `schema-ci ([a-z -]+?)(?: \[.*?)?` \|", text("README.md"))

    assert sorted(names(cli)) == sorted(listed)


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"(?m)^\| (\d+) \| `(\w+)` \|", text("docs/exit-codes.md"))

    assert [(int(each), each.name) for each in ExitCode] == [(int(n), name) for n, name in rows]


def test_the_floors_are_those_that_are_enforced() -> None:
    shown = text("docs/architecture.md").partition("<!-- floors -->\n```\n")[2].partition("```")[0]

    assert list(FLOORS) == [tuple(line.split()) for line in shown.splitlines()]


@pytest.mark.parametrize("path", ["README.md", "docs/configuration.md"])
def test_each_configuration_shown_is_one(path: str, tmp_path: Path) -> None:
    (shown,) = blocks(path, "toml")
    (tmp_path / "schema-ci.toml").write_text(shown, encoding="utf-8")

    config = load(tmp_path, {}, {}, [rule.id for rule in RULES])

    assert {"postgres"} == {project.dialect for project in config.projects}


def test_the_workflow_shown_is_one_and_asks_for_what_the_docs_say(tmp_path: Path) -> None:
    (shown,) = blocks("README.md", "yaml")
    workflow = tmp_path / "schema.yml"
    workflow.write_text(shown, encoding="utf-8")
    command = Path(sys.executable).with_name("check-jsonschema")

    checked = subprocess.run(
        (str(command), "--builtin-schema", "vendor.github-workflows", str(workflow)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == checked.returncode, checked.stdout
    document = yaml.safe_load(shown)
    permissions = {f"{name}: {level}" for name, level in document["permissions"].items()}
    assert permissions <= set(re.findall(r"`(\w[\w-]+: \w+)`", text("docs/publishing.md")))
    checkout, _ = document["jobs"]["schema"]["steps"]
    assert checkout["with"]["persist-credentials"] is False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)", page.read_text(encoding="utf-8"))

    broken = []
    for path, anchor in links:
        target = page.parent / path if path else page
        known = anchors(target) if anchor and target.is_file() else {anchor}
        if not target.exists() or anchor not in known:
            broken.append(path + anchor)
    assert [] == broken


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return {f"#{re.sub(r'[^a-z0-9 -]', '', each.lower()).replace(' ', '-')}" for each in headings}


def test_every_variable_that_is_named_exists() -> None:
    named = {
        name
        for page in PAGES
        for name in re.findall(r"SCHEMA_CI_[A-Z_]+", page.read_text(encoding="utf-8"))
    }

    of_tests = {"SCHEMA_CI_REQUIRE_ALL", "SCHEMA_CI_EXAMPLES"}
    assert named <= {*(option.env for option in OPTIONS), *of_tests, "SCHEMA_CI_GITLAB_TOKEN"}


def test_every_dev_url_that_is_shown_is_understood() -> None:
    page = text("docs/dev-databases.md")
    shown = set(re.findall(r"`([a-z+]+://[^`]*)`", page)) - {"local://", "docker://", "postgres://"}

    meant = [parse(url) for url in shown]
    assert {"sqlite", "postgres", "mysql"} == {each.dialect for each in meant}
    images = {each.image for each in meant if isinstance(each, Container)}
    assert {"postgres:16", "acme/postgis:16", "postgis:16", "mariadb:11"} == images


def test_the_readme_counts_the_kinds_that_are_compared() -> None:
    assert f"PostgreSQL: {len(KINDS)} kinds of object are compared" in text("README.md")
