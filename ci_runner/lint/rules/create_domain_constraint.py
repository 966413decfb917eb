"""A domain is made with a constraint."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.nodes import strings, word
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_CONSTRAINTS = {"CONSTR_CHECK", "CONSTR_NOTNULL"}


def _check(review: Review) -> Iterator[Hit]:
    for each in review.written_as("create_domain_stmt"):
        kinds = {word(one.constraint, "contype") for one in each.node.constraints}
        if kinds & _CONSTRAINTS:
            name = strings(each.node.domainname)[-1]
            yield Hit(f"the constraint of domain {name} holds for every table at once", each.step)


RULE = Rule(
    id="create-domain-constraint",
    title="Domain with a constraint",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="To change it later reads every table that uses the domain, all of them locked; a column of"
    " such a domain rewrites the table that it is added to.",
    instead="Put the CHECK on the tables, where each can be validated by itself.",
    check=_check,
    aliases=("ban-create-domain-with-constraint",),
    group="design",
)
