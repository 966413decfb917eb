"""A kind of object that the team does not want in its databases."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """What stays as it was, or is made again under its name, is no news."""
    unwanted = {each.lower() for each in texts(review.options.get(RULE.id, {}), "unwanted")}
    for each in review.arrivals if unwanted else ():
        identity = each.new.identity
        if each.created and each.old is None and identity.kind in unwanted:
            yield Hit(f"{identity} is of a kind that is not wanted here", each.step)


RULE = Rule(
    id="routine-policy",
    title="Unwanted kind of object",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="What a team keeps out of its databases, such as logic in triggers and procedures, is found"
    " by nobody who reads the application, and is hard to get rid of again.",
    instead="Do it where the team does such things, or change the policy.",
    check=_check,
    aliases=(
        "has-routine",
        "SYSTEM_PROCEDURE_DISALLOW_CREATE",
        "SYSTEM_FUNCTION_DISALLOW_CREATE",
        "SYSTEM_EVENT_DISALLOW_CREATE",
        "SYSTEM_VIEW_DISALLOW_CREATE",
    ),
    options=(
        RuleOption(
            "unwanted",
            "texts",
            "kinds of objects: `function`, `procedure`, `trigger`, `view`, `materialized view`,"
            " `event`, `rule`, `enum`",
        ),
    ),
    group="design",
)
