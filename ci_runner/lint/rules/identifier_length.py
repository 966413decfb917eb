"""A name that PostgreSQL cuts without an error."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.words import LONGEST_NAME, cut_names
from ci_runner.lint.names import named
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# dev.mysql.com, Identifier Length Limits; in characters.
_MOST = 64


def _check(review: Review) -> Iterator[Hit]:
    for step, each in review.once(named) if review.dialect == "mysql" else ():
        if len(each.name) > _MOST:
            said = f"{each.kind} {each.name} is {len(each.name)} characters long, and {_MOST} are"
            yield Hit(f"{said} allowed: the statement fails", step, severity=Severity.ERROR)
    for step in review.steps if review.dialect == "postgres" else ():
        for name in cut_names(step.statement.text):
            kept = name.encode()[:LONGEST_NAME].decode("utf-8", errors="ignore")
            yield Hit(f"{name} is {len(name.encode())} bytes long and becomes {kept}", step)


RULE = Rule(
    id="identifier-length",
    title="Name that is too long",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why="PostgreSQL cuts names to 63 bytes and goes on: two long names become one, and whoever"
    " looks for the name in full does not find it. MySQL refuses more than 64 characters.",
    instead="Give a name of 63 bytes at most; a letter outside ASCII takes two or more.",
    check=_check,
    aliases=("identifier-too-long", "NAMING_TABLE"),
    group="design",
)
