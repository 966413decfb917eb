"""A comment that started a job of GitHub Actions: the event `issue_comment`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ci_runner.errors import ConfigError, UsageError
from ci_runner.frozen import frozen
from ci_runner.providers.github_actions import read_event


@frozen
class CommentEvent:
    """A comment on a pull request, as it was written. `line` is its first line.

    `is_new` is False for one that was edited or deleted; `is_person` for one of a bot.
    """

    number: int
    id: int
    line: str
    author: str
    is_new: bool
    is_person: bool
    created_at: datetime


def comment_event(environ: Mapping[str, str]) -> CommentEvent | None:
    """None for a comment on an issue. Raises UsageError where no comment started this job."""
    if environ.get("GITHUB_EVENT_NAME") != "issue_comment":
        raise UsageError(
            "no comment started this job",
            said=f"the event is {environ.get('GITHUB_EVENT_NAME') or '(none)'}",
            next_step="run it in a workflow of GitHub `on: issue_comment`: docs/commands.md",
        )
    path = environ.get("GITHUB_EVENT_PATH", "")
    event = read_event(path)
    try:
        if "pull_request" not in event["issue"]:
            return None
        comment = event["comment"]
        user = comment["user"] or {"login": "", "type": ""}
        return CommentEvent(
            number=int(event["issue"]["number"]),
            id=int(comment["id"]),
            line=str(comment["body"] or "").replace("\r\n", "\n").partition("\n")[0],
            author=str(user["login"]),
            is_new=event["action"] == "created",
            is_person=user["type"] == "User",
            created_at=datetime.fromisoformat(comment["created_at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise ConfigError(
            "GITHUB_EVENT_PATH holds no comment as GitHub writes it",
            where=path,
            said=f"{type(wrong).__name__}: {wrong}",
        ) from wrong
