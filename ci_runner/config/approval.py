"""`[approval]` of schema-ci.toml: which plans need somebody's word, and in what way it is given."""

from __future__ import annotations

from difflib import get_close_matches

from ci_runner.config.source import wrong
from ci_runner.config.values import Values
from ci_runner.frozen import frozen

KEYS = ("approval.require", "approval.by", "approval.self-approve")
WAYS = ("review", "label", "comment")
DESTRUCTIVE = "destructive"
POLICY = "policy"
_NEVER = "never"


@frozen
class ApprovalPolicy:
    """`require` is empty for never, else `destructive`, `policy` or names of rules.

    `by` are the ways, one of which is enough. `self_approve` lets the pull request's author.
    """

    require: tuple[str, ...] = ()
    by: tuple[str, ...] = WAYS
    self_approve: bool = False


def names_rules(values: Values) -> bool:
    """Whether an approval is required for what certain rules find."""
    return not {_NEVER, DESTRUCTIVE, POLICY}.issuperset(values.texts("approval.require"))


def read(values: Values, rules: frozenset[str]) -> ApprovalPolicy:
    """What the options come to. Raises ConfigError for a word that is neither ours nor a rule's."""
    require = _words(values, "approval.require", (_NEVER, DESTRUCTIVE, POLICY, *rules))
    if _NEVER in require and len(require) > 1:
        expected = "`never` alone, or what needs an approval"
        raise wrong(values.origin("approval.require"), "approval.require", expected, list(require))
    by = _words(values, "approval.by", WAYS)
    if not by:
        raise wrong(values.origin("approval.by"), "approval.by", f"some of {', '.join(WAYS)}", [])
    return ApprovalPolicy(
        require=tuple(word for word in require if word != _NEVER),
        by=by,
        self_approve=values.flag("approval.self-approve"),
    )


def _words(values: Values, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(values.texts(key)))
    for word in words:
        if word not in known:
            near = get_close_matches(word, known, 1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            shown = ", ".join(known[:3]) + (" or names of rules" if len(known) > len(WAYS) else "")
            raise wrong(values.origin(key), key, f"some of {shown}{guess}", word)
    return words
