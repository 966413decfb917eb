"""What becomes of a missing migration: the options of the commit."""

from __future__ import annotations

import re
from typing import Literal

from ci_runner.config.source import wrong
from ci_runner.config.values import Values
from ci_runner.frozen import frozen

_AUTHOR = re.compile(r"([^<>]{1,100}) <([^<>@\s]{1,64}@[^<>@\s]{1,255})>")


@frozen
class Author:
    """Whom a commit is by. Neither holds a line end or an angle bracket."""

    name: str
    address: str

    @property
    def for_git(self) -> dict[str, str]:
        """The variables by which git knows an author."""
        return {"GIT_AUTHOR_NAME": self.name, "GIT_AUTHOR_EMAIL": self.address}


@frozen
class Commits:
    """`mode` is a word of the option table; `most` commits one pull request may get from us.

    `author` is None for whoever the token belongs to. `drafts` get commits too.
    """

    mode: str = "check"
    most: int = 3
    skip_ci: bool = False
    drafts: bool = True
    author: Author | None = None

    @property
    def pushes(self) -> bool:
        return self.mode == "push"

    @property
    def writes(self) -> bool:
        """Into the work tree, from where it may be committed."""
        return self.mode in {"write", "push"}

    @property
    def offers(self) -> Literal["", "suggest", "artifact"]:
        """How whole files are handed over that nobody writes, "" for not at all."""
        match self.mode:
            case "suggest" | "artifact":
                return self.mode
            case _:
                return ""


def commits(values: Values) -> Commits:
    """What the options say. Raises ConfigError for an author that git would not take."""
    return Commits(
        mode=values.text("publish.commit"),
        most=values.number("publish.max-auto-commits"),
        skip_ci=values.flag("publish.skip-ci"),
        drafts=values.flag("publish.commit-drafts"),
        author=_author(values, "publish.commit-author"),
    )


def _author(values: Values, key: str) -> Author | None:
    text = values.text(key)
    if not text:
        return None
    found = _AUTHOR.fullmatch(text)
    if found is None or not text.isprintable():
        raise wrong(
            values.origin(key), key, "a name and an address: `Jo Doe <jo@example.org>`", text
        )
    return Author(found[1].strip(), found[2])
