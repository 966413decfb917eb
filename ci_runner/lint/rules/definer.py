"""A view or program that runs with the rights of a named account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.lint.mysql import definition
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_SELF = frozenset({"CURRENT_USER", "CURRENT_ROLE"})


def _check(review: Review) -> Iterator[Hit]:
    allowed = {each.lower() for each in texts(review.options.get(RULE.id, {}), "allowed")}
    for step in review.steps:
        tokens = definition(step, "DEFINER")
        words = [token.word for token in tokens]
        if "DEFINER" not in words[1:8]:
            continue
        at = words.index("DEFINER") + 1
        if words[at : at + 1] != ["="] or words[at + 1] in _SELF:
            continue
        account = "".join(token.text for token in tokens[at + 1 : at + 4]).replace("`", "")
        if not any(_fits(account.replace("'", "").lower(), each) for each in allowed):
            yield Hit(f"runs as {account}, wherever it is called from", step)


def _fits(account: str, allowed: str) -> bool:
    """`%` stands for anything, as in the names of accounts."""
    pattern = ".*".join(map(re.escape, allowed.split("%")))
    return re.fullmatch(pattern, account) is not None


RULE = Rule(
    id="definer",
    title="Definer that is named",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "Whoever may call it acts with that account's rights, and where the account "
        "does not exist every call fails."
    ),
    instead="Leave DEFINER out, say SQL SECURITY INVOKER, or name the account in `allowed`.",
    check=_check,
    group="security",
    options=(RuleOption("allowed", "texts", "accounts that may be definers: app@%"),),
)
