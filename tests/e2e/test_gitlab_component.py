"""The GitLab component, started by gitlab-ci-local as a project includes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.checkout import CHECKOUT
from tests.e2e.gitlab_scene import TOKEN, MergeRequestScene

# docs.gitlab.com/ci/testing/code_quality: what a report must hold.
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


@pytest.fixture
def command(tmp_path: Path) -> str:
    """The checkout's own command, where the image of a job would have it."""
    place = tmp_path / "schema-ci"
    place.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m ci_runner "$@"\n'
    )
    place.chmod(0o755)
    return str(place)


def inputs(**given: str) -> str:
    said = {"image": "registry.example.com/schema-ci@sha256:0", **given}
    return "".join(f"      {name.replace('_', '-')}: {value}\n" for name, value in said.items())


def artifact(scene: MergeRequestScene, name: str) -> bytes:
    kept = scene.checkout.root / ".gitlab-ci-local" / "artifacts" / "schema-ci"
    return (kept / "schema-ci-report" / name).read_bytes()


def test_the_component_publishes_and_its_next_pipeline_adds_nothing(
    merge_request: MergeRequestScene, clients: Path, command: str
) -> None:
    scene = merge_request
    before = scene.write_migration("DELETE FROM users;\n")
    given = inputs(command=command, commit="push", fail_on="never", labels="true")

    done = scene.component(clients, given)

    assert 0 == done.returncode, done.stdout + done.stderr
    assert before == scene.fake.git("rev-parse", f"{scene.fake.head()}^")
    assert 1 == len(scene.fake.notes)
    assert scene.fake.labels
    assert "success" == scene.states()[-1]
    assert TOKEN not in done.stdout
    quality = json.loads(artifact(scene, "report.codequality.json"))
    assert "testsuites" == ET.fromstring(artifact(scene, "report.junit.xml")).tag
    assert_code_quality(quality)
    scene.follow()
    notes, states = list(scene.fake.notes), scene.states()

    again = scene.component(clients, given)

    assert 0 == again.returncode, again.stdout + again.stderr
    assert (notes, states, 1) == (list(scene.fake.notes), scene.states(), scene.fake.pushes)


def assert_code_quality(report: Any) -> None:
    assert report
    for issue in report:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(issue)
        assert issue["severity"] in SEVERITIES
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1
    fingerprints = [issue["fingerprint"] for issue in report]
    assert len(set(fingerprints)) == len(fingerprints)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"fail_on": "sometimes"}, "fail-on"),
        ({"depth": "deep"}, "depth"),
        ({"inline": "sometimes"}, "inline"),
    ],
)
def test_t3_an_input_of_another_type_or_choice_is_refused(
    merge_request: MergeRequestScene, clients: Path, given: dict[str, str], named: str
) -> None:
    done = merge_request.component(clients, inputs(**given), "--preview")

    assert 0 != done.returncode
    assert named in done.stdout + done.stderr
