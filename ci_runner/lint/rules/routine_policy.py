"""A procedure, function, event, trigger, rule or view, where the team has none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ci_runner.dialects.mysql.parse.tokens import tokenize
from ci_runner.lint.mysql import definition
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

_KINDS = frozenset(
    {"procedure", "function", "event", "trigger", "rule", "view", "materialized view"}
)

_WORDS = tuple(each.upper() for each in _KINDS)


def _check(review: Review) -> Iterator[Hit]:
    allowed = {each.lower() for each in texts(review.options.get(RULE.id, {}), "allowed")}
    made = _written(review) if review.dialect == "mysql" else _arrived(review)
    for step, kind, name in made:
        if kind not in allowed:
            yield Hit(f"makes {kind} {name}".rstrip(), step)
    yield from _called(review)


def _called(review: Review) -> Iterator[Hit]:
    """Functions that the team does not want, called by a statement of MySQL."""
    unwanted = {each.lower() for each in texts(review.options.get(RULE.id, {}), "functions")}
    for step in review.steps if unwanted and review.dialect == "mysql" else ():
        tokens = tokenize(step.statement.text)
        called = {
            one.text.lower()
            for one, other in pairwise(tokens)
            if one.kind == "word" and other.word == "("
        }
        if found := sorted(called & unwanted):
            yield Hit(f"calls {', '.join(found)}", step)


def _arrived(review: Review) -> Iterator[tuple[Step, str, str]]:
    """What stays as it was, or is made again under its name, is no news."""
    for each in review.arrivals:
        identity = each.new.identity
        if each.created and each.old is None and identity.kind in _KINDS:
            yield each.step, identity.kind, identity.qualified


def _written(review: Review) -> Iterator[tuple[Step, str, str]]:
    for step in review.steps:
        words = [token.word.lower() for token in definition(step, "TEMPORARY", *_WORDS)]
        head = words[: words.index("(")] if "(" in words else words
        if words[:2] == ["create", "temporary"]:
            yield step, "temporary table", ""
        if words[:1] == ["create"] and "table" not in head[:4]:
            kind = next((each for each in head if each in _KINDS), "")
            if kind:
                yield step, kind, ""


RULE = Rule(
    id="routine-policy",
    title="Code in the database",
    severity=Severity.OFF,
    dialects=("postgres", "mysql", "sqlite"),
    why="It runs out of the application's sight, is tested by nobody, and does not come along with"
    " tools that copy tables.",
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
    options=(
        RuleOption("allowed", "texts", "kinds that may be made: view, trigger and the like"),
        RuleOption("functions", "texts", "functions that no statement of MySQL may call"),
    ),
    group="design",
)
