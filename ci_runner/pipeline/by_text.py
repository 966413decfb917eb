"""Judge files alone by what they say: nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ci_runner.devdb.replay import counted, script, unexecuted
from ci_runner.dialects.base import Language
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review
from ci_runner.lint.unread import unread
from ci_runner.migrations.directory import DirectoryChange
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.intake import USUAL, Sizes
from ci_runner.migrations.reader import style_alone
from ci_runner.pipeline.loose import loose_files, style_of
from ci_runner.schema.model import Schema
from ci_runner.schema.production import UNKNOWN, Production


def judge_texts(
    language: Language,
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
    nothing = Schema(language.name)
    new = loose_files(files, sizes)
    style = style_of(new)
    steps = tuple(
        step
        for each in counted(script(file, style_alone(file.content), language) for file in new)
        for step in unexecuted(language, each.statements, nothing, wrapped=each.wrapped)
    )
    for line in unread(steps):
        warn(line)
    review = Review(
        language.name,
        language.default_schema,
        nothing,
        steps,
        DirectoryChange(added=new),
        base_known=False,
        tool_known=style != "plain",
        production=production,
        options=policy.options,
        version=policy.assumed.numbers,
        outside=FORMATS[style].outside,
    )
    return check(review, policy)
