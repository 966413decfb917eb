"""What a person sees: the result on stdout, everything else on stderr, nothing secret on either."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from secrets import token_hex

import click

from ci_runner.log import Level, Log, disarmed, inert
from ci_runner.secrets import Redactor

_UNGUESSABLE = 32
_CHANGED = r"[not as it is: what this log would obey is shown as \u{..}; --format json has it]"


class Terminal:
    """One command's two streams. `log` writes to stderr, `result` to stdout."""

    def __init__(self, level: Level, redactor: Redactor, *, no_color: bool = False) -> None:
        self.redactor = redactor
        self._obeyed: set[str] = set()
        self.result_color = wants_color(sys.stdout, no_color=no_color)
        self.log = Log(
            sys.stderr,
            level=level,
            color=wants_color(sys.stderr, no_color=no_color),
            redact=redactor.redact,
        )

    def result(self, text: str) -> None:
        """The command's answer to a person."""
        self.log.clear()
        if text:
            click.echo(self.redactor.redact(text), nl=not text.endswith("\n"))

    def verbatim(self, text: str) -> None:
        """An answer for a program: SQL and JSON pass as they are but for secrets.

        Where GitHub would obey a line of it, two lines around it tell GitHub not to. Other logs
        know no such lines: what they would obey is shown in letters, below a line that says so. Who
        feeds such a text to a program through a pipe gets an error from that program, and not its
        effect.
        """
        if os.environ.get("GITHUB_ACTIONS") == "true" and disarmed(text) != text:
            word = token_hex(_UNGUESSABLE)
            end = "" if text.endswith("\n") else "\n"
            text = f"::stop-commands::{word}\n{text}{end}::{word}::\n"
        elif _obeys_escapes(os.environ) and (shown := inert(text)) != text:
            text = f"{_CHANGED}\n{shown}"
        self.result(text)

    def obey(self, commands: Iterable[str]) -> None:
        """Lines that the CI's runner obeys and does not show, each once. They may hold secrets."""
        for command in commands:
            if command not in self._obeyed:
                self._obeyed.add(command)
                click.echo(command, nl=False, err=True)


def _obeys_escapes(environ: Mapping[str, str]) -> bool:
    """Whether stdout is a log of GitLab or CircleCI, which show colours, and GitLab sections."""
    return "true" in {environ.get("GITLAB_CI"), environ.get("CIRCLECI")}


def wants_color(stream: object, *, no_color: bool) -> bool:
    """Colour only for a person who did not decline it: no-color.org."""
    isatty = getattr(stream, "isatty", None)
    return not no_color and not os.environ.get("NO_COLOR") and bool(isatty and isatty())
