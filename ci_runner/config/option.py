"""One row of the option table."""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen

Kind = Literal["text", "texts", "flag", "number"]


@frozen
class Option:
    """One setting. `key` is its path in schema-ci.toml; `env` is "" for what only a file can say.

    `scope` project means: inside each `[[project]]`. `most` is the largest number that the file may
    say, None for any: it guards the CI from the pull request, of which the file is a part. What is
    `trusted` reaches further than the review itself, so the copy of the file that a stranger can
    edit is not asked for it. `action` is its name as an input of the CI platforms' integrations,
    whose files never hold the value of a `secret`.
    """

    key: str
    kind: Kind
    default: object
    help: str
    scope: Literal["global", "project"] = "global"
    choices: tuple[str, ...] = ()
    flag: str = ""
    env: str = ""
    action: str = ""
    most: int | None = None
    trusted: bool = False
    secret: bool = False
