"""`schema-ci rules` and `schema-ci explain`: which lint rules there are, and what each is about."""

from __future__ import annotations

import click

from ci_runner.cli.common import Common, common


@click.command()
@click.argument("name", required=False)
@common
def rules(common: Common, name: str | None) -> None:
    """List the lint rules; with NAME, as `explain` does."""
    from ci_runner.lint.manual import listed
    from ci_runner.lint.rules import RULES

    common.out.result(listed(RULES) if name is None else _pages(name))


@click.command()
@click.argument("name", metavar="RULE")
@common
def explain(common: Common, name: str) -> None:
    """Explain a rule: why it matters, what to do, bad and good SQL. Other tools' names work too."""
    common.out.result(_pages(name))


def _pages(name: str) -> str:
    """The pages on every rule that is called so. Raises UsageError for an unknown one."""
    from difflib import get_close_matches

    from ci_runner.errors import UsageError
    from ci_runner.lint.manual import explained
    from ci_runner.lint.notices import NOTICES
    from ci_runner.lint.rules import RULES

    pages = [explained(rule) for rule in RULES if name in {rule.id, *rule.aliases}]
    pages += [explained(notice) for notice in NOTICES if name == notice.id]
    if pages:
        return "\n".join(pages)
    names = [each for rule in RULES for each in (rule.id, *rule.aliases)]
    near = get_close_matches(name, [*names, *(notice.id for notice in NOTICES)], 1)
    guess = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"there is no rule {name!r}{guess}", next_step="`schema-ci rules` lists those there are"
    )
