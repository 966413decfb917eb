"""The options that every command takes, turned into the one value that every command gets."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click

from ci_runner.cli.terminal import Terminal
from ci_runner.frozen import frozen
from ci_runner.log import Level
from ci_runner.secrets import Redactor

if TYPE_CHECKING:
    from ci_runner.pipeline.shards import Shard

P = ParamSpec("P")
R = TypeVar("R")


@frozen
class Common:
    """The terminal, and what was said of the dev database; "" where nothing was."""

    out: Terminal
    dev_url: str
    dialect: str
    cache_dir: str = ""

    @property
    def flags(self) -> dict[str, object]:
        """By option key, as the configuration is loaded with."""
        return {
            "dev.url": self.dev_url,
            "dialect": self.dialect,
            "dev.cache-dir": self.cache_dir,
        }


_OPTIONS = (
    click.option("--no-color", is_flag=True, help="Plain text; NO_COLOR does the same."),
    click.option("-q", "--quiet", is_flag=True, help="Warnings and errors only."),
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
    click.option(
        "--dialect", type=click.Choice(["postgres", "mysql", "sqlite"]), help="The engine."
    ),
    click.option("--cache-dir", metavar="DIR", help="Keep what merged files reach here."),
    click.option("--dev-url", metavar="URL", help="The dev database (default: one of our own)."),
)


config_option = click.option(
    "--config", default="", metavar="FILE", help="Instead of schema-ci.toml."
)
project_option = click.option(
    "--project", "names", multiple=True, metavar="NAME", help="Only this project; may be repeated."
)
online_option = click.option(
    "--online/--no-online",
    default=None,
    help="Plan forms that let readers and writers go on (default: on).",
)

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Print what would be told to the forge, and tell it nothing."
)
stats_option = click.option(
    "--stats", metavar="FILE", help="Sizes of the real tables, from `schema-ci stats`."
)


def _as_shard(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> Shard | None:
    """Part (2, 3) of `2/3`, which is the second of three."""
    from ci_runner.pipeline.shards import Shard
    from ci_runner.report.sound import shard

    if value is None:
        return None
    if (part := shard(value)) is None:
        problem = f"{value!r} is no part such as 2/3, the second of three"
        raise click.BadParameter(problem, context, parameter)
    return Shard(*part)


shard_option = click.option(
    "--shard", callback=_as_shard, metavar="I/N", help="Only this part of the projects."
)


def selecting(function: Callable[P, R]) -> Callable[P, R]:
    """Add what says which objects, and which rights on them, are compared."""
    for option in _SELECTING:
        function = option(function)
    return function


def declaring(function: Callable[P, R]) -> Callable[P, R]:
    """Add what answers, or asks for, the questions of a plan."""
    for option in _DECLARING:
        function = option(function)
    return function


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """What these flags say, by option key; without those that were not given."""
    return {
        f"diff.{name.replace('_', '-')}": value
        for name, value in flags.items()
        if value not in (None, ())
    }


def _either(name: str, compared: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    return click.option(
        f"--{name}/--no-{name}", default=None, help=f"Compare {compared}, or leave them out."
    )


_SELECTING = (
    _either("column-order", "the order of columns"),
    _either("owners", "owners"),
    _either("default-privileges", "default privileges"),
    _either("grants", "grants"),
    click.option(
        "--exclude", multiple=True, metavar="PATTERN", help="Leave out what it matches: *.audit_*."
    ),
    click.option(
        "--include", multiple=True, metavar="PATTERN", help="Only what it matches: public.*."
    ),
)
strict_option = click.option(
    "--strict",
    is_flag=True,
    default=None,
    help="What is not compared, and open questions, are errors.",
)
_DECLARING = (
    strict_option,
    click.option("--drop", multiple=True, metavar="NAME", help="It is dropped, and not renamed."),
    click.option(
        "--rename", multiple=True, metavar="'OLD -> NEW'", help="It is renamed, and not dropped."
    ),
)


def common(function: Callable[Concatenate[Common, P], R]) -> Callable[P, R]:
    """Add the common options and hand them to `function` as its first argument."""

    @functools.wraps(function)
    def command(*arguments: P.args, **options: P.kwargs) -> R:
        given: dict[str, Any] = {name: options.pop(name) for name in _NAMES}
        return function(_common(**given), *arguments, **options)

    for option in _OPTIONS:
        command = option(command)
    return command


_NAMES = ("no_color", "quiet", "verbose", "dialect", "dev_url", "cache_dir")


def _common(
    *,
    no_color: bool,
    quiet: bool,
    verbose: bool,
    dialect: str | None,
    dev_url: str | None,
    cache_dir: str | None,
) -> Common:
    """The terminal knows every secret that the command was given, and so do its last words."""
    redactor = click.get_current_context().ensure_object(Redactor)
    if dev_url:
        redactor.register_url(dev_url)
    level = Level.QUIET if quiet else Level.VERBOSE if verbose else Level.NORMAL
    terminal = Terminal(level, redactor, no_color=no_color)
    return Common(terminal, dev_url or "", dialect or "", cache_dir or "")
