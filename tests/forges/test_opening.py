from __future__ import annotations

import pytest

from ci_runner.context import Repository
from ci_runner.forges.gitlab import GitLabForge
from ci_runner.forges.opening import Unavailable, open_forge

GITLAB = Repository(
    "gitlab",
    "acme/shop",
    "https://gitlab.example.com/acme/shop",
    "https://gitlab.example.com/api/v4",
)


@pytest.mark.parametrize("name", ["SCHEMA_CI_GITLAB_TOKEN", "GITLAB_TOKEN"])
def test_b17_a_token_opens_gitlab_and_is_a_secret_first(name: str) -> None:
    secrets: list[str] = []

    forge = open_forge(GITLAB, {name: "glpat-x"}, max_wait=1.0, secret=secrets.append)

    assert isinstance(forge, GitLabForge)
    assert ["glpat-x"] == secrets


def test_b17_a_jobs_own_token_publishes_nothing_and_that_is_said() -> None:
    secrets: list[str] = []

    forge = open_forge(GITLAB, {"CI_JOB_TOKEN": "glcbt-x"}, max_wait=1.0, secret=secrets.append)

    assert isinstance(forge, Unavailable)
    assert "SCHEMA_CI_GITLAB_TOKEN is not set; CI_JOB_TOKEN may only read" in forge.reason
    assert "protected variable" in forge.reason


def test_b17_a_jobs_own_token_is_enough_to_read() -> None:
    secrets: list[str] = []
    environ = {"CI_JOB_TOKEN": "glcbt-x"}

    forge = open_forge(GITLAB, environ, max_wait=1.0, secret=secrets.append, reads=True)

    assert isinstance(forge, GitLabForge)
    assert ["glcbt-x"] == secrets
