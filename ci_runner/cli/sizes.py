"""`schema-ci stats`: how large the tables of a real database are."""

from __future__ import annotations

import os

import click

from ci_runner.cli.common import Common, common


@click.command()
@click.argument("source", metavar="SRC")
@common
def stats(common: Common, source: str) -> None:
    """Print the sizes of a database's tables, for `--stats` and `stats.file`.

    SRC is postgres://..., sqlite://FILE, or env:NAME for a URL in the environment. The database is
    only read, from its own estimates: nothing is locked, counted or written there.
    """
    from ci_runner.errors import UsageError
    from ci_runner.pipeline.measured import measured
    from ci_runner.schema.sizes import dump

    if source.startswith("env:"):
        name = source.removeprefix("env:")
        source = os.environ.get(name, "")
        if not source:
            raise UsageError(
                f"the environment variable {name} is not set",
                next_step=f"set {name}, or give a URL",
            )
    common.out.redactor.register_url(source)
    common.out.result(dump(measured(source)))
