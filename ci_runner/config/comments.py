"""How the pull request is told: the options of the comment, of comments on lines, and of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ci_runner.config.source import wrong

_MOST_PARTS = 20
_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Comments:
    """`mode` and `on` are words of the option table; `split` comments may hold one text.

    `id` keeps the comments and checks of several jobs apart. `header` and `footer` are files.
    """

    mode: str = "update"
    on: str = "changes"
    delete_when_empty: bool = False
    split: int = 1
    id: str = ""
    header: str = ""
    footer: str = ""
    required: bool = False
    inline: bool = False
    labels: bool = False


def comments(values: Mapping[str, object], origins: Mapping[str, str]) -> Comments:
    """What the options say. Raises ConfigError for a number or a name out of bounds."""
    split, name = int(str(values["publish.comment-split"])), str(values["publish.comment-id"])
    if not 1 <= split <= _MOST_PARTS:
        key = "publish.comment-split"
        raise wrong(origins[key], key, f"a whole number from 1 to {_MOST_PARTS}", split)
    if len(name) > _LONGEST_ID or not name.isprintable():
        key = "publish.comment-id"
        raise wrong(origins[key], key, f"at most {_LONGEST_ID} characters of one line", name)
    return Comments(
        mode=str(values["publish.comment-mode"]),
        on=str(values["publish.comment-on"]),
        delete_when_empty=bool(values["publish.delete-when-empty"]),
        split=split,
        id=name,
        header=str(values["publish.comment-header"]),
        footer=str(values["publish.comment-footer"]),
        required=bool(values["publish.comment-required"]),
        inline=bool(values["publish.inline"]),
        labels=bool(values["publish.labels"]),
    )
