"""A function with its owner's rights finds its names where the caller says."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.routine import Routine
from ci_runner.lint.routines import brought
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_TEMPORARY = "pg_temp"


def _check(review: Review) -> Iterator[Hit]:
    for step, each in review.once(brought):
        says = _open(each) if each.definer else ""
        if says:
            yield Hit(f"{each.name} runs with its owner's rights and {says}", step)
        elif each.definer and each.path == (_TEMPORARY,):
            yield Hit(
                f"{each.name} runs with its owner's rights and finds, of names without a schema,"
                " only the system's and the caller's temporary tables",
                step,
                severity=Severity.NOTE,
            )


def _open(each: Routine) -> str:
    """How a caller can put something in the way of a name, "" for not at all."""
    if each.path is None:
        return "looks up names in the caller's search_path"
    if _TEMPORARY in each.path[:-1]:
        return "looks among the caller's temporary tables first"
    return ""


RULE = Rule(
    id="security-definer",
    title="SECURITY DEFINER without a safe search_path",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="A caller puts a table or function of the same name first in the search_path, and the"
    " function works on that with its owner's rights.",
    instead="SET search_path = '' and write schemas out, or name trusted schemas and pg_temp last.",
    check=_check,
    aliases=("ST003", "ST004", "ST005", "function_search_path_mutable"),
    group="security",
)
