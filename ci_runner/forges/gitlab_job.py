"""The GitLab job that we are: its pipeline, and what its git needs to push with a token."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ci_runner.context import Repository, Sha
from ci_runner.frozen import frozen


@frozen
class Job:
    """`sha` is the commit that the pipeline runs on; for a merged result no branch has it.

    `head` is the merge request's own. `pipeline` is 0 outside of GitLab CI. `ca_file` is a PEM file
    with the authorities that vouch for the server, "" for those of the system.
    """

    pipeline: int = 0
    sha: Sha = Sha("")
    head: Sha = Sha("")
    ca_file: str = ""
    git_settings: int = 0


def job_of(environ: Mapping[str, str]) -> Job:
    """As GitLab's predefined variables tell it."""
    sha = environ.get("CI_COMMIT_SHA", "")
    number, settings = environ.get("CI_PIPELINE_ID", ""), environ.get("GIT_CONFIG_COUNT", "")
    return Job(
        pipeline=int(number) if number.isdecimal() else 0,
        sha=Sha(sha),
        head=Sha(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or sha),
        ca_file=environ.get("CI_SERVER_TLS_CA_FILE", ""),
        git_settings=int(settings) if settings.isdecimal() else 0,
    )


def git_access(
    repository: Repository,
    token: str,
    job: Job,
    user: Any,  # noqa: ANN401 - the JSON edge
) -> Mapping[str, str]:
    """The environment of git for a push by `user`, as GET /user tells who has the token.

    The token is in no URL and no argument, where a process list would show it.
    """
    url = f"{repository.web_url}.git"
    secret = base64.b64encode(f"oauth2:{token}".encode()).decode()
    settings = (
        ("remote.origin.pushurl", url),
        (f"http.{url}.extraHeader", f"Authorization: Basic {secret}"),
        ("http.followRedirects", "false"),
        ("credential.helper", ""),
    )
    access = {"GIT_CONFIG_COUNT": str(job.git_settings + len(settings))}
    for place, (key, value) in enumerate(settings, job.git_settings):
        access |= {f"GIT_CONFIG_KEY_{place}": key, f"GIT_CONFIG_VALUE_{place}": value}
    if job.ca_file:
        access["GIT_SSL_CAINFO"] = job.ca_file
    for role in ("AUTHOR", "COMMITTER"):
        access[f"GIT_{role}_NAME"] = str(user["name"])
        access[f"GIT_{role}_EMAIL"] = str(user.get("commit_email") or user.get("email") or "")
    return access
