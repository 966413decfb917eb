"""What `lint` and `dry-run` look at: files by name, or what is new since a commit."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ci_runner import dialects
from ci_runner.cli.common import Common
from ci_runner.cli.workspace import open_config, open_settings, open_workspace
from ci_runner.config.model import Config
from ci_runner.devdb.provision import provision
from ci_runner.devdb.replay import counted, rehearse, replay, script, unexecuted
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import dialect_of
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.errors import UsageError
from ci_runner.lint import baseline
from ci_runner.lint.baseline import Baseline
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review
from ci_runner.lint.team import of_steps
from ci_runner.lint.unread import unread
from ci_runner.log import Log
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import Step
from ci_runner.migrations.intake import USUAL, Intake, Sizes
from ci_runner.pipeline import assemble, options
from ci_runner.pipeline.files import write_migrations, write_whole
from ci_runner.pipeline.policy import in_force, policy_findings
from ci_runner.pipeline.production import production
from ci_runner.pipeline.review import Reviewed
from ci_runner.pipeline.run import examine, unreviewed
from ci_runner.pipeline.servers import preparation, servers
from ci_runner.pipeline.sources import scripts
from ci_runner.pipeline.suggestions import suggested
from ci_runner.pipeline.workspace import Workspace
from ci_runner.report.model import ReportedFinding, ReportedStep
from ci_runner.schema.model import Schema
from ci_runner.schema.production import UNKNOWN, Production

_DEFAULT_LEVEL = "error"


@dataclass(frozen=True, slots=True)
class Linted:
    """`findings` that count from the severity `level` on, and those `known` by the baseline.

    `paths` are the files that were judged; all paths are relative to `root`.
    """

    findings: tuple[Finding, ...]
    known: tuple[Finding, ...]
    paths: tuple[str, ...]
    baseline: Baseline
    level: str
    root: Path


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
    with _uncollected() if static else nullcontext():
        if static:
            found = _by_text(common, workspace, dialect, files, policy, known)
        else:
            found = _on_server(common, workspace, url, dialect, files, setup, policy, known)
        named = {path: _within(root, path) for path in {each.path for each in found}}
        judged = policy.judge(
            each if named[each.path] == each.path else replace(each, path=named[each.path])
            for each in found
        )
    return Linted(
        (*policy.expirations(), *judged.findings),
        judged.known,
        tuple(_within(root, each) for each in files),
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


def _within(root: Path, path: str) -> str:
    """`path` as the repository knows it; of a file outside, which no forge could show, the name."""
    place = (Path.cwd() / path).resolve()
    home = root.resolve()
    return place.relative_to(home).as_posix() if place.is_relative_to(home) else place.name


def shown(linted: Linted, files: Sequence[str] = ()) -> tuple[ReportedFinding, ...]:
    """The findings as they are reported; those on `files` under the names that were given."""
    given = {_within(linted.root, each): each for each in files}
    return tuple(
        assemble.finding(replace(each, path=given[each.path]) if each.path in given else each)
        for each in linted.findings
    )


def keep_baseline(linted: Linted, path: str, log: Log) -> None:
    """Let the baseline at `path` hold what was found, besides what it knows of other files."""
    place = Path(path)
    before = baseline.load(place.read_bytes(), path) if place.is_file() else Baseline()
    known = [each for each in (*linted.findings, *linted.known) if each.fingerprint]
    after = before.renewed(linted.paths, known)
    write_whole(place, baseline.dump(after))
    gone = len(before.fingerprints - after.fingerprints)
    log.info(f"{path} holds {len(after.known)} findings; {gone} that were mended left it")


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
        new = [MigrationFile(each, each, _content(each, sizes), "", "") for each in files]
        plain = tuple(counted(script(each, "plain", engine) for each in new))
        history = rehearse(connection, engine, plain, progress=progress, compared=False)
    known = setup is not None
    for line in unread(history.steps):
        detail(line)

    def judged(steps: tuple[Step, ...]) -> tuple[Finding, ...]:
        review = Review(
            engine.name,
            engine.default_schema,
            history.base,
            steps,
            base_known=known,
            tool_known=False,
            production=production,
            options=policy.options,
            version=policy.assumed.numbers or history.version,
        )
        reached = steps[-1].after if steps else history.base
        return check(review, policy, of_steps(policy.team_rules, steps, reached))

    found = judged(history.steps)
    if history.failed is not None:
        return found
    found, _ = suggested(server, base, new, "plain", history, found, judged, policy)
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
    new = (MigrationFile(each, each, _content(each, sizes), "", "") for each in files)
    steps = tuple(
        step
        for each in counted(script(file, "plain", engine) for file in new)
        for step in unexecuted(engine, each.statements, nothing, wrapped=each.wrapped)
    )
    for line in unread(steps):
        warn(line)
    review = Review(
        engine.name,
        engine.default_schema,
        nothing,
        steps,
        base_known=False,
        tool_known=False,
        production=production,
        options=policy.options,
        version=policy.assumed.numbers,
    )
    return check(review, policy)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Half a million values that live until the end of the block are not looked through meanwhile:
    on a file of 5 MB that takes as long as to judge it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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


def lint_changes(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> Linted:
    """New files of every configured project."""
    reviewed, workspace = _reviewed(common, config, base, latest, flags)
    return Linted(
        (*policy_findings(workspace), *(found for each in reviewed for found in each.findings)),
        tuple(finding for each in reviewed for finding in each.known),
        tuple({step.statement.path: None for each in reviewed for step in each.steps}),
        in_force(workspace).baseline,
        workspace.config.fail_on,
        workspace.root,
    )


def fix(
    common: Common, config: str, base: str | None, latest: int | None, flags: Mapping[str, object]
) -> None:
    """Write new files in the safe form that their findings suggest, and the checksum file.

    Only what is new since `base`: nobody may change what has run elsewhere. All files of a project
    are written or none.
    """
    if base is None or latest is not None:
        raise UsageError(
            "--fix changes files, so it must know which are merged",
            next_step="give --base REF, and no files",
        )
    reviewed, workspace = _reviewed(common, config, base, None, flags)
    log = common.out.log
    for each in reviewed:
        if not each.rewritten:
            continue
        head = each.change.head
        safe = {rewritten.file.path: rewritten.file for rewritten in each.rewritten}
        files = {path: file.content for path, file in safe.items()}
        if head.checksum is not None:
            after = tuple(safe.get(file.path, file) for file in head.files)
            files[f"{head.path}/{checksum.NAME}"] = checksum.checksum_of(replace(head, files=after))
        write_migrations(workspace.root, head.path, files)
        for rewritten in each.rewritten:
            count = len(rewritten.replacements)
            log.info(f"{rewritten.file.path}: {count} replaced by their safe form")
    if not any(each.rewritten for each in reviewed):
        log.info("nothing to fix: no safe form was seen to reach the same schema")


def rehearsed(
    common: Common,
    config: str,
    base: str | None,
    latest: int | None,
    flags: Mapping[str, object],
) -> tuple[ReportedStep, ...]:
    """What each new statement did. Raises SqlError when what is merged does not run."""
    reviewed, _ = _reviewed(common, config, base, latest, flags)
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
) -> tuple[list[Reviewed], Workspace]:
    if base is None and latest is None:
        raise UsageError("which files are new?", next_step="give --base REF or --latest N")
    if base is not None and latest is not None:
        raise UsageError("--base and --latest exclude each other", next_step="give one of them")
    workspace = open_workspace(common, config=config, base=base, flags=flags)
    found = []
    with servers(workspace, common.out.log) as server:
        for project in workspace.config.projects:
            if latest is None:
                change = replace(workspace.change(project), schema=())
            else:
                change = workspace.latest(project, latest)
            found.append(examine(server(project.dialect), workspace, change, common.out.log))
    return found, workspace
