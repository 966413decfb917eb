"""What `lint` and `dry-run` look at: files by name, or what is new since a commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ci_runner.cli.common import Common
from ci_runner.cli.workspace import open_config, open_workspace
from ci_runner.config.model import Config
from ci_runner.devdb.provision import dialect_of, provision
from ci_runner.devdb.replay import rehearse, replay
from ci_runner.devdb.server import Server
from ci_runner.errors import UsageError
from ci_runner.lint.check import check
from ci_runner.lint.rule import Finding, Review, Severity
from ci_runner.pipeline import assemble
from ci_runner.pipeline.review import Reviewed
from ci_runner.pipeline.run import examine, unreviewed
from ci_runner.pipeline.servers import servers
from ci_runner.pipeline.sources import scripts
from ci_runner.report.model import ReportedStep

_DEFAULT_LEVEL = "error"


def lint_files(
    common: Common,
    files: tuple[str, ...],
    setup: str | None,
    config: str,
    flags: Mapping[str, object],
) -> tuple[tuple[Finding, ...], str]:
    """Files alone, on a database that `setup` has prepared; and the severity to fail from."""
    loaded = open_config(common, config, flags)
    url = str(loaded.dev_url) if loaded else common.dev_url
    dialect = _dialect(common, loaded, url)
    severities = {name: Severity(each) for name, each in loaded.rules.items()} if loaded else {}
    log = common.out.log
    with provision(url, dialect, say=log.info) as server:
        found = judge(server, files, setup, severities, progress=log.step)
    log.clear()
    level = loaded.fail_on if loaded else str(flags.get("lint.fail-on") or _DEFAULT_LEVEL)
    return found, level


def judge(
    server: Server,
    files: Sequence[str],
    setup: str | None,
    severities: Mapping[str, Severity],
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Findings on files alone. Without `setup` nobody knows what they stand on."""
    engine = server.dialect
    with server.database() as connection:
        if setup:
            replay(connection, scripts(engine, setup))
        new = tuple(each for name in files for each in scripts(engine, name))
        history = rehearse(connection, engine, new, progress=progress, compared=False)
    known = setup is not None
    return check(
        Review(engine.name, engine.default_schema, history.base, history.steps, base_known=known),
        severities,
    )


def _dialect(common: Common, loaded: Config | None, url: str) -> str:
    """As told, else what the dev URL or the configured projects leave no doubt about."""
    if common.dialect:
        return common.dialect
    if url:
        return dialect_of(url)
    configured = {project.dialect for project in loaded.projects} if loaded else set()
    if len(configured) == 1:
        return configured.pop()
    raise UsageError("which engine?", next_step="give --dialect postgres or sqlite, or --dev-url")


def lint_changes(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> tuple[tuple[Finding, ...], str]:
    """New files of every configured project; and the severity to fail from."""
    reviewed, loaded = _reviewed(common, config, base, latest, flags)
    return tuple(finding for each in reviewed for finding in each.findings), loaded.fail_on


def rehearsed(
    common: Common, config: str, base: str | None, latest: int | None
) -> tuple[ReportedStep, ...]:
    """What each new statement did. Raises SqlError when what is merged does not run."""
    reviewed, _ = _reviewed(common, config, base, latest, {})
    for each in reviewed:
        if each.problem:
            raise unreviewed(each)
    return tuple(step for each in reviewed for step in assemble.project(each, wrote=False).steps)


def _reviewed(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> tuple[list[Reviewed], Config]:
    if base is None and latest is None:
        raise UsageError("which files are new?", next_step="give --base REF or --latest N")
    if base is not None and latest is not None:
        raise UsageError("--base and --latest exclude each other", next_step="give one of them")
    workspace = open_workspace(common, config=config, base=base, flags=flags)
    found = []
    with servers(workspace.config, common.out.log) as server:
        for project in workspace.config.projects:
            if latest is None:
                change = replace(workspace.change(project), schema=())
            else:
                change = workspace.latest(project, latest)
            found.append(examine(server(project.dialect), workspace, change, common.out.log))
    return found, workspace.config
