"""Reactions to a comment, and runs of a workflow that it may start again, on GitHub."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from ci_runner.context import Sha
from ci_runner.forges.commanding import Reaction, WorkflowRun
from ci_runner.forges.github_api import Api


class GitHubCommands:
    """`forges.commanding.Commanding` for GitHub."""

    _api: Api
    _repo: str

    def react(self, comment: int, reaction: Reaction) -> None:
        path = f"{self._repo}/issues/comments/{comment}/reactions"
        body = {"content": reaction}
        self._api.call("react to the comment", "POST", path, body, repeatable=True)

    def pull_request_runs(self, workflow: str, sha: Sha) -> tuple[WorkflowRun, ...]:
        file = quote(workflow, safe="")
        query = f"event=pull_request&head_sha={sha}&per_page=100"
        path = f"{self._repo}/actions/workflows/{file}/runs?{query}"
        rows = self._api.pages("list the workflow's runs", path, "workflow_runs")
        found = (
            WorkflowRun(
                id=int(run["id"]),
                sha=Sha(run["head_sha"]),
                done=run["status"] == "completed",
                created_at=datetime.fromisoformat(run["created_at"]),
                url=run["html_url"],
            )
            for run in rows
            if run["event"] == "pull_request"
        )
        return tuple(sorted(found, key=lambda run: run.created_at, reverse=True))

    def rerun(self, run: int) -> None:
        path = f"{self._repo}/actions/runs/{run}/rerun"
        self._api.call("start the review again", "POST", path)
