"""`schema-ci dev clean`: remove what dead runs left behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, config_option

if TYPE_CHECKING:
    from ci_runner.devdb.engine import DevUrl
    from ci_runner.devdb.leftovers import Swept

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"(?P<count>\d{1,6})(?P<unit>[smhd])")


@click.group()
def dev() -> None:
    """Look after dev databases."""


@dev.command()
@click.option("--older-than", default="", metavar="AGE", help="Only what is older: 90m, 2h, 1d.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@config_option
@common
def clean(common: Common, older_than: str, config: str, *, dry_run: bool) -> None:
    """Remove databases, folders and containers that dead runs left behind.

    Looks on this machine and, where a dev URL is that of a server, on that server; where it is a
    docker:// one, on the engine of containers. Only what carries a marker of schema-ci is touched,
    and nothing whose run may be alive.
    """
    from ci_runner.devdb.leftovers import NotRemoved, sweep
    from ci_runner.errors import DatabaseError

    age = _age(older_than) if older_than else None
    stuck = 0
    for each in sweep(*_dev_urls(common, config), older_than=age, dry_run=dry_run):
        common.out.result(f"{_said(each, dry_run=dry_run)}\n")
        stuck += isinstance(each, NotRemoved)
    if stuck:
        raise DatabaseError(
            f"{stuck} of what dead runs left could not be removed",
            next_step="the lines above say why",
        )


def _age(text: str) -> timedelta:
    from ci_runner.errors import UsageError

    if match := _AGE.fullmatch(text):
        return timedelta(**{_UNITS[match["unit"]]: int(match["count"])})
    raise UsageError(f"{text!r} is no age", next_step="write one such as 90m, 2h or 1d")


def _said(swept: Swept, *, dry_run: bool) -> str:
    from ci_runner.devdb.leftovers import Kept, NotRemoved, Removed

    match swept:
        case Removed(leftover):
            return f"{'would remove' if dry_run else 'removed'} {leftover}"
        case Kept(leftover, reason):
            return f"kept {leftover}: {reason}"
        case NotRemoved(leftover, error):
            return f"could not remove {leftover}: {error.what}: {error.said}"


def _dev_urls(common: Common, config: str) -> list[DevUrl]:
    """As flag, environment or file say them; none for the ladder, which is all on this machine."""
    from ci_runner.cli.workspace import open_settings
    from ci_runner.devdb.url import parse

    # Without a file some project's dialect must be told, whichever: none is opened.
    flags = {"dialect": common.dialect or "sqlite"}
    settings = open_settings(common, config, flags).config
    said = (settings.dev, *(each.dev for each in settings.projects if each.dev))
    return [parse(url) for url in dict.fromkeys(each.url for each in said if each.url)]
