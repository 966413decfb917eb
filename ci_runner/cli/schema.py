"""`schema-ci schema diff` and `schema-ci schema inspect`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import Common, common, online_option

if TYPE_CHECKING:
    from ci_runner.schema.model import Identity

_FORMAT = click.option(
    "--format", "format_", type=click.Choice(["sql", "json"]), default="sql", show_default=True
)


@click.group()
def schema() -> None:
    """Compare and show schemas: files, folders, migration directories, databases."""


@schema.command()
@click.option("--from", "from_", required=True, metavar="SRC", help="The schema to start from.")
@click.option("--to", required=True, metavar="SRC", help="The schema to reach.")
@click.option("--check", is_flag=True, help="Exit with 3 when they differ.")
@online_option
@_FORMAT
@common
def diff(
    common: Common, from_: str, to: str, format_: str, *, check: bool, online: bool | None
) -> None:
    """Print the SQL that leads from one schema to another; nothing when they are equal.

    SRC is a .sql file, a folder of them, a migration directory, a database URL, or `empty`.
    """
    from ci_runner.cli.workspace import setting
    from ci_runner.devdb.provision import provision
    from ci_runner.dialects.base import PlanOptions
    from ci_runner.errors import DriftError
    from ci_runner.migrations.plan import make_plan, sql
    from ci_runner.pipeline.sources import load

    dialect = _dialect(common, from_, to)
    options = PlanOptions(online=bool(setting("diff.online", online)))
    with provision(common.dev_url, dialect, say=common.out.log.info) as server:
        old, new = load(server, from_), load(server, to)
        plan = make_plan(server.dialect, old, new, options)
    skipped = _unmanaged(common, {*old.unmanaged, *new.unmanaged}, "compared")
    if format_ == "json":
        statements = [{**asdict(each), "object": str(each.object)} for each in plan.statements]
        common.out.result(json.dumps({"statements": statements, "unmanaged": skipped}, indent=2))
    else:
        common.out.result(sql(plan))
    if check and plan.statements:
        raise DriftError(
            f"the schemas differ: {len(plan.statements)} statements lead from one to the other"
        )


@schema.command()
@click.argument("source", metavar="SRC")
@_FORMAT
@common
def inspect(common: Common, source: str, format_: str) -> None:
    """Print a schema as SQL that makes it, or as JSON."""
    from ci_runner.devdb.provision import provision
    from ci_runner.pipeline.sources import load

    dialect = _dialect(common, source)
    with provision(common.dev_url, dialect, say=common.out.log.info) as server:
        found = load(server, source)
        statements = server.dialect.create(found)
    skipped = _unmanaged(common, found.unmanaged, "shown")
    if format_ == "json":
        objects = [{"kind": each.identity.kind, **asdict(each)} for each in found.objects]
        document = {"dialect": found.dialect, "objects": objects, "unmanaged": skipped}
        common.out.result(json.dumps(document, indent=2))
    else:
        common.out.result("".join(f"{statement.sql};\n" for statement in statements))


def _unmanaged(common: Common, skipped: Iterable[Identity], verb: str) -> list[str]:
    """Name what this version leaves out, on stderr, and return the names."""
    names = [str(each) for each in sorted(skipped)]
    for name in names:
        common.out.log.warn(f"not {verb}: {name}")
    return names


def _dialect(common: Common, *sources: str) -> str:
    """As told, else as the dev URL or a database settles it. Passwords in sources are hidden."""
    from ci_runner.devdb.provision import dialect_of
    from ci_runner.errors import UsageError
    from ci_runner.pipeline.sources import dialect_of_source

    for source in sources:
        common.out.redactor.register_url(source)
    if common.dialect:
        return common.dialect
    if common.dev_url:
        return dialect_of(common.dev_url)
    for source in sources:
        if found := dialect_of_source(source):
            return found
    raise UsageError("which engine?", next_step="give --dialect postgres or sqlite, or --dev-url")
