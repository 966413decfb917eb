"""Judge files alone by what they do on a dev database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ci_runner.devdb.replay import counted, rehearse, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review
from ci_runner.lint.team import of_steps
from ci_runner.lint.unread import unread
from ci_runner.migrations.directory import DirectoryChange
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import Step
from ci_runner.migrations.intake import USUAL, Sizes
from ci_runner.migrations.reader import style_alone
from ci_runner.pipeline.loose import loose_files, style_of
from ci_runner.pipeline.sources import scripts
from ci_runner.pipeline.suggestions import suggested
from ci_runner.schema.production import UNKNOWN, Production


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
        new = loose_files(files, sizes)
        split = tuple(counted(script(each, style_alone(each.content), engine) for each in new))
        history = rehearse(connection, engine, split, progress=progress, compared=False)
    known, style = setup is not None, style_of(new)
    for line in unread(history.steps):
        detail(line)

    def judged(steps: tuple[Step, ...]) -> tuple[Finding, ...]:
        review = Review(
            engine.name,
            engine.default_schema,
            history.base,
            steps,
            DirectoryChange(added=new),
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
