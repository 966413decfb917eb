"""How the pull request is told: the options of the comment, of comments on lines, and of labels."""

from __future__ import annotations

from ci_runner.config.source import wrong
from ci_runner.config.values import Values
from ci_runner.frozen import frozen

_MOST_PARTS = 20
_LONGEST_ID = 100


@frozen
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


def comments(values: Values) -> Comments:
    """What the options say. Raises ConfigError for a number or a name out of bounds."""
    split, name = values.number("publish.comment-split"), values.text("publish.comment-id")
    if not 1 <= split <= _MOST_PARTS:
        key = "publish.comment-split"
        raise wrong(values.origin(key), key, f"a whole number from 1 to {_MOST_PARTS}", split)
    if len(name) > _LONGEST_ID or not name.isprintable():
        key = "publish.comment-id"
        raise wrong(values.origin(key), key, f"at most {_LONGEST_ID} characters of one line", name)
    return Comments(
        mode=values.text("publish.comment-mode"),
        on=values.text("publish.comment-on"),
        delete_when_empty=values.flag("publish.delete-when-empty"),
        split=split,
        id=name,
        header=values.text("publish.comment-header"),
        footer=values.text("publish.comment-footer"),
        required=values.flag("publish.comment-required"),
        inline=values.flag("publish.inline"),
        labels=values.flag("publish.labels"),
    )
