"""`schema-ci schema diff` and `schema-ci schema inspect`."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from ci_runner.cli.common import (
    Common,
    common,
    config_option,
    declaring,
    given,
    online_option,
    selecting,
)
from ci_runner.migrations.delimited import delimited
from ci_runner.schema.model import Identity, Schema

if TYPE_CHECKING:
    from ci_runner.pipeline.options import Terms
    from ci_runner.pipeline.workspace import Workspace

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
@declaring
@selecting
@online_option
@_FORMAT
@config_option
@common
def diff(
    common: Common,
    /,
    from_: str,
    to: str,
    format_: str,
    config: str,
    *,
    check: bool,
    **flags: object,
) -> None:
    """Print the SQL that leads from one schema to another; nothing when they are equal.

    SRC is a .sql file, a folder of them, a migration directory, a database URL, or `empty`. The
    plan has been run on a dev database and seen to reach the schema.
    """
    from ci_runner.pipeline.servers import one_server

    dialect = _dialect(common, from_, to)
    workspace = _workspace(common, config, dialect, flags)
    terms = _terms(workspace)
    with one_server(workspace, dialect, common.out.log, sources=(from_, to)) as server:
        from ci_runner.pipeline.schema_diff import schema_diff

        compared = schema_diff(server, from_, to, terms)
    from ci_runner.cli.planned import document, refuse_open_ends, warn
    from ci_runner.errors import DriftError
    from ci_runner.migrations.plan import sql

    warn(common, compared, terms)
    if format_ == "json":
        common.out.verbatim(json.dumps(document(compared), indent=2))
    else:
        common.out.verbatim(sql(compared.plan))
    if terms.strict:
        refuse_open_ends(compared.unmanaged, compared.questions)
    if check and compared.plan.statements:
        count = len(compared.plan.statements)
        raise DriftError(f"the schemas differ: {count} statements lead from one to the other")


@schema.command()
@click.argument("source", metavar="SRC")
@selecting
@_FORMAT
@config_option
@common
def inspect(common: Common, /, source: str, format_: str, config: str, **flags: object) -> None:
    """Print a schema as SQL that makes it, or as JSON."""
    from ci_runner.pipeline.compare import kinds_left, left_out_said
    from ci_runner.pipeline.servers import one_server
    from ci_runner.pipeline.sources import load
    from ci_runner.schema.select import select

    dialect = _dialect(common, source)
    workspace = _workspace(common, config, dialect, flags)
    terms = _terms(workspace)
    with one_server(workspace, dialect, common.out.log, sources=(source,)) as server:
        whole = load(server, source, terms.sizes)
        sides = select(whole, whole, terms.selection)
        found = sides.new
        made = server.dialect.create(found, terms.options)
    # A fresh database has a schema: left out, it is not to be dropped.
    statements = [each for each in made if each.object not in sides.left_out]
    left = kinds_left(Schema(found.dialect), found, terms.options.leave)
    skipped = [*(str(each) for each in sorted(found.unmanaged)), *left]
    for name in skipped:
        common.out.log.warn(f"not shown: {name}")
    for idle in sides.idle:
        common.out.log.warn(f"{idle} matches nothing")
    if sides.left_out:
        common.out.log.warn(left_out_said(sides.left_out, terms))
    if format_ == "json":
        objects = [
            {"kind": each.identity.kind, **asdict(each, dict_factory=_named)}
            for each in found.objects
            if each.identity.kind not in terms.options.leave
        ]
        document = {"dialect": found.dialect, "objects": objects, "unmanaged": skipped}
        common.out.verbatim(json.dumps(document, indent=2))
    else:
        common.out.verbatim("".join(delimited(f"{statement.sql};\n") for statement in statements))


@schema.command("lint")
@click.argument("source", metavar="SRC")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif", "junit", "codequality", "github", "markdown"]),
    default="text",
)
@config_option
@click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]))
@common
def lint_(common: Common, /, source: str, format_: str, config: str, fail_on: str | None) -> int:
    """Judge a schema by the team's own rules: `[[rule]]` in schema-ci.toml.

    SRC is as for `schema diff`; a database is only read.
    """
    from ci_runner.cli.workspace import open_settings
    from ci_runner.lint.team import of_schema
    from ci_runner.pipeline.policy import in_force
    from ci_runner.pipeline.reported import as_reported
    from ci_runner.pipeline.servers import one_server
    from ci_runner.pipeline.sources import load
    from ci_runner.report.findings import render_text
    from ci_runner.report.formats import FORMATS
    from ci_runner.report.verdict import fails

    dialect = _dialect(common, source)
    flags = {"dialect": dialect, "lint.fail-on": fail_on}
    workspace = open_settings(common, config, flags)
    settings = workspace.config
    policy = in_force(replace(workspace, git=None))
    with one_server(workspace, dialect, common.out.log, sources=(source,)) as server:
        found = load(server, source)
    place = common.out.redactor.redact(source)
    judged = policy.judge(of_schema(policy.team_rules, found, place))
    shown = tuple(as_reported(each) for each in judged.findings)
    if format_ == "text":
        common.out.result(render_text(shown, color=common.out.result_color))
    else:
        common.out.result(FORMATS[format_](shown, settings.fail_on))
    return int(any(fails(each.severity, settings.fail_on) for each in shown))


def _named(fields: list[tuple[str, object]]) -> dict[str, object]:
    """An object's fields; what names another object says kind, schema, name and parent."""
    return {name: _spelled(value) for name, value in fields}


def _spelled(value: object) -> object:
    if isinstance(value, Identity):
        return value._asdict()
    return [_spelled(each) for each in value] if isinstance(value, tuple | list) else value


def _workspace(common: Common, config: str, dialect: str, flags: dict[str, object]) -> Workspace:
    """What schema-ci.toml, where there is one, and the flags agree on."""
    from ci_runner.cli.workspace import open_settings

    return open_settings(common, config, {**given(flags), "dialect": dialect})


def _terms(workspace: Workspace) -> Terms:
    from ci_runner.pipeline.options import terms

    return terms(workspace.config)


def _dialect(common: Common, *sources: str) -> str:
    """As told, else as the dev URL or a database settles it. Passwords in sources are hidden."""
    from ci_runner.devdb.url import dialect_of
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
    raise UsageError(
        "which engine?", next_step="give --dialect postgres, mysql or sqlite, or --dev-url"
    )
