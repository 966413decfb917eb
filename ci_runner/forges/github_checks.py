"""GitHub's checks: check runs with annotations, commit statuses where those are refused.

Only the token of an app, which GITHUB_TOKEN is, may write check runs: docs.github.com, rest/checks.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.forges.base import (
    Annotation,
    Check,
    Conclusion,
    ExistingCheck,
    OutcomeUnknown,
    Refused,
)
from ci_runner.forges.github_api import Api
from ci_runner.forges.status import described, digest_in

_ANNOTATIONS = 50  # per request: GitHub's OpenAPI description, checks/create, maxItems
_TITLE = 255
_CONTEXT = 255
_STATES: dict[Conclusion, str] = {
    "success": "success",
    "neutral": "success",
    "failure": "failure",
    "cancelled": "error",
    "action_required": "pending",
}
_RUNNING = "in progress"


class Checks:
    """The checks of one repository. Remembers that check runs were refused."""

    def __init__(self, api: Api, repo: str) -> None:
        self._api = api
        self._repo = repo
        self._refused = False

    @property
    def annotates(self) -> bool:
        return not self._refused

    def find(self, sha: Sha, name: str) -> ExistingCheck | None:
        return self._find_run(sha, name) or self._find_status(sha, name)

    def begin(self, name: str, sha: Sha, details_url: str) -> ExistingCheck:
        """What is there, else an in-progress run, else a pending status."""
        if found := self._find_run(sha, name):
            return found
        body = _run_body(name, sha, details_url)
        body["output"] = {"title": _RUNNING, "summary": "The review is running."}
        try:
            if not self._refused:
                run = self._post_run({**body, "status": "in_progress"}, name, None)
                return ExistingCheck(run["id"], name, "", "", annotated=True)
        except Refused as refused:
            self._no_runs(refused)
        if status := self._find_status(sha, name):
            return status
        made = self._post_status(sha, name, "pending", _RUNNING, details_url)
        return ExistingCheck(made["id"], name, "", "")

    def end(self, check: Check, begun: ExistingCheck) -> bool:
        """Reads first: a run that goes on beside ours may have concluded it."""
        if begun.annotated:
            running = bool(self._read_run(begun.id)["status"] != "completed")
        else:
            latest = self._find_status(check.sha, check.name)
            running = latest is not None and not latest.conclusion
        if running:
            self.write(check, begun, "")
        return running

    def write(self, check: Check, existing: ExistingCheck | None, digest: str) -> str:
        """Conclude a run that is in progress, else write a new one: GitHub shows the latest.

        Annotations can only be added to a run, so a changed result is never written over. One in
        progress is looked at by its number first, since another run may have concluded it; a list
        could miss it. What has no digest is no result of a review, which nobody else can have.
        """
        running = existing is not None and existing.annotated and not existing.conclusion
        try:
            if existing is not None and running and digest:
                now = self._read_run(existing.id)
                running = now["status"] != "completed"
                if not running and now["external_id"] == digest:
                    return str(now["html_url"])
            if not self._refused:
                return self._write_run(check, existing, running=running, digest=digest)
        except Refused as refused:
            if running:
                raise
            self._no_runs(refused)
        title = described(check.title, digest)
        state = _STATES[check.conclusion]
        status = self._post_status(check.sha, check.name, state, title, check.details_url)
        return str(status["target_url"] or status["url"])

    def _no_runs(self, refused: Refused) -> None:
        if refused.status != HTTPStatus.FORBIDDEN:
            raise refused
        self._refused = True

    def _write_run(
        self, check: Check, existing: ExistingCheck | None, *, running: bool, digest: str
    ) -> str:
        """All chunks of annotations but the last go to a run that is still in progress.

        So nobody sees a result without what it rests on.
        """
        lines = tuple(map(_annotation, check.annotations))
        starts = range(0, len(lines), _ANNOTATIONS)
        chunks = [lines[at : at + _ANNOTATIONS] for at in starts] or [()]
        number = existing.id if existing is not None and running else 0
        sent = 0
        for chunk in chunks:
            last = sent + len(chunk) == len(lines)
            body = _run_body(check.name, check.sha, check.details_url)
            body["output"] = {
                "title": check.title[:_TITLE],
                "summary": check.summary,
                "annotations": chunk,
            }
            body["status"] = "completed" if last else "in_progress"
            if last:
                body |= {"conclusion": check.conclusion, "external_id": digest}
            sent += len(chunk)
            if number:
                run = self._patch_run(number, body, sent)
            else:
                run = self._post_run(body, check.name, existing)
                number = int(run["id"])
        return str(run["html_url"])

    def _post_run(
        self, body: dict[str, object], name: str, existing: ExistingCheck | None
    ) -> dict[str, Any]:
        """One whose answer got lost is found again by what it carries."""
        try:
            made: dict[str, Any] = self._api.call(
                "write a check run", "POST", f"{self._repo}/check-runs", body
            )
        except OutcomeUnknown:
            known = existing.id if existing is not None else 0
            found = self._latest_run(Sha(str(body["head_sha"])), name)
            if found is None or int(found["id"]) == known or not _is(found, body):
                raise
            return found
        return made

    def _patch_run(self, number: int, body: dict[str, object], sent: int) -> dict[str, Any]:
        """Annotations add up: what may have arrived is counted before it is sent again."""
        what, path = "write the check run", f"{self._repo}/check-runs/{number}"
        body = {key: value for key, value in body.items() if key != "head_sha"}
        try:
            run: dict[str, Any] = self._api.call(what, "PATCH", path, body, repeatable=not sent)
        except OutcomeUnknown:
            run = self._read_run(number)
            if int(run["output"]["annotations_count"]) < sent:
                run = self._api.call(what, "PATCH", path, body, repeatable=False)
            elif not _is(run, body):
                raise
        return run

    def _read_run(self, number: int) -> dict[str, Any]:
        path = f"{self._repo}/check-runs/{number}"
        run: dict[str, Any] = self._api.call("read the check run", "GET", path)
        return run

    def _find_run(self, sha: Sha, name: str) -> ExistingCheck | None:
        try:
            run = self._latest_run(sha, name)
        except Refused as refused:
            self._no_runs(refused)
            return None
        if run is None:
            return None
        conclusion, digest = run["conclusion"] or "", run["external_id"] or ""
        url = run["html_url"] or ""
        return ExistingCheck(run["id"], name, conclusion, digest, annotated=True, url=url)

    def _latest_run(self, sha: Sha, name: str) -> dict[str, Any] | None:
        path = (
            f"{self._repo}/commits/{sha}/check-runs?per_page=100&check_name={quote(name, safe='')}"
        )
        runs = self._api.pages("list the checks", path, "check_runs")
        named = [run for run in runs if run["name"] == name]
        return max(named, key=lambda run: int(run["id"]), default=None)

    def _find_status(self, sha: Sha, name: str) -> ExistingCheck | None:
        path = f"{self._repo}/commits/{sha}/statuses?per_page=100"
        for status in self._api.pages("list the statuses", path):
            if status["context"] == name[:_CONTEXT]:
                digest = digest_in(status["description"] or "")
                # What awaits an approval is pending too, and is a result.
                running = status["state"] == "pending" and not digest
                conclusion, url = "" if running else status["state"], status["target_url"] or ""
                return ExistingCheck(status["id"], name, conclusion, digest, url=url)
        return None

    def _post_status(
        self, sha: Sha, name: str, state: str, description: str, details_url: str
    ) -> dict[str, Any]:
        body: dict[str, object] = {
            "state": state,
            "context": name[:_CONTEXT],
            "description": description,
        }
        if details_url:
            body["target_url"] = details_url
        what, path = "write a commit status", f"{self._repo}/statuses/{sha}"
        # Statuses of a context replace each other, so sending one twice does no harm.
        made: dict[str, Any] = self._api.call(what, "POST", path, body, repeatable=True)
        return made


def _run_body(name: str, sha: Sha, details_url: str) -> dict[str, object]:
    body: dict[str, object] = {"name": name, "head_sha": sha}
    if details_url:
        body["details_url"] = details_url
    return body


def _is(run: dict[str, Any], body: dict[str, object]) -> bool:
    """Whether a run that was found is the one that was sent."""
    same = run["status"] == body["status"]
    return same and (run["external_id"] or "") == body.get("external_id", "")


def _annotation(annotation: Annotation) -> dict[str, object]:
    return {
        "path": annotation.path,
        "start_line": annotation.line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    }
