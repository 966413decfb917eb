"""GitHub Actions: its environment and event file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ci_runner.context import Build, MergeGroup, PullRequest, Repository, Sha, Upstream
from ci_runner.errors import ConfigError

_INPUT = "pull-request"
_DIGITS = 10


def detect(environ: Mapping[str, str]) -> Build | None:
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    slug, server = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_SERVER_URL", "")
    api = environ.get("GITHUB_API_URL", "")
    for name, value in (("GITHUB_REPOSITORY", slug), ("GITHUB_API_URL", api)):
        if not value:
            raise ConfigError(f"{name} is not set", next_step="GitHub Actions sets it: keep it")
    web = f"{server.rstrip('/')}/{slug}" if server else ""
    run = environ.get("GITHUB_RUN_ID", "")
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "1")
    if not attempt.isdecimal():
        raise ConfigError("GITHUB_RUN_ATTEMPT is not a number", said=attempt)
    event = read_event(environ.get("GITHUB_EVENT_PATH", ""))
    try:
        pull, default = _pull_request(event), _default_branch(event)
        number, upstream, group = _number(event), _upstream(event, web), _merge_group(event)
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise ConfigError(
            "GITHUB_EVENT_PATH holds no event as GitHub writes it",
            where=environ["GITHUB_EVENT_PATH"],
            said=f"{type(wrong).__name__}: {wrong}",
        ) from wrong
    return Build(
        provider="github-actions",
        repository=Repository(
            "github",
            slug,
            web,
            api.rstrip("/"),
            environ.get("GITHUB_GRAPHQL_URL", "").rstrip("/"),
        ),
        pull_request=pull,
        event=environ.get("GITHUB_EVENT_NAME", ""),
        run_id=run,
        run_attempt=int(attempt),
        run_url=f"{web}/actions/runs/{run}" if web and run else "",
        default_branch=default,
        number=number,
        upstream=upstream,
        merge_group=group,
    )


def read_event(path: str) -> Any:  # noqa: ANN401 - the JSON edge
    """The JSON object in the event's file, {} where there is no file. Raises ConfigError."""
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise ConfigError(
            "GITHUB_EVENT_PATH can't be read as JSON", where=path, said=str(unreadable)
        ) from unreadable
    if not isinstance(event, dict):
        raise ConfigError("GITHUB_EVENT_PATH is not a JSON object", where=path)
    return event


def _default_branch(event: Any) -> str:  # noqa: ANN401 - the JSON edge
    return str(event.get("repository", {}).get("default_branch", ""))


def _pull_request(event: Any) -> PullRequest | None:  # noqa: ANN401 - the JSON edge
    if (pull := event.get("pull_request")) is None:
        return None
    head, base = pull["head"], pull["base"]
    return PullRequest(
        number=int(pull["number"]),
        head_sha=Sha(str(head["sha"])),
        head_branch=str(head["ref"]),
        head_slug=str(head["repo"]["full_name"]) if head["repo"] else "",
        base_sha=Sha(str(base["sha"])),
        base_branch=str(base["ref"]),
        base_slug=str(base["repo"]["full_name"]),
        draft=bool(pull.get("draft", False)),
    )


def _number(event: Any) -> int:  # noqa: ANN401 - the JSON edge
    """What a person typed into the form of a workflow_dispatch; 0 where nothing was asked."""
    typed = str((event.get("inputs") or {}).get(_INPUT) or "").strip().removeprefix("#")
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdigit() and len(typed) < _DIGITS):
        raise ConfigError(
            f"the input `{_INPUT}` is no number of a pull request",
            said=typed,
            next_step="start the workflow again with one, such as 7",
        )
    return int(typed)


def _upstream(event: Any, web: str) -> Upstream | None:  # noqa: ANN401 - the JSON edge
    """The run that a workflow_run speaks of; its own list of pull requests is empty for forks."""
    if (run := event.get("workflow_run")) is None:
        return None
    repository = run["head_repository"]
    return Upstream(
        head_sha=Sha(str(run["head_sha"])),
        head_branch=str(run["head_branch"] or ""),
        head_slug=str(repository["full_name"]) if repository else "",
        run_url=f"{web}/actions/runs/{int(run['id'])}" if web else "",
    )


def _merge_group(event: Any) -> MergeGroup | None:  # noqa: ANN401 - the JSON edge
    if (group := event.get("merge_group")) is None:
        return None
    return MergeGroup(
        Sha(str(group["head_sha"])), str(group["base_ref"]).removeprefix("refs/heads/")
    )
