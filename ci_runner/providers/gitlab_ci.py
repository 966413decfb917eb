"""GitLab CI: its predefined variables."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.context import Build, PullRequest, Repository, Sha
from ci_runner.errors import ConfigError


def detect(environ: Mapping[str, str]) -> Build | None:
    if environ.get("GITLAB_CI") != "true":
        return None
    slug = environ.get("CI_PROJECT_PATH", "")
    return Build(
        provider="gitlab-ci",
        repository=Repository(
            "gitlab",
            slug,
            environ.get("CI_PROJECT_URL", ""),
            environ.get("CI_API_V4_URL", "").rstrip("/"),
        ),
        pull_request=_merge_request(environ, slug),
        event=environ.get("CI_PIPELINE_SOURCE", ""),
        run_id=environ.get("CI_PIPELINE_ID", ""),
        run_url=environ.get("CI_JOB_URL", ""),
        default_branch=environ.get("CI_DEFAULT_BRANCH", ""),
    )


def _merge_request(environ: Mapping[str, str], slug: str) -> PullRequest | None:
    if not (number := environ.get("CI_MERGE_REQUEST_IID", "")):
        return None
    if not number.isdecimal():
        raise ConfigError("CI_MERGE_REQUEST_IID is not a number", said=number)
    # Empty outside merged-results pipelines, where CI_COMMIT_SHA is the branch's own head.
    head = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", "")
    base = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA") or environ.get(
        "CI_MERGE_REQUEST_DIFF_BASE_SHA", ""
    )
    return PullRequest(
        number=int(number),
        head_sha=Sha(head),
        head_branch=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
        head_slug=environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", ""),
        base_sha=Sha(base),
        base_branch=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
        base_slug=environ.get("CI_MERGE_REQUEST_PROJECT_PATH", slug),
    )
