"""`lint FILES...`: files that are judged without the directory that they are from."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from ci_runner.cli.common import Common
from ci_runner.cli.linted import Linted, within
from ci_runner.cli.workspace import open_config, open_settings
from ci_runner.config.model import Config
from ci_runner.devdb.url import dialect_of
from ci_runner.dialects.collection import uncollected
from ci_runner.dialects.language import language
from ci_runner.errors import UsageError
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding
from ci_runner.pipeline import options
from ci_runner.pipeline.by_text import judge_texts
from ci_runner.pipeline.policy import in_force
from ci_runner.pipeline.production import production
from ci_runner.pipeline.workspace import Workspace
from ci_runner.schema.production import Production

_DEFAULT_LEVEL = "error"


def lint_files(
    common: Common,
    files: tuple[str, ...],
    setup: str | None,
    config: str,
    flags: Mapping[str, object],
    *,
    static: bool = False,
) -> Linted:
    """Files alone, on a database that `setup` has prepared, or by their text where `static`."""
    workspace = open_config(common, config, flags)
    loaded = workspace.config if workspace else None
    url = str(loaded.dev.url) if loaded else common.dev_url
    dialect = _dialect(common, loaded, url)
    if workspace:
        policy = in_force(workspace)
    else:
        policy = Policy(today=datetime.now(UTC).date())
        workspace = open_settings(common, config, {**flags, "dialect": dialect})
    root = workspace.root
    known = production(workspace, policy.assumed).of(dialect)
    with uncollected() if static else nullcontext():
        if static:
            found = _by_text(common, workspace, dialect, files, policy, known)
        else:
            found = _on_server(common, workspace, url, dialect, files, setup, policy, known)
        named = {path: within(root, path) for path in {each.path for each in found}}
        judged = policy.judge(
            each if named[each.path] == each.path else replace(each, path=named[each.path])
            for each in found
        )
    return Linted(
        (*policy.expirations(), *judged.findings),
        judged.known,
        tuple(within(root, each) for each in files),
        policy.baseline,
        loaded.fail_on if loaded else str(flags.get("lint.fail-on") or _DEFAULT_LEVEL),
        root,
    )


def _by_text(
    common: Common,
    workspace: Workspace,
    dialect: str,
    files: tuple[str, ...],
    policy: Policy,
    known: Production,
) -> tuple[Finding, ...]:
    return judge_texts(
        language(dialect),
        files,
        policy,
        warn=common.out.log.warn,
        sizes=options.sizes(workspace.config),
        production=known,
    )


def _on_server(
    common: Common,
    workspace: Workspace,
    url: str,
    dialect: str,
    files: tuple[str, ...],
    setup: str | None,
    policy: Policy,
    known: Production,
) -> tuple[Finding, ...]:
    from ci_runner.devdb.provision import provision
    from ci_runner.pipeline.on_server import judge
    from ci_runner.pipeline.servers import preparation

    log = common.out.log
    prepare = preparation(workspace, dialect)
    with provision(url, dialect, prepare=prepare, say=log.info) as server:
        found = judge(
            server,
            files,
            setup,
            policy,
            progress=log.step,
            detail=log.detail,
            sizes=options.sizes(workspace.config),
            production=known,
        )
    log.clear()
    return found


def _dialect(common: Common, loaded: Config | None, url: str) -> str:
    """As told, else what the dev URL or the configured projects leave no doubt about."""
    if common.dialect:
        return common.dialect
    if url:
        return dialect_of(url)
    configured = {project.dialect for project in loaded.projects} if loaded else set()
    if len(configured) == 1:
        return configured.pop()
    raise UsageError(
        "which engine?", next_step="give --dialect postgres, mysql or sqlite, or --dev-url"
    )
