"""`schema-ci schema diff` and `schema-ci schema inspect`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from ci_runner.cli.terminal import Terminal, common, terminal
from ci_runner.errors import DriftError, UsageError

_FORMATS = click.Choice(["sql", "json"])


@click.group()
def schema() -> None:
    """Compare and show schemas: files, folders, migration directories, databases."""


@schema.command()
@click.option("--from", "from_", required=True, metavar="SRC", help="the schema to start from")
@click.option("--to", required=True, metavar="SRC", help="the schema to reach")
@click.option("--format", "format_", type=_FORMATS, default="sql", show_default=True)
@click.option("--check", is_flag=True, help="exit with 3 when they differ")
@common
def diff(
    from_: str,
    to: str,
    format_: str,
    *,
    check: bool,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Print the SQL that leads from one schema to another; nothing when they are equal.

    SRC is a .sql file, a folder of them, a migration directory, a database URL, or `empty`.
    """
    from ci_runner.devdb.provision import provision
    from ci_runner.migrations.plan import make_plan, sql
    from ci_runner.pipeline.sources import load

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    for source in (from_, to):
        out.redactor.register_url(source)
    name = _dialect(dialect, dev_url, from_, to)
    with provision(dev_url or "", name, say=out.detail) as server:
        old, new = load(server, from_), load(server, to)
        plan = make_plan(server.dialect, old, new)
    for identity in sorted({*old.unmanaged, *new.unmanaged}):
        out.say(f"not compared: {identity}")
    if format_ == "json":
        statements = [asdict(statement) for statement in plan.statements]
        skipped = sorted({str(each) for each in (*old.unmanaged, *new.unmanaged)})
        out.result(json.dumps({"statements": statements, "unmanaged": skipped}, indent=2))
    else:
        out.result(sql(plan))
    if check and plan.statements:
        raise DriftError(
            f"the schemas differ: {len(plan.statements)} statements lead from one to the other"
        )


@schema.command()
@click.argument("source", metavar="SRC")
@click.option("--format", "format_", type=_FORMATS, default="sql", show_default=True)
@common
def inspect(
    source: str,
    format_: str,
    *,
    dev_url: str | None,
    dialect: str | None,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Print a schema as SQL that makes it, or as JSON."""
    from ci_runner.devdb.provision import provision
    from ci_runner.pipeline.sources import load

    out = terminal(verbose=verbose, quiet=quiet, no_color=no_color, dev_url=dev_url)
    out.redactor.register_url(source)
    with provision(dev_url or "", _dialect(dialect, dev_url, source), say=out.detail) as server:
        found = load(server, source)
        statements = server.dialect.create(found)
    _name_unmanaged(out, [str(each) for each in found.unmanaged])
    if format_ == "json":
        objects = [{"kind": each.identity.kind, **asdict(each)} for each in found.objects]
        document = {
            "dialect": found.dialect,
            "objects": objects,
            "unmanaged": [str(each) for each in found.unmanaged],
        }
        out.result(json.dumps(document, indent=2))
    else:
        out.result("".join(f"{statement.sql};\n" for statement in statements))


def _name_unmanaged(out: Terminal, names: list[str]) -> None:
    for name in names:
        out.say(f"not shown: {name}")


def _dialect(given: str | None, dev_url: str | None, *sources: str) -> str:
    """The dialect: as told, else as the dev URL or a database URL settles it."""
    from ci_runner.devdb.provision import dialect_of
    from ci_runner.pipeline.sources import dialect_of_source

    if given:
        return given
    if dev_url:
        return dialect_of(dev_url)
    for source in sources:
        found = dialect_of_source(source)
        if found:
            return found
        if Path(source).suffix in {".db", ".sqlite"}:
            return "sqlite"
    raise UsageError("which engine?", next_step="give --dialect postgres or sqlite, or --dev-url")
