"""A command in a comment: whether it counts, and the review that it starts again.

Nothing of the comment or the pull request is run in the job that reads it. What starts is the run
that GitHub has made for the same commit when it was pushed, with the rights that it had then.
"""

from __future__ import annotations

import shlex
from typing import Protocol

from ci_runner.forges.approving import Approving
from ci_runner.forges.base import Forge
from ci_runner.forges.commanding import Commanding, WorkflowRun
from ci_runner.frozen import frozen
from ci_runner.providers.github_comment import CommentEvent

_WORD = "/schema-ci"
# One review does all of them, so each starts the same one.
REVIEWS = ("plan", "lint", "rediff", "dry-run")
HELP = (
    "Whoever may write to this repository can start the review of the head of this pull request"
    " again, by a comment of one line:\n\n"
    + "\n".join(f"- <code>{_WORD} {name}</code>" for name in REVIEWS)
    + "\n\nEach of them is the whole review: the plan, the lint, the rehearsal. "
    f"<code>{_WORD} approve</code> with the hash of a plan approves that plan.\n"
)


@frozen
class Ignored:
    """Not meant for us, or not to be listened to: nothing was written."""

    reason: str


@frozen
class Declined:
    """Told to its writer by a reaction."""

    reason: str


@frozen
class Done:
    """`url` is the run that was started, or "" for an answer in words."""

    what: str
    url: str = ""


Answer = Ignored | Declined | Done


class CommandedForge(Approving, Commanding, Forge, Protocol):
    """A forge that knows who may write, and what they may start."""


def command_of(line: str) -> str:
    """What a comment's first line asks for, "" where it asks nothing of us.

    An approval is no command: it is read when the review looks for one.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    if len(words) != 2 or words[0] != _WORD or line.strip() != " ".join(words):
        return ""
    return words[1]


def answer(event: CommentEvent, forge: CommandedForge, workflow: str) -> Answer:
    """React with eyes, do it, and say by a second reaction how it went. Raises ForgeError.

    `workflow` is the name of the file of the workflow that reviews pull requests.
    """
    command = command_of(event.line)
    if not command or command == "approve":
        return Ignored("the comment asks nothing of schema-ci")
    if not (event.is_new and event.is_person):
        return Ignored("only a new comment of a person counts")
    if not forge.may_write(event.author):
        return Ignored(f"{event.author} may not write to this repository")
    forge.react(event.id, "eyes")
    went_well = False
    try:
        done = _done(command, event, forge, workflow)
        went_well = isinstance(done, Done)
    finally:
        forge.react(event.id, "rocket" if went_well else "confused")
    return done


def _done(
    command: str, event: CommentEvent, forge: CommandedForge, workflow: str
) -> Declined | Done:
    if command == "help":
        made = forge.create_comment(event.number, HELP)
        return Done("help", made.url)
    if command not in REVIEWS:
        return Declined(f"there is no command {command!r}: {_WORD} help")
    pull = forge.pull_request(event.number)
    if not pull.open:
        return Declined("the pull request is closed")
    if pull.head_slug.lower() != pull.base_slug.lower():
        return Declined("the pull request comes from a fork")
    runs = forge.pull_request_runs(workflow, pull.head_sha)
    return _started(command, event, forge, runs)


def _started(
    command: str, event: CommentEvent, forge: Commanding, runs: tuple[WorkflowRun, ...]
) -> Declined | Done:
    """The newest run of the head, which its writer must have seen: it began before the comment."""
    if not runs:
        return Declined("the head has no run of the review yet")
    run = runs[0]
    if run.created_at > event.created_at:
        return Declined("the head moved after the comment was written")
    if not run.done:
        return Declined("the review is running already")
    forge.rerun(run.id)
    return Done(command, run.url)
