"""What one run publishes through: opened before the review, so that a check shows that it runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING

from ci_runner.errors import ConfigError, ForgeError, SchemaCiError
from ci_runner.forges.base import Forge
from ci_runner.forges.opening import Unavailable, open_forge
from ci_runner.forges.unsent import Unsent
from ci_runner.frozen import frozen
from ci_runner.publish.awaited import AwaitedCheck, awaited_check
from ci_runner.publish.check import check_name
from ci_runner.publish.frame import Frame, frame
from ci_runner.publish.publish import PublishSettings
from ci_runner.publish.talk import Talk
from ci_runner.report.markdown import render

if TYPE_CHECKING:
    from ci_runner.cli.terminal import Terminal
    from ci_runner.config.commits import Author
    from ci_runner.config.model import Config
    from ci_runner.context import Build, Sha
    from ci_runner.git import Git
    from ci_runner.report.model import Report

_MAX_WAIT = 120.0
_NO = ("false", "0", "no")


@frozen
class Publication:
    """`talk` is why nothing can be published where there is nobody to talk to.

    A ConfigError is told once the report is there, which then does not get lost.
    """

    talk: Talk | Unavailable | ConfigError
    settings: PublishSettings
    frame: Frame = field(default_factory=Frame)
    awaited: AwaitedCheck | None = None
    report_path: str = ""
    dry_run: bool = False

    def draw(self, report: Report, level: int) -> str:
        """The comment's text at a level of detail."""
        return self.frame.around(render(report, level))


@contextmanager
def publication(
    build: Build,
    config: Config,
    out: Terminal,
    git: Git | None,
    base: Sha | None,
    *,
    names: tuple[str, ...] = (),
    report_path: str = "",
    dry_run: bool = False,
) -> Iterator[Publication]:
    """With the check in progress until the block ends. `base` is where the frame is read.

    With `dry_run` what would be written is printed, and nothing is.
    """
    settings, around = _settings(config, names), Frame()
    try:
        talk: Talk | Unavailable | ConfigError = _talk_of(build, config, out, git)
        if dry_run and isinstance(talk, Talk):
            talk = Talk(unsent(talk.forge, out), build, talk.event)
        around = _frame(config, git, base)
    except ConfigError as error:
        talk = error
    if not isinstance(talk, Talk) or not settings.check:
        yield Publication(talk, settings, around, report_path=report_path, dry_run=dry_run)
        return
    with awaited_check(talk, settings.check_name, out.log.warn, out.redactor.redact) as awaited:
        yield Publication(talk, settings, around, awaited, report_path, dry_run)


def opened(
    build: Build, config: Config, out: Terminal, git: Git | None, *, dry_run: bool = False
) -> Publication:
    """For a report that is there already: nobody waits for it."""
    base = git.head_if_any() if git else None
    quiet = replace(config, check=False)
    with publication(build, quiet, out, git, base, dry_run=dry_run) as through:
        return replace(through, settings=_settings(config, ()))


def unsent(forge: Forge, out: Terminal) -> Forge:
    """`forge` without writes: each is a line of JSON on stdout."""

    def say(what: str, with_: Mapping[str, object]) -> None:
        out.verbatim(json.dumps({"would": what, **with_}))

    return Unsent(forge, say)


def show_failure(build: Build, out: Terminal, names: tuple[str, ...], error: SchemaCiError) -> None:
    """Let the check say why there is no review, before configuration could be read.

    Whoever waits for a required check must not wait for ever. Trouble on the way is a warning.
    """
    environ = os.environ
    if environ.get("SCHEMA_CI_CHECK", "").lower() in _NO:
        return
    name = check_name(environ.get("SCHEMA_CI_COMMENT_ID", "") or ", ".join(names))
    try:
        talk = _talk(build, _MAX_WAIT, out, None)
        if isinstance(talk, Talk):
            with awaited_check(talk, name, out.log.warn, out.redactor.redact):
                raise error
    except SchemaCiError as other:
        if other is not error:
            out.log.warn(str(other))


def _talk_of(build: Build, config: Config, out: Terminal, git: Git | None) -> Talk | Unavailable:
    return _talk(build, float(config.api_max_wait), out, git, config.commits.author)


def _talk(
    build: Build, max_wait: float, out: Terminal, git: Git | None, author: Author | None = None
) -> Talk | Unavailable:
    """The pull request on the forge that it lives on, or why there is none."""
    if build.repository is None or build.pull_request is None:
        return Unavailable("this build belongs to no pull request")
    if build.restraint is not None and not build.restraint.check:
        return Unavailable(build.restraint.reason)
    forge = open_forge(
        build.repository,
        os.environ,
        max_wait=max_wait,
        secret=out.redactor.register,
        push=partial(git.push_files, author=author) if git else None,
        author=author,
    )
    if isinstance(forge, Unavailable):
        return forge
    return Talk(forge, build, build.pull_request)


def pull_request_talk(build: Build, config: Config, out: Terminal, git: Git | None) -> Talk:
    """The build's pull request. Raises ForgeError where there is none to talk to, ConfigError."""
    talk = _talk_of(build, config, out, git)
    if isinstance(talk, Unavailable):
        raise ForgeError(
            f"nothing can be committed: {talk.reason}", next_step="or give --no-commit"
        )
    return talk


def _settings(config: Config, names: tuple[str, ...]) -> PublishSettings:
    return PublishSettings(
        directories=tuple(project.directory for project in config.projects),
        inputs=config.inputs,
        project=", ".join(names),
        commits=config.commits,
        comments=config.comments,
        check=config.check,
    )


def _frame(config: Config, git: Git | None, base: Sha | None) -> Frame:
    def read(path: str) -> bytes | None:
        return git.file_at(base, path) if git and base else None

    return frame(read, config.comments.header, config.comments.footer)
