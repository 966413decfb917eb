"""The check on GitLab: a commit status, shown on the pipeline that reviewers look at."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.forges.base import Check, Conclusion, ExistingCheck, OutcomeUnknown, Refused
from ci_runner.forges.gitlab_api import Api
from ci_runner.forges.gitlab_job import Job
from ci_runner.forges.status import described, digest_in

_NAME = 255
_RUNNING = "the review is running"
_STATES: dict[Conclusion, str] = {
    "success": "success",
    "neutral": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "action_required": "pending",
}
_UNFINISHED = frozenset({"pending", "running"})
_CANNOT = "Cannot transition status"
_NOWHERE = "References for commit"


class Checks:
    """The statuses of one project. A status of our own pipeline's head is put on that pipeline."""

    def __init__(self, api: Api, project: str, web_url: str, job: Job) -> None:
        self._api = api
        self._project = project
        self._web = web_url
        self._job = job

    def find(self, sha: Sha, name: str) -> ExistingCheck | None:
        """The newest of that name. What awaits an approval is pending too, and is a result."""
        where = f"{self._project}/repository/commits/{self._place(sha)[0]}/statuses"
        rows = self._api.pages("list the statuses", f"{where}?name={quote(name[:_NAME], safe='')}")
        named = [row for row in rows if row["name"] == name[:_NAME]]
        if not named:
            return None
        newest = max(named, key=lambda row: int(row["id"]))
        digest = digest_in(newest["description"] or "")
        goes_on = newest["status"] in _UNFINISHED and not digest
        return ExistingCheck(newest["id"], name, "" if goes_on else newest["status"], digest)

    def begin(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        """What is there, else a running status."""
        if found := self.find(sha, name):
            return found
        made = self._post(sha, name, "running", _RUNNING, details_url)
        return ExistingCheck(made, name, "", "")

    def end(self, check: Check) -> bool:
        """Reads first: a run that goes on beside ours may have concluded it."""
        found = self.find(check.sha, check.name)
        goes_on = found is not None and not found.conclusion
        if goes_on:
            self.write(check, "")
        return goes_on

    def write(self, check: Check, digest: str) -> str:
        """GitLab has one unfinished status of a name and concludes that; finished ones stay."""
        state, title = _STATES[check.conclusion], described(check.title, digest)
        self._post(check.sha, check.name, state, title, check.details_url)
        return f"{self._web}/-/commit/{self._place(check.sha)[0]}/pipelines"

    def _place(self, sha: Sha) -> tuple[Sha, int | None]:
        """The commit and the pipeline that a status of `sha` is written to."""
        if self._job.pipeline and sha == self._job.head:
            return self._job.sha, self._job.pipeline
        return sha, None

    def _post(self, sha: Sha, name: str, state: str, description: str, details_url: str) -> int:
        """The status's id. One whose answer got lost is found again by what it says."""
        place, pipeline = self._place(sha)
        body: dict[str, object] = {
            "state": state,
            "name": name[:_NAME],
            "description": description,
        }
        if details_url:
            body["target_url"] = details_url
        if pipeline is not None:
            body["pipeline_id"] = pipeline
        what, path = "write a commit status", f"{self._project}/statuses/{place}"
        try:
            return int(self._api.call(what, "POST", path, body)["id"])
        except OutcomeUnknown:
            found = self.find(sha, name)
            if found is None or not self._says(found, state, description):
                raise
            return found.id
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND and pipeline is not None:
                # GitLab takes nothing for a pipeline that was archived or deleted meanwhile.
                self._job = Job()
                return self._post(sha, name, state, description, details_url)
            if refused.status == HTTPStatus.NOT_FOUND and _NOWHERE in refused.said:
                raise _foreign(refused) from refused
            return self._standing(refused, sha, name, state)

    def _says(self, found: ExistingCheck, state: str, description: str) -> bool:
        wanted = state if digest_in(description) or state not in _UNFINISHED else ""
        return (found.conclusion, found.digest) == (wanted, digest_in(description))

    def _standing(self, refused: Refused, sha: Sha, name: str, state: str) -> int:
        """GitLab lets no status become what it is: of an unfinished one that does no harm.

        Two runs of one commit meet here. Raises what was refused in every other case.
        """
        found: Any = None
        if refused.status == HTTPStatus.BAD_REQUEST and _CANNOT in refused.said:
            found = self.find(sha, name) if state in _UNFINISHED else None
        if found is None or (found.conclusion and found.conclusion not in _UNFINISHED):
            raise refused
        return int(found.id)


def _foreign(refused: Refused) -> Refused:
    return Refused(
        refused.status,
        "GitLab takes no status for a commit that is on no branch of this project",
        said=refused.said,
        next_step="a fork's commit is: publish its report with SCHEMA_CI_CHECK=false",
    )
