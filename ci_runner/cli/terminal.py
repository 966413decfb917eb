"""What a person sees: the result on stdout, everything else on stderr, nothing secret on either."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import click

from ci_runner.secrets import Redactor

F = TypeVar("F", bound=Callable[..., object])
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_COMMAND = re.compile(r"^(\s*)::|##\[", re.MULTILINE)


@dataclass(slots=True)
class Terminal:
    """Verbosity counts from -1 (quiet) to 1 (verbose)."""

    verbosity: int = 0
    color: bool = False
    redactor: Redactor = field(default_factory=Redactor)

    @staticmethod
    def for_errors() -> Terminal:
        return Terminal(color=wants_color(no_color=False), redactor=Redactor.of_environment())

    def say(self, text: str) -> None:
        if self.verbosity >= 0:
            self._write(text)

    def detail(self, text: str) -> None:
        if self.verbosity > 0:
            self._write(text)

    def error(self, text: str) -> None:
        head = click.style("error:", fg="red", bold=True) if self.color else "error:"
        click.echo(f"{head} {self.clean(text)}", err=True)

    def result(self, text: str) -> None:
        """The command's answer, on stdout. SQL and JSON pass as they are but for secrets."""
        if text:
            click.echo(self.redactor.redact(text), nl=not text.endswith("\n"))

    def _write(self, text: str) -> None:
        click.echo(self.clean(text), err=True)

    def clean(self, text: str) -> str:
        """No secret, no control character, no line that a CI would take for a command."""
        safe = _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", self.redactor.redact(text))
        return _COMMAND.sub(
            lambda found: found[0].replace("::", ":\u200b:").replace("##[", "##\u200b["), safe
        )


def wants_color(*, no_color: bool) -> bool:
    return not no_color and "NO_COLOR" not in os.environ and sys.stderr.isatty()


def common(function: F) -> F:
    """The options that every command takes."""
    for option in (
        click.option("--no-color", is_flag=True, help="plain text; NO_COLOR does the same"),
        click.option("-q", "--quiet", is_flag=True, help="errors only"),
        click.option("-v", "--verbose", is_flag=True, help="say more"),
        click.option("--dialect", type=click.Choice(["postgres", "sqlite"]), help="the engine"),
        click.option("--dev-url", metavar="URL", help="the dev database (default: one of our own)"),
    ):
        function = option(function)
    return function


def terminal(*, verbose: bool, quiet: bool, no_color: bool, dev_url: str | None = None) -> Terminal:
    """The terminal of one command, which knows every secret that it was given."""
    redactor = Redactor.of_environment()
    if dev_url:
        redactor.register_url(dev_url)
    return Terminal(int(verbose) - int(quiet), wants_color(no_color=no_color), redactor)
