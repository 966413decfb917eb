"""Who runs us and for which pull request: values that hold no secret and can be written to JSON."""

from __future__ import annotations

from typing import Literal, NewType

from ci_runner.frozen import frozen

Sha = NewType("Sha", str)

ProviderName = Literal["github-actions", "gitlab-ci", "circleci", "local"]
ForgeName = Literal["github", "gitlab", "none"]


@frozen
class Repository:
    """A repository on a forge. URLs have no trailing slash and come from the runner only.

    `graphql_url` is "" where it follows from `api_url`.
    """

    forge: ForgeName
    slug: str
    web_url: str
    api_url: str
    graphql_url: str = ""


@frozen
class PullRequest:
    """A pull (merge) request as the CI event describes it; the forge may know a newer head."""

    number: int
    head_sha: Sha
    head_branch: str
    head_slug: str
    base_sha: Sha
    base_branch: str
    base_slug: str
    draft: bool = False

    @property
    def is_fork(self) -> bool:
        """True also when the head repository is gone: such a head is nobody we trust."""
        return self.head_slug.lower() != self.base_slug.lower()


@frozen
class Upstream:
    """The earlier run that started this one, and the commit that it ran on, as the CI tells it.

    `head_slug` is "" where the fork is gone. The pull request is for the forge to tell.
    """

    head_sha: Sha
    head_branch: str
    head_slug: str
    run_url: str = ""


@frozen
class MergeGroup:
    """A commit that a merge queue made of pull requests, to be checked before it is merged."""

    head_sha: Sha
    base_branch: str


@frozen
class Restraint:
    """Why a run publishes nothing; with `check` nothing but its check."""

    reason: str
    check: bool = False


@frozen
class Build:
    """One CI run. Absent parts are empty strings; `local` builds have neither run nor forge.

    `number` is a pull request that was asked for by its number alone, 0 where none was.
    `branch` and `sha` are what was pushed, told where CI does not know of a pull request: the forge
    does. A pull request without a base branch is one that the forge knows more of.
    """

    provider: ProviderName
    repository: Repository | None = None
    pull_request: PullRequest | None = None
    event: str = ""
    run_id: str = ""
    run_attempt: int = 1
    run_url: str = ""
    default_branch: str = ""
    number: int = 0
    upstream: Upstream | None = None
    merge_group: MergeGroup | None = None
    branch: str = ""
    sha: Sha = Sha("")
    restraint: Restraint | None = None

    @property
    def lone_commit(self) -> Sha:
        """The commit to tell of where no pull request has it, "" where that is not so.

        A merge queue's, or one that was pushed to a branch before its pull request is opened.
        """
        if self.merge_group is not None:
            return self.merge_group.head_sha
        merged = self.branch in {"", self.default_branch} or not self.default_branch
        return Sha("") if self.pull_request is not None or merged else self.sha
