"""GitLab CI: its predefined variables, docs.gitlab.com/ci/variables/predefined_variables."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.context import Build, PullRequest, Repository, Restraint, Sha
from ci_runner.errors import ConfigError

_OF_MERGES = frozenset({"merged_result", "merge_train"})


def detect(environ: Mapping[str, str]) -> Build | None:
    """Raises ConfigError for variables that make no sense together."""
    if environ.get("GITLAB_CI") != "true":
        return None
    pull = _merge_request(environ)
    branch = "" if pull else environ.get("CI_COMMIT_BRANCH", "")
    return Build(
        provider="gitlab-ci",
        repository=_repository(environ),
        pull_request=pull,
        event=environ.get("CI_PIPELINE_SOURCE", ""),
        run_id=environ.get("CI_PIPELINE_ID", ""),
        run_url=environ.get("CI_JOB_URL", ""),
        default_branch=environ.get("CI_DEFAULT_BRANCH", ""),
        # Pipelines of branches do not tell the merge request that the branch may have.
        branch=branch,
        sha=Sha(environ.get("CI_COMMIT_SHA", "")) if branch else Sha(""),
        restraint=_restraint(environ, pull),
    )


def _repository(environ: Mapping[str, str]) -> Repository:
    """The project that the merge request is in: for a fork's pipeline not the one that runs it."""
    slug = environ.get("CI_MERGE_REQUEST_PROJECT_PATH") or environ.get("CI_PROJECT_PATH", "")
    url = environ.get("CI_MERGE_REQUEST_PROJECT_URL") or environ.get("CI_PROJECT_URL", "")
    return Repository("gitlab", slug, url.rstrip("/"), environ.get("CI_API_V4_URL", "").rstrip("/"))


def _merge_request(environ: Mapping[str, str]) -> PullRequest | None:
    if not (number := environ.get("CI_MERGE_REQUEST_IID", "")):
        return None
    if not number.isdecimal():
        raise ConfigError("CI_MERGE_REQUEST_IID is not a number", said=number)
    base = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA") or environ.get(
        "CI_MERGE_REQUEST_DIFF_BASE_SHA", ""
    )
    return PullRequest(
        number=int(number),
        head_sha=_head(environ),
        head_branch=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
        head_slug=_source(environ),
        base_sha=Sha(base),
        base_branch=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
        base_slug=_repository(environ).slug,
        draft=environ.get("CI_MERGE_REQUEST_DRAFT", "") == "true",
    )


def _head(environ: Mapping[str, str]) -> Sha:
    """The source branch's own commit: CI_COMMIT_SHA is a merge in pipelines of merges."""
    kind = environ.get("CI_MERGE_REQUEST_EVENT_TYPE", "")
    if head := environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""):
        return Sha(head)
    if kind in _OF_MERGES:
        raise ConfigError(
            f"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA is not set in a pipeline of the type {kind}",
            next_step="GitLab sets it: keep it",
        )
    return Sha(environ.get("CI_COMMIT_SHA", ""))


def _source(environ: Mapping[str, str]) -> str:
    """The source project's path, "" where its id says that the path is another project's."""
    ids = {environ.get(f"CI_MERGE_REQUEST_{name}PROJECT_ID", "") for name in ("", "SOURCE_")}
    path = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "")
    same = path.lower() == _repository(environ).slug.lower()
    return "" if same and len(ids) > 1 else path


def _restraint(environ: Mapping[str, str], pull: PullRequest | None) -> Restraint | None:
    """A member may start a fork's pipeline in this project: with its variables, and its code."""
    if pull is None:
        return None
    if pull.is_fork:
        return Restraint(
            "the merge request comes from a fork: no token is used beside its code, the report is "
            "among the job's artifacts"
        )
    if environ.get("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train":
        return Restraint("a merge train only checks", check=True)
    return None
