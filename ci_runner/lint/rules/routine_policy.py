"""A procedure, function, event, trigger or view, where the team has none."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import definition
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_KINDS = ("PROCEDURE", "FUNCTION", "EVENT", "TRIGGER", "VIEW")


def _check(review: Review) -> Iterator[Hit]:
    allowed = {each.upper() for each in texts(review.options.get(RULE.id, {}), "allowed")}
    for step in review.steps:
        words = [token.word for token in definition(step)]
        head = words[: words.index("(")] if "(" in words else words
        if words[:1] == ["CREATE"] and "TABLE" not in head[:4]:
            kind = next((each for each in head if each in _KINDS), "")
            if kind and kind not in allowed:
                yield Hit(f"makes a {kind.lower()}", step)


RULE = Rule(
    id="routine-policy",
    title="Code in the database",
    severity=Severity.OFF,
    dialects=("mysql",),
    why=(
        "It runs out of the application's sight, is tested by nobody, and does not come "
        "along with tools that copy tables."
    ),
    instead="Keep it in the application, or name the kind in `allowed`.",
    check=_check,
    aliases=(
        "has-routine",
        "SYSTEM_PROCEDURE_DISALLOW_CREATE",
        "SYSTEM_FUNCTION_DISALLOW_CREATE",
        "SYSTEM_EVENT_DISALLOW_CREATE",
        "SYSTEM_VIEW_DISALLOW_CREATE",
        "FUN.008",
        "FUN.009",
        "TBL.006",
        "TBL.007",
        "SQLE00029",
        "SQLE00014",
        "SQLE00031",
    ),
    group="design",
    options=(RuleOption("allowed", "texts", "kinds that may be made: view, trigger and the like"),),
)
