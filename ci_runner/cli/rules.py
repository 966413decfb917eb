"""`schema-ci rules`: which lint rules there are, and what one of them is about."""

from __future__ import annotations

import click

from ci_runner.cli.common import Common, common


@click.command()
@click.argument("name", required=False)
@common
def rules(common: Common, name: str | None) -> None:
    """List the lint rules, or explain the one called NAME; other tools' names work too."""
    from ci_runner.errors import UsageError
    from ci_runner.lint.manual import explained, listed
    from ci_runner.lint.notices import NOTICES
    from ci_runner.lint.rules import RULES

    if name is None:
        common.out.result(listed(RULES))
        return
    pages = [explained(rule) for rule in RULES if name in {rule.id, *rule.aliases}]
    pages += [explained(notice) for notice in NOTICES if name == notice.id]
    if not pages:
        raise UsageError(
            f"there is no rule {name!r}", next_step="`schema-ci rules` lists those there are"
        )
    common.out.result("\n".join(pages))
