"""What becomes of a missing migration: the options of the commit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ci_runner.config.source import wrong
from ci_runner.context import Author

_AUTHOR = re.compile(r"([^<>]{1,100}) <([^<>@\s]{1,64}@[^<>@\s]{1,255})>")


@dataclass(frozen=True, slots=True)
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


def commits(values: Mapping[str, object], origins: Mapping[str, str]) -> Commits:
    """What the options say. Raises ConfigError for an author that git would not take."""
    return Commits(
        mode=str(values["publish.commit"]),
        most=int(str(values["publish.max-auto-commits"])),
        skip_ci=bool(values["publish.skip-ci"]),
        drafts=bool(values["publish.commit-drafts"]),
        author=_author(str(values["publish.commit-author"]), origins),
    )


def _author(text: str, origins: Mapping[str, str]) -> Author | None:
    if not text:
        return None
    found = _AUTHOR.fullmatch(text)
    if found is None or not text.isprintable():
        key = "publish.commit-author"
        raise wrong(origins[key], key, "a name and an address: `Jo Doe <jo@example.org>`", text)
    return Author(found[1].strip(), found[2])
