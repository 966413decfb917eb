"""`lint FILES...`: files that are judged without the directory that they are from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ci_runner import dialects
from ci_runner.cli.common import Common
from ci_runner.cli.linted import Linted, within
from ci_runner.cli.workspace import open_config, open_settings
from ci_runner.config.model import Config
from ci_runner.devdb.provision import provision
from ci_runner.devdb.replay import counted, rehearse, replay, script, unexecuted
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import dialect_of
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.dialects.collection import uncollected
from ci_runner.errors import UsageError
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review
from ci_runner.lint.team import of_steps
from ci_runner.lint.unread import unread
from ci_runner.migrations.directory import DirectoryChange, MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import Step
from ci_runner.migrations.intake import USUAL, Intake, Sizes
from ci_runner.migrations.reader import alone, style_alone
from ci_runner.pipeline import options
from ci_runner.pipeline.policy import in_force
from ci_runner.pipeline.production import production
from ci_runner.pipeline.servers import preparation
from ci_runner.pipeline.sources import scripts
from ci_runner.pipeline.suggestions import suggested
from ci_runner.pipeline.workspace import Workspace
from ci_runner.schema.model import Schema
from ci_runner.schema.production import UNKNOWN, Production

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
    url = str(loaded.dev_url) if loaded else common.dev_url
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
        dialects.dialect(dialect),
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


def judge(
    server: Server,
    files: Sequence[str],
    setup: str | None,
    policy: Policy,
    *,
    progress: Callable[[str], None] = lambda _: None,
    detail: Callable[[str], None] = lambda _: None,
    sizes: Sizes = USUAL,
    production: Production = UNKNOWN,
) -> tuple[Finding, ...]:
    """Findings on files alone. Without `setup` nobody knows what they stand on."""
    engine = server.dialect
    before = scripts(engine, setup, sizes) if setup else ()

    @contextmanager
    def base() -> Iterator[Connection]:
        with server.database() as opened:
            replay(opened, before)
            yield opened

    with base() as connection:
        new = _migrations(files, sizes)
        split = tuple(counted(script(each, style_alone(each.content), engine) for each in new))
        history = rehearse(connection, engine, split, progress=progress, compared=False)
    known, style = setup is not None, _style(new)
    for line in unread(history.steps):
        detail(line)

    def judged(steps: tuple[Step, ...]) -> tuple[Finding, ...]:
        review = Review(
            engine.name,
            engine.default_schema,
            history.base,
            steps,
            DirectoryChange(added=tuple(new)),
            base_known=known,
            tool_known=style != "plain",
            production=production,
            options=policy.options,
            version=policy.assumed.numbers or history.version,
            outside=FORMATS[style].outside,
        )
        reached = steps[-1].after if steps else history.base
        return check(review, policy, of_steps(policy.team_rules, steps, reached))

    found = judged(history.steps)
    if history.failed is not None:
        return found
    found, _ = suggested(server, base, new, style, history, found, judged, policy)
    return found


def judge_texts(
    engine: Dialect,
    files: Sequence[str],
    policy: Policy,
    *,
    warn: Callable[[str], None] = lambda _: None,
    sizes: Sizes = USUAL,
    production: Production = UNKNOWN,
) -> tuple[Finding, ...]:
    """Findings on files that are not run: nobody knows what they stand on, and nothing is seen.

    `warn` gets a line for each statement that can't be read.
    """
    nothing = Schema(engine.name)
    new = _migrations(files, sizes)
    style = _style(new)
    steps = tuple(
        step
        for each in counted(script(file, style_alone(file.content), engine) for file in new)
        for step in unexecuted(engine, each.statements, nothing, wrapped=each.wrapped)
    )
    for line in unread(steps):
        warn(line)
    review = Review(
        engine.name,
        engine.default_schema,
        nothing,
        steps,
        DirectoryChange(added=tuple(new)),
        base_known=False,
        tool_known=style != "plain",
        production=production,
        options=policy.options,
        version=policy.assumed.numbers,
        outside=FORMATS[style].outside,
    )
    return check(review, policy)


def _style(files: Sequence[MigrationFile]) -> str:
    """The format that all of them speak of, `plain` where they differ or speak of none."""
    styles = {style_alone(each.content) for each in files}
    return styles.pop() if len(styles) == 1 else "plain"


def _migrations(paths: Sequence[str], sizes: Sizes) -> list[MigrationFile]:
    return [each for path in paths for each in alone(path, _content(path, sizes))]


def _content(path: str, sizes: Sizes) -> bytes:
    place = Path(path)
    return Intake(place.resolve().parent, sizes).read(place, path)


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
