"""From configuration to the terms of a comparison: what takes part in it and how it is planned."""

from __future__ import annotations

from collections.abc import Iterable

from ci_runner.config.model import Config
from ci_runner.dialects.base import PlanOptions
from ci_runner.errors import UsageError
from ci_runner.frozen import frozen
from ci_runner.migrations.intake import Sizes
from ci_runner.pipeline.declared import Declared, flags
from ci_runner.schema.select import Pattern, Selection, pattern


@frozen
class Terms:
    """What holds for one comparison. `strict` makes errors of what is not compared or answered.

    `sizes` is how much SQL is read for it.
    """

    options: PlanOptions = PlanOptions()
    selection: Selection = Selection()
    declared: tuple[Declared, ...] = ()
    strict: bool = False
    sizes: Sizes = Sizes()


USUAL = Terms()


def terms(config: Config) -> Terms:
    """Raises UsageError for a pattern or a rename that can't be read."""
    return Terms(
        plan_options(config),
        Selection(_patterns(config.include), _patterns(config.exclude)),
        (*flags("rename", config.renames), *flags("drop", config.drops)),
        config.strict,
        sizes(config),
    )


def sizes(config: Config) -> Sizes:
    """How much SQL is read for one directory or one desired schema."""
    given = config.limits
    return Sizes(given.file_megabytes, given.total_megabytes, given.files)


def plan_options(config: Config) -> PlanOptions:
    """What the planner is told: the one place where configuration becomes PlanOptions."""
    left = {
        "grant": not config.compared.grants,
        "default privileges": not config.compared.default_privileges,
        "owner": not config.compared.owners,
        "column order": not config.compared.column_order,
    }
    return PlanOptions(
        online=config.online,
        leave=frozenset(kind for kind, is_left in left.items() if is_left),
        version=config.policy.assumed.numbers,
    )


def _patterns(written: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(_pattern(each) for each in written)


def _pattern(written: str) -> Pattern:
    try:
        return pattern(written)
    except ValueError as wrong:
        raise UsageError(
            f"{written!r} is no pattern: {wrong}",
            next_step="write one such as public.*, *.audit_* or *[type=function]",
        ) from wrong
